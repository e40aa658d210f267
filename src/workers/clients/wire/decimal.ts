export const ZERO = 0x30;
export const NINE = 0x39;

/** -1 if the bytes are not a safe whole number. */
export function numberIn(bytes: Uint8Array, from: number, to: number): number {
  if (from === to) return -1;
  let number = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte < ZERO || byte > NINE) return -1;
    number = number * 10 + byte - ZERO;
    if (number > Number.MAX_SAFE_INTEGER) return -1;
  }
  return number;
}
