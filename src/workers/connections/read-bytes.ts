/**
 * Bytes in a buffer that will be reused: valid only during the call that delivers them. They can be read
 * and copied, but this is not a `Uint8Array`, so that no code keeps a view of what becomes another answer.
 */
export interface ReadBytes {
  readonly length: number;
  readonly [at: number]: number;
  /** Reads several of them at once, from any place; not every buffer has it. */
  readonly words?: DataView;
  indexOf(byte: number, from?: number): number;
}

/** The order of bytes in this machine's numbers. */
export const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** A buffer to read into, whose bytes can be read several at once. */
export function withWords(buffer: Buffer): Buffer & { readonly words: DataView } {
  return Object.assign(buffer, { words: new DataView(buffer.buffer, buffer.byteOffset, buffer.length) });
}

/** A copy of `bytes[from…to)` that may be kept. */
export function copyOf(bytes: ReadBytes, from: number, to: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(to - from);
  copy.set(viewOf(bytes, from, to));
  return copy;
}

/** The same as text, one character for each byte (Latin-1): no memory outside of the heap has to be found for it. */
export function latin1Of(bytes: ReadBytes, from: number, to: number): string {
  return (bytes as Buffer).toString('latin1', from, to);
}

/** The same for short-lived bytes of a small answer: the copy shares memory with others. */
export function smallCopyOf(bytes: ReadBytes, from: number, to: number): Buffer {
  return Buffer.from(viewOf(bytes, from, to));
}

/** Copies `bytes[from…to)` into `target`, from `at` on. */
export function copyInto(target: Uint8Array, at: number, bytes: ReadBytes, from: number, to: number): void {
  // Without creating a view: this runs for most reads of a burst.
  (bytes as Buffer).copy(target, at, from, to);
}

/** The whole buffer, for a callee that is given the byte count and keeps no view after the call. */
export function lentBufferOf(bytes: ReadBytes): Buffer {
  return bytes as Buffer;
}

/** The bytes themselves, for a callee that keeps no view after the call. */
export function lentTo(bytes: ReadBytes, from: number, to: number): Buffer {
  return viewOf(bytes, from, to) as Buffer;
}

/** The text of `bytes[from…to)`; the decoder keeps an incomplete last character for the next piece. */
export function decodedBy(decoder: TextDecoder, bytes: ReadBytes, from: number, to: number): string {
  return decoder.decode(viewOf(bytes, from, to), { stream: true });
}

// Not `slice`: a Buffer's is a view too.
function viewOf(bytes: ReadBytes, from: number, to: number): Uint8Array {
  return (bytes as Uint8Array).subarray(from, to);
}
