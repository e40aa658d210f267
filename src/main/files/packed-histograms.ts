import { forEachUsed, type PackedCells, packedOf } from '../../metrics/packed-cells.ts';

/** In front of histograms that are packed; what holds the word itself is left as it is. */
export const CELLS_MARK = 'volley:cells';

/**
 * Histograms as a table with a line for each cell, which compresses far better than one histogram after the other: a
 * cell has much the same count in all of them.
 */
interface PackedHistograms {
  /** The first cell of the table, how many cells it has, and how many histograms. */
  readonly [CELLS_MARK]: readonly [first: number, cells: number, histograms: number];
  /** The counts of the first cell, of the second … */
  readonly counts: string;
}

/**
 * A count is a character; a larger one is a character that says how many digits follow it. All of them are ASCII that JSON
 * does not escape.
 */
const FIRST_CHARACTER = '#'.charCodeAt(0);
const SINGLE = 48;
const DIGITS = 57;
const MOST_DIGITS = DIGITS - SINGLE;
/** Of a count, with what says how many digits follow. */
const MOST_CHARACTERS = 1 + MOST_DIGITS;
const MOST_IN_COUNT = SINGLE + DIGITS ** MOST_DIGITS - 1;
/** With more, most counts are zeros, and packing them takes long. */
const MOST_COUNTS = 1_000_000;
const NOTHING = (): void => {};

/** Histograms as a table; null if the lists are not histograms as {@link PackedCells} has them. */
export function packHistograms(lists: readonly unknown[]): PackedHistograms | null {
  // Only what comes out again as it was.
  if (!lists.every(isHistogram)) return null;
  const used = lists.filter(({ length }) => length > 0);
  const first = used.reduce((least, [cell = 0]) => Math.min(least, cell), Number.POSITIVE_INFINITY);
  const end = used.reduce((most, list) => Math.max(most, forEachUsed(list, NOTHING)), 0);
  const cells = end - first;
  if (used.length === 0 || first < 0 || cells * lists.length > MOST_COUNTS) return null;
  const table = new Float64Array(cells * lists.length);
  for (const [index, list] of lists.entries())
    forEachUsed(list, (cell, count) => {
      table[(cell - first) * lists.length + index] = count;
    });
  return { [CELLS_MARK]: [first, cells, lists.length], counts: textOf(table) };
}

/**
 * The lists that {@link packHistograms} was given.
 *
 * @throws Error if counts are missing
 */
export function unpackHistograms({
  [CELLS_MARK]: [first, cells, histograms],
  counts: text,
}: PackedHistograms): PackedCells[] {
  const isWhole = [first, cells, histograms].every((number) => Number.isSafeInteger(number) && number >= 0);
  // Each count takes a character, so a small file cannot claim to be a large one.
  if (!isWhole || !(cells * histograms <= text.length)) throw new Error('counts of cells are missing');
  const counts = Array.from({ length: histograms }, () => new Map<number, number>());
  let at = 0;
  const next = (): number => {
    const digit = text.charCodeAt(at++) - FIRST_CHARACTER;
    if (!(digit >= 0 && digit < DIGITS)) throw new Error('counts of cells are missing');
    return digit;
  };
  for (let line = 0; line < cells; line++)
    for (const histogram of counts) {
      let count = next();
      if (count >= SINGLE) {
        let value = 0;
        for (let left = count - SINGLE; left >= 0; left--) value = value * DIGITS + next();
        count = value + SINGLE;
      }
      if (count > 0) histogram.set(first + line, count);
    }
  return counts.map(packedOf);
}

export function isPackedHistograms(value: object): value is PackedHistograms {
  return CELLS_MARK in value;
}

/** Whether a list is as {@link PackedCells} has it: no other list stands for the same cells. */
function isHistogram(value: unknown): value is PackedCells {
  if (!Array.isArray(value) || !value.every(Number.isSafeInteger)) return false;
  const list: readonly number[] = value;
  // A gap follows a count, and a count a gap.
  return (
    list.length !== 1 &&
    list.every(
      (number, at) => at === 0 || isCount(number) || (number < 0 && at > 1 && (list[at - 1] ?? 0) > 0),
    ) &&
    (list.length === 0 || (list.at(-1) ?? 0) > 0)
  );
}

function isCount(number: number): boolean {
  return number > 0 && number <= MOST_IN_COUNT;
}

function textOf(counts: Float64Array): string {
  const text = Buffer.allocUnsafe(counts.length * MOST_CHARACTERS);
  let at = 0;
  for (const count of counts) {
    if (count < SINGLE) {
      text[at++] = FIRST_CHARACTER + count;
      continue;
    }
    let digits = 1;
    for (let left = count - SINGLE; left >= DIGITS; left = Math.floor(left / DIGITS)) digits++;
    text[at] = FIRST_CHARACTER + SINGLE + digits - 1;
    let left = count - SINGLE;
    for (let digit = digits; digit > 0; digit--, left = Math.floor(left / DIGITS))
      text[at + digit] = FIRST_CHARACTER + (left % DIGITS);
    at += digits + 1;
  }
  return text.toString('latin1', 0, at);
}
