import { constants, createReadStream, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { quoted } from '../text/quoted.ts';
import { STDIN } from './stdin.ts';

const STDIN_FD = 0;
/** A longer wait is reported, with its reason. */
const NOTICE_MS = 1_000;

let tell: (sentence: string) => void = () => {};

/** From now on, `listener` is called with each input from which nothing has come for a second. */
export function tellWaits(listener: (sentence: string) => void): void {
  tell = listener;
}

/** Whether what a path names may keep its reader waiting, as pipes and devices do. @throws Error of the file system */
export function mayHaveToWait(path: string | Buffer): boolean {
  const stats = statsOf(path);
  return !stats.isFile() && !stats.isDirectory();
}

/**
 * What a path names, `-` for stdin, piece by piece. Waiting for it blocks no thread, so signals are heard meanwhile.
 *
 * @throws Error of the file system
 */
export async function* awaitedBytes(path: string | Buffer): AsyncGenerator<Buffer> {
  const stream = streamOf(path);
  const name = String(path) === STDIN ? 'stdin' : quoted(String(path));
  const notice = setTimeout(() => tell(`waiting for ${name}: nothing has come from it yet.`), NOTICE_MS);
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      clearTimeout(notice);
      yield piece;
    }
  } finally {
    clearTimeout(notice);
    stream.destroy();
  }
}

function statsOf(path: string | Buffer): Stats {
  return String(path) === STDIN ? fstatSync(STDIN_FD) : statSync(path);
}

function streamOf(path: string | Buffer): Readable {
  const isStdin = String(path) === STDIN;
  const stats = statsOf(path);
  if (stats.isFile() || stats.isDirectory())
    return isStdin ? createReadStream('', { fd: STDIN_FD, autoClose: false }) : createReadStream(path);
  // A pipe is opened although it has no writer yet: otherwise a thread would wait for one, and end with it alone.
  const fd = isStdin ? STDIN_FD : openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  if (stats.isFIFO() || stats.isSocket()) return new Socket({ fd, readable: true, writable: false });
  if (isatty(fd)) return new ReadStream(fd);
  return createReadStream('', { fd, autoClose: !isStdin });
}
