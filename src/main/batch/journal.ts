import { randomBytes } from 'node:crypto';
import { type FileHandle, open, stat, unlink } from 'node:fs/promises';
import { syncFolder } from '../../machine/sync-folder.ts';
import { codeOf } from '../../protocol/errors.ts';
import { readBack } from '../../requests/exact-json.ts';
import { linked, writeNew } from '../files/file-lock.ts';
import { AppendQueue } from './append-queue.ts';
import { FrameReader, frameOf } from './journal-frames.ts';
import { InputError } from './line-blocks.ts';
import type { AnsweredRow } from './record.ts';

const VERSION = 2;
/** Including the worker's delay, an answer is in the journal well within 100 ms. */
const WRITE_DELAY_MS = 25;
const SYNC_INTERVAL_MS = 1_000;

/** Identifies the batch that a journal belongs to. */
interface JournalHeader {
  readonly volleyJournal: number;
  /** Fingerprint of everything that determines a row's answer. */
  readonly request: string;
  /** SHA-256 of the input file; null if the input is stdin. */
  readonly input: string | null;
  /** Keeps random placeholders the same after a resume. */
  readonly seed: number;
  /** SHA-256 of each other file whose content is sent, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** How far the input has been read, with a digest of all rows up to there. */
export interface Checkpoint {
  readonly rows: number;
  readonly digest: number;
}

type Line =
  | readonly [
      row: number,
      status: number,
      latencyMs: number | null,
      attempts: number,
      error: string,
      values: AnsweredRow['values'],
      own: readonly unknown[],
    ]
  | { readonly checkpoint: Checkpoint };

/**
 * Answered rows in the order of their answers, in an append-only file of checksummed frames: the torn end that
 * a crash leaves is detected and ignored. Written every 25 ms, synced every second.
 */
export class Journal {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #queue: AppendQueue;
  readonly #checkpoint: () => Checkpoint;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  /** Number of rows written by this run. */
  rows = 0;
  #end: number;
  #isDirty = false;
  #syncing: Promise<void> | null = null;

  private constructor(
    path: string,
    file: FileHandle,
    end: number,
    checkpoint: () => Checkpoint,
    onError: (error: unknown) => void,
  ) {
    this.#path = path;
    this.#file = file;
    this.#end = end;
    this.#checkpoint = checkpoint;
    this.#onError = onError;
    this.#queue = new AppendQueue((lines) => this.#writeFrame(lines), WRITE_DELAY_MS, onError);
    this.#timer = setInterval(() => this.#sync(), SYNC_INTERVAL_MS);
    this.#timer.unref();
  }

  /**
   * Creates a journal; `checkpoint` is called with each write. The file gets its name only after its header is on the
   * disk, so that a full disk leaves no journal.
   *
   * @throws Error with code EEXIST if there already is one
   */
  static async create(
    path: string,
    header: Omit<JournalHeader, 'volleyJournal'>,
    checkpoint: () => Checkpoint,
    onError: (error: unknown) => void,
  ): Promise<Journal> {
    const ownPath = `${path}.${randomBytes(6).toString('hex')}`;
    const first = frameOf(JSON.stringify({ volleyJournal: VERSION, ...header }));
    try {
      await writeNew(ownPath, first);
      if (!(await linked(ownPath, path)))
        throw Object.assign(new Error('a journal already exists'), { code: 'EEXIST' });
    } finally {
      await unlink(ownPath).catch(() => {});
    }
    await syncFolder(path);
    return new Journal(path, await open(path, 'r+'), first.length, checkpoint, onError);
  }

  /** Continues a journal whose first `end` bytes are good. */
  static async reopen(
    { path, file, end }: JournalReader,
    checkpoint: () => Checkpoint,
    onError: (error: unknown) => void,
  ): Promise<Journal> {
    await file.truncate(end);
    return new Journal(path, file, end, checkpoint, onError);
  }

  get isBehind(): boolean {
    return this.#queue.isBehind;
  }

  set onRoom(onRoom: () => void) {
    this.#queue.onRoom = onRoom;
  }

  add({ row, status, latencyMs, attempts, error, values, own }: AnsweredRow): void {
    const line: Line = [row, status, latencyMs, attempts, error, values, own];
    this.#queue.add(JSON.stringify(line));
  }

  /** Resolves when everything added is on the disk. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#queue.flush();
    await this.#syncing;
    try {
      await this.#file.datasync();
    } catch (error) {
      this.#onError(error);
    }
    await this.#file.close();
  }

  /** Deletes the journal, when the output is complete. */
  async remove(): Promise<void> {
    await unlink(this.#path);
  }

  async #writeFrame(lines: readonly string[]): Promise<void> {
    const checkpoint: Line = { checkpoint: this.#checkpoint() };
    await this.#append(`${lines.join('\n')}\n${JSON.stringify(checkpoint)}`);
    this.rows += lines.length;
  }

  async #append(text: string): Promise<void> {
    const frame = frameOf(text);
    for (let written = 0; written < frame.length; ) {
      const { bytesWritten } = await this.#file.write(
        frame,
        written,
        frame.length - written,
        this.#end + written,
      );
      written += bytesWritten;
    }
    this.#end += frame.length;
    this.#isDirty = true;
  }

  /** Syncs in parallel to writes, which must not wait for it. */
  #sync(): void {
    if (!this.#isDirty || this.#syncing !== null) return;
    this.#isDirty = false;
    this.#syncing = this.#file
      .datasync()
      .catch(this.#onError)
      .finally(() => {
        this.#syncing = null;
      });
  }
}

/** Reads the journal of a run that ended early. */
export class JournalReader {
  readonly path: string;
  readonly file: FileHandle;
  checkpoint: Checkpoint = { rows: 0, digest: 0 };
  readonly #frames: FrameReader;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.file = file;
    this.#frames = new FrameReader(file);
  }

  /** End of the last good frame read. */
  get end(): number {
    return this.#frames.end;
  }

  /** Number of unreadable bytes before good frames. */
  get damagedBytes(): number {
    return this.#frames.damagedBytes;
  }

  /**
   * Opens a journal; null if there is no such file.
   *
   * @throws InputError if it is a folder, a pipe or a device
   */
  static async open(path: string): Promise<JournalReader | null> {
    try {
      // Checked before opening: opening a pipe would wait for a writer.
      if (!(await stat(path)).isFile()) throw new InputError('it is not a file');
      return new JournalReader(path, await open(path, 'r+'));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** Closes a journal that is not continued. Node ends a process that leaves an open file to the garbage collector. */
  async close(): Promise<void> {
    await this.file.close();
  }

  /** The first frame; null if this is not a journal of this version. */
  async header(): Promise<JournalHeader | null> {
    const text = await this.#frames.first();
    if (text === null) return null;
    try {
      const header: unknown = JSON.parse(text);
      return isHeader(header) ? header : null;
    } catch {
      return null;
    }
  }

  /**
   * The rows of the next good frame, skipping damaged ones; null at the end.
   *
   * @throws InputError if an intact frame has content that volley does not write
   */
  async rows(): Promise<readonly AnsweredRow[] | null> {
    const text = await this.#frames.next();
    if (text === null) return null;
    const rows: AnsweredRow[] = [];
    for (const line of text.split('\n')) {
      const parsed = lineIn(line);
      if (parsed === null) throw new InputError(`the data before byte ${this.end} is not a row`);
      if ('checkpoint' in parsed) {
        this.checkpoint = parsed.checkpoint;
        continue;
      }
      const [row, status, latencyMs, attempts, error, values, own] = parsed;
      rows.push({ row, status, latencyMs, attempts, error, values, own });
    }
    return rows;
  }
}

function isHeader(value: unknown): value is JournalHeader {
  if (typeof value !== 'object' || value === null) return false;
  const { volleyJournal, request, input, seed, files } = value as Readonly<Record<string, unknown>>;
  return (
    volleyJournal === VERSION &&
    typeof request === 'string' &&
    (input === null || typeof input === 'string') &&
    Number.isSafeInteger(seed) &&
    typeof files === 'object' &&
    files !== null
  );
}

/** Null if it is not a line of a journal. */
function lineIn(text: string): Line | null {
  try {
    const value = readBack(text);
    if (Array.isArray(value)) return isRowLine(value) ? (value as unknown as Line) : null;
    const checkpoint = (value as { readonly checkpoint?: Partial<Checkpoint> } | null)?.checkpoint;
    return isCount(checkpoint?.rows) && isCount(checkpoint?.digest) ? (value as Line) : null;
  } catch {
    return null;
  }
}

function isRowLine([row, status, latencyMs, attempts, error, values, own]: readonly unknown[]): boolean {
  return (
    isCount(row) &&
    row > 0 &&
    isCount(status) &&
    (latencyMs === null || typeof latencyMs === 'number') &&
    isCount(attempts) &&
    typeof error === 'string' &&
    Array.isArray(values) &&
    Array.isArray(own)
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
