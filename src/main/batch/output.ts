import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VolleyError } from '../../protocol/errors.ts';
import { visibleLines } from '../../requests/visible.ts';
import { finalPathOf } from '../files/file-identity.ts';
import type { OutputFile } from '../files/input-files.ts';
import { openReplaced } from '../files/replaced-file.ts';
import { cannotWrite } from '../files/result-file.ts';
import { AppendQueue } from './append-queue.ts';

const WRITE_DELAY_MS = 25;

/** Destination of answered rows. */
export interface Output {
  readonly queue: AppendQueue;
  /** Gives the output its final name, when every row is in it. */
  commit(): Promise<void>;
  /** Ends an incomplete output: a file is deleted, a pipe or stdout gets what was queued. */
  discard(): Promise<void>;
  /** Stops waiting for the reader of the output. */
  abandon(): void;
}

/** Prints answered rows as they arrive. */
export function printedOutput(onError: (error: unknown) => void): Output {
  const write = (pieces: readonly string[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const text = pieces.join('');
      // A terminal would obey control characters in answers and cells; a pipe gets them as they are.
      process.stdout.write(process.stdout.isTTY ? visibleLines(text) : text, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  const queue = new AppendQueue(write, WRITE_DELAY_MS, onError);
  return { queue, commit: () => queue.flush(), discard: () => queue.flush(), abandon: () => {} };
}

/** Every file that a batch writes for its output, to check that none of them is an input. */
export function batchOutputs(out: string | undefined): OutputFile[] {
  if (out === undefined || out === '') return [];
  const finalPath = finalPathOf(out);
  const besides = [`${finalPath}.journal`, `${finalPath}.journal.lock`, partialPathOf(finalPath)];
  return [
    { option: '--out', path: out },
    ...besides.map((path) => ({ option: '--out', path: out, besides: path })),
  ];
}

function partialPathOf(finalPath: string): string {
  return join(dirname(finalPath), `.${basename(finalPath)}.partial`);
}

/** The lock of an output, next to its journal. */
export function lockPathOf(journalPath: string): string {
  return `${journalPath}.lock`;
}

/** Path of an output's journal; null for a pipe or device, which has none. */
export async function journalPathOf(path: string): Promise<string | null> {
  const known = await stat(path).catch(() => null);
  return known === null || known.isFile() || known.isDirectory() ? `${finalPathOf(path)}.journal` : null;
}

/**
 * Opens the output: a file, which is written under a temporary name until it is complete, or a pipe or device,
 * which is written directly and cannot be resumed.
 *
 * @param option as errors name it
 * @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN
 */
export async function openOutput(
  option: string,
  path: string,
  onError: (error: unknown) => void,
): Promise<Output> {
  try {
    const file = await openReplaced(option, path, partialPathOf);
    const queue = new AppendQueue((pieces) => file.append(pieces.join('')), WRITE_DELAY_MS, onError);
    return {
      queue,
      commit: () => queue.flush().then(() => file.commit()),
      discard: () => queue.flush().then(() => file.discard()),
      abandon: () => file.abandon(),
    };
  } catch (error) {
    throw error instanceof VolleyError ? error : cannotWrite(option, path, error);
  }
}
