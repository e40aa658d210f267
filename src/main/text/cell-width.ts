/** Characters that take two cells of a terminal. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
/** Characters that are written over the one before them. */
const OVER = /[\p{Mn}\p{Me}]/u;
/** Neither wide nor combining, like nearly every text: made of these characters, it is as wide as it is long. */
const PLAIN = /^[\x20-\x7e\xa0-\xac\xae-\xff\u2010-\u2026\u2264\u2265\u2500-\u259f\u2713\u2717]*$/;

/** How many cells of a terminal a text takes. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let cells = 0;
  for (const character of text) cells += cellsOf(character);
  return cells;
}

/** The beginning of a text that takes at most so many cells. */
export function firstCells(text: string, most: number): string {
  if (PLAIN.test(text)) return text.slice(0, most);
  let [cells, end] = [0, 0];
  for (const character of text) {
    cells += cellsOf(character);
    if (cells > most) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** A text that fits, or its beginning with a mark. */
export function cutToCells(text: string, most: number): string {
  return widthOf(text) > most ? `${firstCells(text, most - 1)}…` : text;
}

/**
 * Texts that fit, each its beginning with a mark; where that would make two of them alike, as URLs of different ports are,
 * beginning and end with a mark in between.
 */
export function cutApart(texts: readonly string[], most: number): string[] {
  const cut = texts.map((text) => cutToCells(text, most));
  return new Set(cut).size === new Set(texts).size ? cut : texts.map((text) => cutWithin(text, most));
}

function cutWithin(text: string, most: number): string {
  if (widthOf(text) <= most) return text;
  const end = lastCells(text, Math.ceil((most - 1) / 2));
  return `${firstCells(text, most - 1 - widthOf(end))}…${end}`;
}

function lastCells(text: string, most: number): string {
  let [cells, begin] = [0, text.length];
  for (const character of [...text].reverse()) {
    cells += cellsOf(character);
    if (cells > most) break;
    begin -= character.length;
  }
  return text.slice(begin);
}

/** A text with blanks behind it, to take so many cells. */
export function padEndToCells(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - widthOf(text)));
}

function cellsOf(character: string): number {
  if (OVER.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
