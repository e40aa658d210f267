import { visible } from '../../requests/visible.ts';
import type { Paint, Tone } from '../reporters/view.ts';
import { cutToCells, widthOf } from '../text/cell-width.ts';

/** A part of a line on the screen. */
export interface Piece {
  readonly text: string;
  readonly tone?: Tone;
}

export type Line = readonly Piece[];

/** Limits a text to a number of columns; a cut text ends with an ellipsis. */
export function cutTo(text: string, width: number): string {
  return width > 0 ? cutToCells(text, width) : '';
}

/** A text in exactly a number of columns. */
export function fill(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const cut = cutTo(text, width);
  const blanks = ' '.repeat(Math.max(0, width - widthOf(cut)));
  return side === 'left' ? cut + blanks : blanks + cut;
}

/** A line as it is written: never too long, and without control sequences other than the paint. */
export function drawn(line: Line, width: number, paint: Paint): string {
  let left = width;
  let text = '';
  for (const { text: raw, tone } of line) {
    const piece = cutTo(visible(raw), left);
    left -= widthOf(piece);
    text += tone === undefined || piece.trim() === '' ? piece : paint(tone, piece);
  }
  return text.trimEnd();
}

/** Two parts of a line, the second at its end; the first is cut if there is not enough room. */
export function spread(begin: Line, end: Line, width: number): Line {
  const endWidth = lineWidth(end);
  const room = Math.max(0, width - endWidth - 2);
  const shown: Piece[] = [];
  let used = 0;
  for (const { text, ...rest } of begin) {
    const piece = cutTo(visible(text), room - used);
    used += widthOf(piece);
    shown.push({ text: piece, ...rest });
  }
  return [...shown, { text: ' '.repeat(Math.max(0, width - endWidth - used)) }, ...end];
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(visible(text)), 0);
}
