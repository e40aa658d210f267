import type { ReadBytes } from '../../../connections/read-bytes.ts';

/** Named bytes in the grammar of HTTP/1.1. */
const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const EQUALS = 0x3d;
export const BACKSLASH = 0x5c;

/** By byte: the token character in lower case (RFC 9110, 5.6.2), or 0. */
export const TOKEN_LOWER = new Uint8Array(256);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz") {
  TOKEN_LOWER[character.charCodeAt(0)] = character.charCodeAt(0);
}
for (let upper = 0x41; upper <= 0x5a; upper++) TOKEN_LOWER[upper] = upper + 0x20;

/** By byte: 1 if allowed in a field value or a reason phrase (RFC 9110, 5.5; RFC 9112, 4). */
export const IS_TEXT = new Uint8Array(256).fill(1, SPACE);
IS_TEXT[TAB] = 1;
IS_TEXT[0x7f] = 0;

/** By byte: the value of a hexadecimal digit, or -1. */
export const HEX = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  for (const character of [digit.toString(16), digit.toString(16).toUpperCase()]) {
    HEX[character.charCodeAt(0)] = digit;
  }
}

/** White space within a line. */
export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** Whether the bytes are only what servers may send between answers. */
export function hasOnlyLineEnds(bytes: ReadBytes, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    if (bytes[at] !== CR && bytes[at] !== LF) return false;
  }
  return true;
}
