import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, messageOf, VolleyError, writeErrorCodeOf } from '../../protocol/errors.ts';
import { finalPathOf } from '../files/file-identity.ts';
import type { OutputFile } from '../files/input-files.ts';
import { syncFolder } from '../files/sync-folder.ts';
import { AppendQueue } from './append-queue.ts';

const WRITE_DELAY_MS = 25;

/** Where answered rows go. */
export interface Output {
  readonly queue: AppendQueue;
  /** Every row is there: the output gets its name. */
  commit(): Promise<void>;
  /** Rows are missing: what there is is kept only where it has been seen already. */
  discard(): Promise<void>;
}

/** Prints the answered rows as they come. */
export function printedOutput(onError: (error: unknown) => void): Output {
  const write = (pieces: readonly string[]): Promise<void> =>
    new Promise((resolve, reject) => {
      process.stdout.write(pieces.join(''), (error) => (error ? reject(error) : resolve()));
    });
  const queue = new AppendQueue(write, WRITE_DELAY_MS, onError);
  return { queue, commit: () => queue.flush(), discard: () => queue.flush() };
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
  const finalPath = await finalPathOf(path);
  const known = await stat(finalPath).catch(() => null);
  return known === null || known.isFile() || known.isDirectory() ? `${finalPath}.journal` : null;
}

/**
 * Opens the output: a file that is written beside its name until it is complete, or a pipe or device, which
 * is written to as it is; then there is nothing to resume from.
 *
 * @throws VolleyError VOLLEY_OUTPUT
 */
export async function openOutput(path: string, onError: (error: unknown) => void): Promise<Output> {
  try {
    const finalPath = await finalPathOf(path);
    const known = await stat(finalPath).catch(() => null);
    if (known?.isDirectory() === true) throw new Error('it is a folder');
    if (known !== null && !known.isFile())
      return new OpenedOutput(finalPath, null, await open(finalPath, 'r+'), onError);
    const partialPath = partialPathOf(finalPath);
    // Under the lock of the output it is a dead run's, or a link that leads elsewhere: never written through.
    await unlink(partialPath).catch(() => {});
    return new OpenedOutput(finalPath, partialPath, await open(partialPath, 'wx', known?.mode), onError);
  } catch (error) {
    throw new VolleyError(
      writeErrorCodeOf(error),
      `--out '${path}' cannot be written (${codeOf(error) || messageOf(error)}): choose a file in a folder that can be written to.`,
    );
  }
}

class OpenedOutput implements Output {
  readonly queue: AppendQueue;
  readonly #path: string;
  /** Null where the output is written to directly. */
  readonly #partialPath: string | null;
  readonly #file: FileHandle;

  constructor(path: string, partialPath: string | null, file: FileHandle, onError: (error: unknown) => void) {
    this.#path = path;
    this.#partialPath = partialPath;
    this.#file = file;
    this.queue = new AppendQueue((pieces) => file.appendFile(pieces.join('')), WRITE_DELAY_MS, onError);
  }

  async commit(): Promise<void> {
    await this.queue.flush();
    if (this.#partialPath !== null) await this.#file.sync();
    await this.#file.close();
    if (this.#partialPath === null) return;
    await rename(this.#partialPath, this.#path);
    await syncFolder(this.#path);
  }

  async discard(): Promise<void> {
    await this.queue.flush();
    await this.#file.close().catch(() => {});
    if (this.#partialPath !== null) await unlink(this.#partialPath).catch(() => {});
  }
}
