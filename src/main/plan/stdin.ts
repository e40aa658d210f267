import { readSync } from 'node:fs';
import { codeOf } from '../../protocol/errors.ts';
import type { RunOptions } from './options.ts';
import type { Problems } from './problems.ts';
import { listed, type OptionWord, phrase, the } from './words.ts';

/** What stands for stdin where a file is named. */
export const STDIN = '-';

const STDIN_FD = 0;
const CHUNK_BYTES = 65_536;
const PAUSE_MS = 10;

let read: Buffer | null = null;

/**
 * All of stdin. It can be read only once, and several plans may be made of the same options.
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

/** Where whoever started volley made it not wait, there may be nothing to read yet. */
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

/**
 * Notes a problem where several options ask for stdin, and says so: only one can have it.
 *
 * @param others what else reads it
 */
export function refuseTwoReaders(
  options: RunOptions,
  problems: Problems,
  others: readonly OptionWord[] = [],
): boolean {
  const requests = [options, ...(Array.isArray(options.mix) ? options.mix : [])];
  const readers = [
    ...others,
    ...(options.urls === STDIN ? [the('urls')] : []),
    ...(options.curlFile === STDIN ? [the('curl-file')] : []),
    ...(options.har === STDIN ? [the('har')] : []),
    ...(options.rows === STDIN ? [the('rows')] : []),
    ...(requests.some(({ bodyFile }) => bodyFile === STDIN) ? [the('body-file')] : []),
    ...(requests.some(({ json }) => json === `@${STDIN}`) ? [the('json')] : []),
  ];
  if (readers.length <= 1) return false;
  problems.add(
    phrase`${listed(readers, ' and ')}: stdin (-) can be read by one of them only: give files to the others.`,
  );
  return true;
}
