import { visible } from '../../requests/visible.ts';
import type { Paint, Tone } from '../reporters/view.ts';

/** A part of a line on the screen. */
export interface Piece {
  readonly text: string;
  readonly tone?: Tone;
}

export type Line = readonly Piece[];

/** Characters that terminals draw two columns wide. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
/** Marks drawn over the preceding letter. */
const ON_TOP = /[\p{Mn}\p{Me}]/u;
/** Neither wide nor combining, like nearly every text: made of these characters, it is as wide as it is long. */
const PLAIN = /^[\x20-\x7e\xa0-\xac\xae-\xff\u2010-\u2026\u2264\u2265\u2500-\u259f\u2713\u2717]*$/;

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** Limits a text to a number of columns; a cut text ends with an ellipsis. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let cut = '';
  let used = 0;
  for (const character of text) {
    used += columnsOf(character);
    if (used > width - 1) break;
    cut += character;
  }
  return width > 0 ? `${cut}…` : '';
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

function columnsOf(character: string): number {
  if (ON_TOP.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
