import { readSync } from 'node:fs';
import { codeOf } from '../../protocol/errors.ts';

/** Stands for stdin in place of a file name. */
export const STDIN = '-';

const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/\d+$/;

/** Whether a name says nothing of the format: stdin, or a descriptor such as that of `<(command)`. */
export function isNameless(path: string): boolean {
  return path === STDIN || DESCRIPTOR.test(path);
}

const STDIN_FD = 0;
const CHUNK_BYTES = 65_536;
const PAUSE_MS = 10;

let read: Buffer | null = null;

/**
 * Reads all of stdin and keeps it, since it can be read only once and the same options may be read several times.
 *
 * @throws Error of the file system
 */
export function readStdin(): Buffer {
  read ??= readAll();
  return read;
}

function readAll(): Buffer {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const count = readOrWait(chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
  }
}

/** If stdin is non-blocking, there may be nothing to read yet. */
function readOrWait(chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(STDIN_FD, chunk);
    } catch (error) {
      if (codeOf(error) === 'EOF') return 0;
      if (codeOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}
