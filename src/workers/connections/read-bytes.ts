/**
 * Bytes in a buffer that is read into again: valid only during the call that brings them. They can be looked
 * at and copied, but this is no `Uint8Array`, so that nobody keeps a view of what will be another answer.
 */
export interface ReadBytes {
  readonly length: number;
  readonly [at: number]: number;
  indexOf(byte: number, from?: number): number;
}

/** A copy of `bytes[from…to)` that may be kept. */
export function copyOf(bytes: ReadBytes, from: number, to: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(to - from);
  copy.set(viewOf(bytes, from, to));
  return copy;
}

/** The same for bytes of a small answer that are soon done with: it shares memory with other such copies. */
export function smallCopyOf(bytes: ReadBytes, count: number): Buffer {
  return Buffer.from(viewOf(bytes, 0, count));
}

/** Copies `bytes[from…to)` into `target`, from `at` on. */
export function copyInto(target: Uint8Array, at: number, bytes: ReadBytes, from: number, to: number): void {
  // No view is made for it: this runs for most reads of a burst.
  (bytes as Buffer).copy(target, at, from, to);
}

/** The whole buffer, for a callee that is told how many bytes of it count, and keeps no view of them beyond the call. */
export function lentBufferOf(bytes: ReadBytes): Buffer {
  return bytes as Buffer;
}

/** The bytes themselves, for a callee that is known to keep no view of them beyond the call. */
export function lentTo(bytes: ReadBytes, count: number): Buffer {
  return viewOf(bytes, 0, count) as Buffer;
}

/** The text of `bytes[from…to)`; what a character lacks at the end is kept by the decoder for the next piece. */
export function decodedBy(decoder: TextDecoder, bytes: ReadBytes, from: number, to: number): string {
  return decoder.decode(viewOf(bytes, from, to), { stream: true });
}

// Not `slice`: that of a Buffer is a view too.
function viewOf(bytes: ReadBytes, from: number, to: number): Uint8Array {
  return (bytes as Uint8Array).subarray(from, to);
}
