/** What stays with the word behind it: a number with its unit or noun, a sign between two values. */
const BEFORE = /(?:\d|[×÷≥±–])$/;
/** What stays with the word before it: a unit or a sign that is alone. */
const AFTER = /^(?:[×÷–]|[%µ]|(?:ms|µs|s|min|h|B|kB|MB|GB|TB)(?![A-Za-z]))/;

/**
 * Breaks a text into lines of at most `width` characters, between words. A number is never parted from its unit, and
 * a word that is longer than a line is broken where the line ends.
 */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text, width)) {
    if (line !== '' && line.length + 1 + piece.length > width) {
      lines.push(line);
      line = piece;
    } else {
      line = line === '' ? piece : `${line} ${piece}`;
    }
  }
  return [...lines, line];
}

/** Cuts a text to a number of lines, and says so. */
export function wrappedUpTo(most: number, text: string, width: number): string[] {
  const lines = wrapped(text, width);
  if (lines.length <= most) return lines;
  const last = lines[most - 1] ?? '';
  return [...lines.slice(0, most - 1), `${last.slice(0, width - 1)}…`];
}

/** Words, and words that stay together where there is room for them. */
function piecesOf(text: string, width: number): string[] {
  const pieces: string[] = [];
  for (const word of text.split(' ')) {
    const last = pieces.at(-1);
    const isBound = last !== undefined && word !== '' && (BEFORE.test(last) || AFTER.test(word));
    if (isBound && last.length + 1 + word.length <= width) pieces[pieces.length - 1] = `${last} ${word}`;
    else pieces.push(...broken(word, width));
  }
  return pieces;
}

/** By characters, not by halves of them. */
function broken(word: string, width: number): readonly string[] {
  return word.length <= width ? [word] : (word.match(new RegExp(`.{1,${width}}`, 'gsu')) ?? [word]);
}
