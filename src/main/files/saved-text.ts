import { stat } from 'node:fs/promises';
import { reasonOf } from '../../protocol/errors.ts';
import { formatBytes } from '../text/format.ts';
import { awaitedBytes } from './awaited-bytes.ts';
import { keepStdin, keptStdin, STDIN } from './stdin.ts';

/** Limit on what is read; no text can be much longer. */
const MOST_BYTES = 512_000_000;
/** How JSON or a page begins. */
const BEGINNING = /^\s*(?:[{["<\d-]|true|false|null|$)/;
/** The beginning is judged by so many bytes. */
const JUDGED_BYTES = 4_096;
const NOT_JSON = 'it is not JSON; save one with --out';
const TOO_LARGE = `it has more than ${formatBytes(MOST_BYTES)}, and larger results are not read`;

/**
 * Reads a saved result, `-` for stdin. What cannot be one is not read to its end.
 *
 * @param unusable makes the error for a file that cannot be used
 * @throws that error
 */
export async function savedText(path: string, unusable: (why: string) => Error): Promise<string> {
  try {
    if (path === STDIN) return await textOfStdin();
    const found = await stat(path);
    if (found.isFile() && found.size > MOST_BYTES) throw new NoResult(TOO_LARGE);
    return (await contentOf(path)).toString('utf8');
  } catch (error) {
    throw unusable(
      error instanceof NoResult ? error.message : `it cannot be read (${reasonOf(error)}); check the path`,
    );
  }
}

async function textOfStdin(): Promise<string> {
  const bytes = keptStdin() ?? (await contentOf(STDIN));
  keepStdin(bytes);
  return bytes.toString('utf8');
}

async function contentOf(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of awaitedBytes(path)) {
    const isFirst = chunks.length === 0;
    if (isFirst && !BEGINNING.test(chunk.toString('utf8', 0, JUDGED_BYTES))) throw new NoResult(NOT_JSON);
    // Neither JSON nor a page has this byte; files that are cut off by a crash may be full of it.
    if (chunk.includes(0)) throw new NoResult(NOT_JSON);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new NoResult(TOO_LARGE);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Why a file is not a result. */
class NoResult extends Error {}
