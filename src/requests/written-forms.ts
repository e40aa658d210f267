/** Pattern for a text in every form an echo may use. */
export interface WrittenForm {
  /** Regular expressions to be matched in sequence. */
  readonly pieces: readonly string[];
  /** How many of them make a match, which goes on as far as it can; otherwise all of them, or what one expression holds. */
  readonly needed?: number;
  /** Length of the text in characters. */
  readonly length: number;
}

/** Blanks may have been merged. */
const BLANKS = String.raw`(?:\s|\+|%(?:25){0,9}(?:20|0[9aAdD])|\\{1,7}[nrt]|\\{1,7}u00(?:20|0[9aAdD])|&#(?:32|[xX]20);)+`;
const BACKSLASH = String.raw`(?:\\|%(?:25){0,9}5[cC])`;
/** The characters of an entity, which may be encoded themselves. */
const AND = '(?:&|%(?:25){0,9}26)';
const HASH = '(?:#|%(?:25){0,9}23)';
const END = '(?:;|%(?:25){0,9}3[bB])';
const NAMED: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
};
const SHORTEST_BASE64 = 4;
const BITS = 8;
const BITS_OF_DIGIT = 6;
const BYTES_OF_GROUP = 3;
const HEXADECIMAL = 16;

/**
 * Matches a text unchanged, percent-encoded, or as escaped in forms, JSON or HTML, also nested. The longest form is
 * tried first, so that a match is complete.
 */
export function asWritten(text: string): WrittenForm {
  const pieces = text.match(/\s+|\\+|[\s\S]/gu) ?? [];
  return { pieces: pieces.map(pieceOf), length: text.length };
}

/** Matches bytes in Base64 at any offset of the encoded data; digits shared with other bytes are left out. */
export function inBase64(bytes: Uint8Array): WrittenForm[] {
  return Array.from({ length: BYTES_OF_GROUP }, (_, before) => {
    const digits = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const from = Math.ceil((before * BITS) / BITS_OF_DIGIT);
    const to = Math.floor(((before + bytes.length) * BITS) / BITS_OF_DIGIT);
    const last = digits.slice(to);
    const end = last === '' ? [] : [`(?:${digitsOf(last).join('')}(?:=|%(?:25){0,9}3[dD]){0,2})?`];
    return { pieces: [...digitsOf(digits.slice(from, to)), ...end], length: to - from };
  }).filter(({ length }) => length >= SHORTEST_BASE64);
}

function digitsOf(digits: string): string[] {
  return [...digits].map((digit) => {
    if (digit === '+') return `(?:-|${pieceOf('+')})`;
    return digit === '/' ? `(?:_|${pieceOf('/')})` : digit;
  });
}

function pieceOf(piece: string): string {
  if (/^[A-Za-z0-9]+$/.test(piece)) return piece;
  if (/^\s+$/.test(piece)) return BLANKS;
  const encoded = [...piece].map(encodedOnes);
  // Each escape doubles backslashes, so any number of them matches.
  if (piece.startsWith('\\')) return `(?:${BACKSLASH}|${encoded[0]?.join('|')})+`;
  return `${BACKSLASH}{0,7}(?:${encoded[0]?.join('|')}|${literal(piece)})`;
}

function encodedOnes(character: string): string[] {
  const code = character.codePointAt(0) ?? 0;
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  const named = NAMED[character];
  const isOneByte = code > 0x7f && code <= 0xff;
  return [
    percent(Buffer.from(character.toWellFormed())),
    ...(isOneByte ? [percent([code])] : []),
    units.map((unit) => `${BACKSLASH}{1,7}u${anyCase(hex(unit, 4))}`).join(''),
    `${AND}${HASH}(?:0*${code}|[xX]0*${anyCase(hex(code))})${END}`,
    ...(named === undefined ? [] : [`${AND}${named}${END}`]),
  ];
}

function percent(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => `%(?:25){0,9}${anyCase(hex(byte, 2))}`).join('');
}

function hex(value: number, digits = 1): string {
  return value.toString(HEXADECIMAL).padStart(digits, '0');
}

function anyCase(digits: string): string {
  return digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
}
