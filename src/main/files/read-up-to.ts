import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { codeOf } from '../../protocol/errors.ts';
import { STDIN } from './stdin.ts';

const STDIN_FD = 0;
const CHUNK_BYTES = 65_536;
const PAUSE_MS = 10;

/** Limit on what an option names, where nothing less is said. */
export const LARGEST_INPUT_BYTES = 256 * 2 ** 20;

/** Limit on certificates and keys: those of all authorities take a quarter of it. */
export const LARGEST_PEM_BYTES = 2 ** 20;

/** An input has more bytes than what it is read for may have. */
export class InputTooLarge extends Error {
  readonly mostBytes: number;
  /** Null if it was not read to its end, and nothing says how many there are. */
  readonly bytes: number | null;

  constructor(mostBytes: number, bytes: number | null = null) {
    super(`it has more than ${mostBytes.toLocaleString('en')} bytes`);
    this.mostBytes = mostBytes;
    this.bytes = bytes;
  }
}

/**
 * Reads the whole of what a path names, `-` for stdin.
 *
 * @throws InputTooLarge or an error of the file system
 */
export function readUpTo(path: string | Buffer, mostBytes: number): Buffer {
  const fd = String(path) === STDIN ? STDIN_FD : openSync(path, 'r');
  try {
    const stats = fstatSync(fd);
    if (stats.size > mostBytes) throw new InputTooLarge(mostBytes, stats.size);
    // Files of the system have no size, and pipes and devices may have no end.
    return stats.isFile() && stats.size > 0 ? readFileSync(fd) : readPieces(fd, mostBytes);
  } finally {
    if (fd !== STDIN_FD) closeSync(fd);
  }
}

function readPieces(fd: number, mostBytes: number): Buffer {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(CHUNK_BYTES);
    const count = readOrWait(fd, piece);
    if (count === 0) return Buffer.concat(pieces);
    bytes += count;
    if (bytes > mostBytes) throw new InputTooLarge(mostBytes);
    pieces.push(piece.subarray(0, count));
  }
}

/** If it is non-blocking, there may be nothing to read yet. */
function readOrWait(fd: number, piece: Buffer): number {
  for (;;) {
    try {
      return readSync(fd, piece);
    } catch (error) {
      if (codeOf(error) === 'EOF') return 0;
      if (codeOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}
