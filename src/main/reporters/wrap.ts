import { firstCells, widthOf } from '../text/cell-width.ts';

/** Words that stay with the next one: a number with its unit or noun, a sign between two values. */
const BEFORE = /(?:\d|[×÷≥±–])$/;
/** Words that stay with the previous one: a unit or a sign on its own. */
const AFTER = /^(?:[×÷–]|[%µ]|(?:ms|µs|s|min|h|B|kB|MB|GB|TB)(?![A-Za-z]))/;

/**
 * Breaks a text into lines of at most `width` cells, between words. A number is not separated from its unit, and
 * a word longer than a line is broken at the end of the line.
 */
export function wrapped(text: string, width: number): string[] {
  return linesOf(piecesOf(text, width), width);
}

/** As `wrapped`, but a word longer than a line, such as an address to be copied, stays whole. */
export function wrappedWhole(text: string, width: number): string[] {
  const words = text.split(' ');
  return words.every((word) => widthOf(word) <= width) ? wrapped(text, width) : linesOf(words, width);
}

function linesOf(pieces: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    if (line !== '' && widthOf(line) + 1 + widthOf(piece) > width) {
      lines.push(line);
      line = piece;
    } else {
      line = line === '' ? piece : `${line} ${piece}`;
    }
  }
  return [...lines, line];
}

/** Cuts a text to a number of lines, and marks the cut. */
export function wrappedUpTo(most: number, text: string, width: number): string[] {
  const lines = wrapped(text, width);
  if (lines.length <= most) return lines;
  const last = lines[most - 1] ?? '';
  return [...lines.slice(0, most - 1), `${firstCells(last, width - 1)}…`];
}

/** Words, joined where they should stay together and fit on a line. */
function piecesOf(text: string, width: number): string[] {
  const pieces: string[] = [];
  for (const word of text.split(' ')) {
    const last = pieces.at(-1);
    const isBound = last !== undefined && word !== '' && (BEFORE.test(last) || AFTER.test(word));
    if (isBound && widthOf(last) + 1 + widthOf(word) <= width) pieces[pieces.length - 1] = `${last} ${word}`;
    else pieces.push(...broken(word, width));
  }
  return pieces;
}

/** By characters, so that no surrogate pair is split. */
function broken(word: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let rest = word;
  while (widthOf(rest) > width) {
    const piece = firstCells(rest, width) || (Array.from(rest)[0] ?? '');
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...pieces, rest];
}
