const LENGTHS = 3_500;
// Every answer has a body and is a success.
const STATUSES = Array.from({ length: 190 }, (_, index) => 206 + index).filter(
  (status) => ![304, 204, 205].includes(status),
);

/** The most requests whose numbers can be told apart. */
export const MOST_NUMBERS = STATUSES.length * LENGTHS;

/** A request's number as status and length of its answer: what a worker records of each answer anyway. */
export function identityOf(number: number): { status: number; length: number } {
  const status = STATUSES[number % STATUSES.length] ?? 200;
  return { status, length: 1 + (Math.floor(number / STATUSES.length) % LENGTHS) };
}

/** The number that an answer carries. */
export function numberOf(status: number, length: number): number {
  return (length - 1) * STATUSES.length + STATUSES.indexOf(status);
}
