const NUL = 0x00;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const DELETE = 0x7f;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;

/** Connection-specific fields, which HTTP/2 forbids (RFC 9113, 8.2.2). */
export const FORBIDDEN_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/** Whether a field name is valid (RFC 9113, 8.2.1). */
export function isFieldName(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code <= SPACE || code === COLON || code >= DELETE || (code >= UPPER_A && code <= UPPER_Z))
      return false;
  }
  return name.length > 0;
}

/** Whether a field value is valid (RFC 9113, 8.2.1); surrounding blanks are tolerated, as in other clients. */
export function isFieldValue(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte <= CR && (byte === NUL || byte === LF || byte === CR)) return false;
  }
  return true;
}
