import { STATIC_NAMES, staticIndexOf } from './static-table.ts';

const INDEXED = 0x80;
const LITERAL = 0x00;
/** Never indexed, not even by proxies (RFC 7541, 6.2.3). */
const NEVER_INDEXED = 0x10;
const LONGEST_NUMBER_BYTES = 5;
/** Before a block's first field: from now on the dynamic table holds nothing (RFC 7541, 6.3). */
export const NO_TABLE = Buffer.of(0x20);

/** A field in HPACK without a dynamic table: an index, or a literal without indexing. */
export function encodedField(name: string, value: string, isSecret: boolean): Buffer {
  const index = isSecret ? 0 : staticIndexOf(name, value);
  if (index > 0) return Buffer.of(INDEXED | index);
  const nameIndex = STATIC_NAMES.get(name) ?? 0;
  const kind = isSecret ? NEVER_INDEXED : LITERAL;
  const pieces = [encodedNumber(kind, 0x0f, nameIndex)];
  if (nameIndex === 0) pieces.push(encodedText(name));
  pieces.push(encodedText(value));
  return Buffer.concat(pieces);
}

function encodedText(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([encodedNumber(0, 0x7f, bytes.length), bytes]);
}

/** A number whose first bits are under the mask, in a byte that also holds the kind (RFC 7541, 5.1). */
function encodedNumber(kind: number, mask: number, number: number): Buffer {
  if (number < mask) return Buffer.of(kind | number);
  const bytes = Buffer.alloc(1 + LONGEST_NUMBER_BYTES);
  bytes[0] = kind | mask;
  let rest = number - mask;
  let length = 1;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[length++] = (rest & 0x7f) | 0x80;
  bytes[length++] = rest;
  return bytes.subarray(0, length);
}
