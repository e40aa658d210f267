const LENGTHS = 3_500;
// Every answer is a success with a body.
const STATUSES = Array.from({ length: 190 }, (_, index) => 206 + index).filter(
  (status) => ![304, 204, 205].includes(status),
);

/** How many requests can be told apart by number. */
export const MOST_NUMBERS = STATUSES.length * LENGTHS;

/** Encodes a request's number in the status and length of its answer, which workers record anyway. */
export function identityOf(number: number): { status: number; length: number } {
  const status = STATUSES[number % STATUSES.length] ?? 200;
  return { status, length: 1 + (Math.floor(number / STATUSES.length) % LENGTHS) };
}

/** Decodes an answer's number. */
export function numberOf(status: number, length: number): number {
  return (length - 1) * STATUSES.length + STATUSES.indexOf(status);
}
