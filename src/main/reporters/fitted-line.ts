const GAP = '  ';
const DEFAULT_COLUMNS = 80;

/** A part of a line that is shown whole or not at all. */
export interface LinePart {
  readonly text: string;
  /** On a line that is too long the part with the highest value is dropped first, after trying its shorter text. */
  readonly dropAt: number;
  readonly shorter?: string;
  /** The separator from the preceding part. */
  readonly gap?: string;
}

/** The longest line a terminal shows without wrapping; a terminal of unknown width reports 0 or nothing. */
export function lineWidth({ columns }: { readonly columns?: number }): number {
  return (columns || DEFAULT_COLUMNS) - 1;
}

/** Joins the parts, dropping those that do not fit. */
export function fittedLine(parts: readonly LinePart[], width: number): string {
  let left = parts;
  while (lineOf(left).length > width) {
    const last = left.reduce((found, part) => (part.dropAt > found.dropAt ? part : found));
    const { shorter, ...rest } = last;
    left =
      shorter === undefined
        ? left.filter((part) => part !== last)
        : left.map((part) => (part === last ? { ...rest, text: shorter } : part));
  }
  return lineOf(left);
}

function lineOf(parts: readonly LinePart[]): string {
  return parts.reduce((line, { text, gap = GAP }) => (line === '' ? text : line + gap + text), '');
}
