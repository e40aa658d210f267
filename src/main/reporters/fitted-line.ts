const GAP = '  ';
const DEFAULT_COLUMNS = 80;

/** A piece of a line that is shown whole or not at all. */
export interface LinePart {
  readonly text: string;
  /** Whoever has the highest goes first where the line is too long; the shorter text is tried before that. */
  readonly dropAt: number;
  readonly shorter?: string;
  /** What divides it from the part before it. */
  readonly gap?: string;
}

/** The longest line a terminal shows without wrapping it; one that does not know its width says 0 or nothing. */
export function lineWidth({ columns }: { readonly columns?: number }): number {
  return (columns || DEFAULT_COLUMNS) - 1;
}

/** Parts side by side, without those that there is no room for. */
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
