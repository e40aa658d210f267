import { constants } from 'node:fs';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { syncFolder } from '../../machine/sync-folder.ts';
import { finalPathOf } from './file-identity.ts';
import { PipeSink } from './pipe-sink.ts';

/** A file being written: a result, or answered rows. */
export interface WrittenFile {
  append(text: string): Promise<void>;
  /** Whether the file has its name only once it is complete; a pipe or a device has no second content. */
  readonly isReplaced: boolean;
  /** The content is complete: gives the file its name. */
  commit(): Promise<void>;
  /** Deletes what has been written, unless a reader may have seen it already. */
  discard(): Promise<void>;
  /** Stops waiting for a slow reader: `append` fails instead of waiting. */
  abandon(): void;
}

/**
 * Opens a file that is written under a temporary name until it is complete, so it is never read half written.
 * Anything but a regular file, such as a pipe or a device, is written to directly. The caller holds the lock of the
 * output: a file under the temporary name is left from a dead run, or is a link that leads elsewhere.
 *
 * @param besideOf returns the temporary name
 * @throws VolleyError VOLLEY_OUTPUT for a pipe without a reader; else the system's error
 */
export async function openReplaced(
  option: string,
  path: string,
  besideOf: (finalPath: string) => string,
): Promise<WrittenFile> {
  const known = await stat(path).catch(() => null);
  if (known?.isDirectory() === true) throw new Error('it is a folder');
  if (known?.isFIFO() === true) return direct(await PipeSink.open(option, path));
  if (known !== null && !known.isFile()) {
    const device = await open(path, constants.O_WRONLY);
    return direct({
      append: (text) => device.appendFile(text),
      close: () => device.close(),
      abandon: () => {},
    });
  }
  // A link stays a link: its target is replaced.
  const finalPath = finalPathOf(path);
  const partialPath = besideOf(finalPath);
  await unlink(partialPath).catch(() => {});
  return new ReplacedFile(finalPath, partialPath, await open(partialPath, 'wx', known?.mode));
}

function direct(sink: Pick<PipeSink, 'append' | 'close' | 'abandon'>): WrittenFile {
  return {
    isReplaced: false,
    append: (text) => sink.append(text),
    commit: () => sink.close(),
    discard: () => sink.close().catch(() => {}),
    abandon: () => sink.abandon(),
  };
}

class ReplacedFile implements WrittenFile {
  readonly isReplaced = true;
  readonly #path: string;
  readonly #partialPath: string;
  readonly #file: FileHandle;

  constructor(path: string, partialPath: string, file: FileHandle) {
    this.#path = path;
    this.#partialPath = partialPath;
    this.#file = file;
  }

  append(text: string): Promise<void> {
    return this.#file.appendFile(text);
  }

  async commit(): Promise<void> {
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#partialPath, this.#path);
    await syncFolder(this.#path);
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => {});
    await unlink(this.#partialPath).catch(() => {});
  }

  /** A disk does not block for long. */
  abandon(): void {}
}
