import { isUtf8 } from 'node:buffer';

/**
 * A byte text is a string in which each character is one byte. An argument of a command is bytes, and a body in
 * `$'\xff'` need not be UTF-8.
 */
export function toByteText(text: string | Uint8Array): string {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : Buffer.from(text);
  return bytes.toString('latin1');
}

/** Decodes a byte text as UTF-8; null if it is not UTF-8. */
export function fromByteText(byteText: string): string | null {
  const bytes = Buffer.from(byteText, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}

/** The bytes of a byte text. */
export function bytesOf(byteText: string): Uint8Array {
  return Uint8Array.from(Buffer.from(byteText, 'latin1'));
}
