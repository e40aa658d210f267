import type { PackedCells } from '../../metrics/packed-cells.ts';

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
/** With more, most counts are zeros, and packing them takes long. */
const MOST_COUNTS = 1_000_000;

/** Histograms as a table; null if the lists are not histograms as {@link PackedCells} has them. */
export function packHistograms(lists: readonly unknown[]): PackedHistograms | null {
  if (!lists.every(isListOfNumbers)) return null;
  const counts = lists.map(countsOf);
  const used = counts.flatMap((cells) => [...cells.keys()]);
  const first = used.reduce((least, cell) => Math.min(least, cell), Number.POSITIVE_INFINITY);
  const cells = used.reduce((most, cell) => Math.max(most, cell), 0) + 1 - first;
  if (used.length === 0 || first < 0 || cells * lists.length > MOST_COUNTS) return null;
  // Only what comes out again as it was.
  const isSame = lists.every((list, index) => String(packed(counts[index] ?? new Map())) === String(list));
  if (!isSame) return null;
  const lines = Array.from({ length: cells }, (_, line) =>
    counts.map((histogram) => charactersOf(histogram.get(first + line) ?? 0)).join(''),
  );
  return { [CELLS_MARK]: [first, cells, lists.length], counts: lines.join('') };
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
  return counts.map(packed);
}

export function isPackedHistograms(value: object): value is PackedHistograms {
  return CELLS_MARK in value;
}

function isListOfNumbers(value: unknown): value is PackedCells {
  return Array.isArray(value) && value.every(Number.isSafeInteger);
}

/** The counts of used cells, in increasing order of their cells. */
function countsOf([first = 0, ...rest]: PackedCells): Map<number, number> {
  const counts = new Map<number, number>();
  let cell = first;
  for (const count of rest) {
    if (count > 0) counts.set(cell, count);
    cell += count < 0 ? -count : 1;
  }
  return counts;
}

function packed(counts: ReadonlyMap<number, number>): PackedCells {
  const list: number[] = [];
  let next = Number.NaN;
  for (const [cell, count] of counts) {
    if (list.length === 0) list.push(cell);
    else if (cell > next) list.push(next - cell);
    list.push(count);
    next = cell + 1;
  }
  return list;
}

function charactersOf(count: number): string {
  if (count < SINGLE) return String.fromCharCode(FIRST_CHARACTER + count);
  const digits: number[] = [];
  for (let left = count - SINGLE; left > 0 || digits.length === 0; left = Math.floor(left / DIGITS))
    digits.unshift(left % DIGITS);
  return String.fromCharCode(
    ...[SINGLE + digits.length - 1, ...digits].map((digit) => FIRST_CHARACTER + digit),
  );
}
