import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VolleyError } from '../../protocol/errors.ts';
import { finalPathOf } from '../files/file-identity.ts';
import type { OutputFile } from '../files/input-files.ts';
import { openReplaced } from '../files/replaced-file.ts';
import { cannotWrite } from '../files/result-file.ts';
import { AppendQueue } from './append-queue.ts';

const WRITE_DELAY_MS = 25;

/** Where answered rows go. */
export interface Output {
  readonly queue: AppendQueue;
  /** Every row is there: the output gets its name. */
  commit(): Promise<void>;
  /** Rows are missing: what there is is kept only where it has been seen already. */
  discard(): Promise<void>;
  /** Waits no longer for whoever reads it. */
  abandon(): void;
}

/** Prints the answered rows as they come. */
export function printedOutput(onError: (error: unknown) => void): Output {
  const write = (pieces: readonly string[]): Promise<void> =>
    new Promise((resolve, reject) => {
      process.stdout.write(pieces.join(''), (error) => (error ? reject(error) : resolve()));
    });
  const queue = new AppendQueue(write, WRITE_DELAY_MS, onError);
  return { queue, commit: () => queue.flush(), discard: () => queue.flush(), abandon: () => {} };
}

/** Every file that a batch writes beside its output, so that none is one that is read. */
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

/** Where the journal of an output lies; null where there can be none, beside a pipe or a device. */
export async function journalPathOf(path: string): Promise<string | null> {
  const known = await stat(path).catch(() => null);
  return known === null || known.isFile() || known.isDirectory() ? `${finalPathOf(path)}.journal` : null;
}

/**
 * Opens the output: a file that is written beside its name until it is complete, or a pipe or device, which
 * is written to as it is; then there is nothing to resume from.
 *
 * @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN
 */
export async function openOutput(path: string, onError: (error: unknown) => void): Promise<Output> {
  try {
    const file = await openReplaced('--out', path, partialPathOf);
    const queue = new AppendQueue((pieces) => file.append(pieces.join('')), WRITE_DELAY_MS, onError);
    return {
      queue,
      commit: () => queue.flush().then(() => file.commit()),
      discard: () => queue.flush().then(() => file.discard()),
      abandon: () => file.abandon(),
    };
  } catch (error) {
    throw error instanceof VolleyError ? error : cannotWrite('--out', path, error);
  }
}
