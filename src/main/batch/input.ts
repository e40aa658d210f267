import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { extname } from 'node:path';
import { messageOf, reasonOf } from '../../protocol/errors.ts';
import { awaitedBytes } from '../files/awaited-bytes.ts';
import { noteInput } from '../files/input-files.ts';
import type { Problems } from '../plan/problems.ts';
import { wrongLinesOf } from '../plan/requests/rows.ts';
import { type RowsForm, SkippedRows } from '../plan/requests/rows-form.ts';
import { given, phrase } from '../plan/words.ts';
import { quoted } from '../text/quoted.ts';
import { InputError } from './line-blocks.ts';
import type { Format } from './row.ts';
import { RowReader } from './row-reader.ts';

const STDIN = '-';
const JSON_LINES = new Set(['.jsonl', '.ndjson']);
const ROWS_AT_A_TIME = 1_000;
const READ_BYTES = 2 ** 18;

/** What is known about the input before anything is sent. */
export interface Input {
  /** Reads the rows from the first one on. */
  readonly reader: RowReader;
  /** Null if unknown, because the input can only be read once. */
  readonly rowCount: number | null;
  readonly sha256: string | null;
  readonly form: RowsForm;
  /** The input is an earlier output, of which only the failed rows are read. */
  readonly isOnlyFailed: boolean;
}

/**
 * Opens the input. A file is read through first, to check every line and to count the rows. Null if a problem
 * was added to the list.
 */
export async function openInput(
  path: string,
  form: RowsForm,
  isOnlyFailed: boolean,
  problems: Problems,
): Promise<Input | null> {
  const unknown = { rowCount: null, sha256: null, form, isOnlyFailed };
  try {
    if (path === STDIN)
      return { ...unknown, reader: await openStream(awaitedBytes(STDIN), form, isOnlyFailed) };
    const stats = statSync(path);
    noteInput(path);
    if (stats.isDirectory()) throw new InputError('it is a folder');
    if (!stats.isFile())
      return { ...unknown, reader: await openStream(awaitedBytes(path), form, isOnlyFailed) };
    const facts = await readThrough(path, again(form), isOnlyFailed);
    if (facts.rowCount === 0 && !isOnlyFailed) throw noRows();
    const reader = await RowReader.open(streamOf(path), formatOf(path), form, isOnlyFailed);
    return { ...facts, form, isOnlyFailed, reader };
  } catch (error) {
    if (error instanceof InputError) {
      // Reading ended at the first bad line; all of them are reported where that is cheap.
      const sentences = path === STDIN ? [] : wrongLinesOf(path, again(form));
      for (const sentence of sentences.length > 0 ? sentences : [messageOf(error)])
        problems.add(phrase`The rows ${given(path)}: ${sentence}.`);
    } else {
      problems.add(`The rows ${quoted(path)} cannot be read (${reasonOf(error)}): check the path.`);
    }
    return null;
  }
}

/** Waits for the first row of what can be read only once: a batch of no rows must not pass for one that succeeded. */
async function openStream(
  stream: AsyncIterable<Buffer>,
  form: RowsForm,
  isOnlyFailed: boolean,
): Promise<RowReader> {
  const reader = await RowReader.open(stream, null, form, isOnlyFailed);
  if (!isOnlyFailed && !(await reader.hasRows())) throw noRows();
  return reader;
}

function noRows(): InputError {
  return new InputError('there are no rows to send: give at least one below the column names');
}

/** CSV unless the name says otherwise. */
export function formatOf(path: string): Format {
  return JSON_LINES.has(extname(path).toLowerCase()) ? 'jsonl' : 'csv';
}

/**
 * Checks every row before the start if the input is a file, else as it is read; adds a problem if `onRow` throws
 * an InputError.
 */
export async function checkRows(
  path: string,
  { reader, sha256, form, isOnlyFailed }: Input,
  onRow: RowReader['onRow'],
  problems: Problems,
): Promise<void> {
  if (sha256 === null) {
    reader.onRow = onRow;
    return;
  }
  const rows = await RowReader.open(streamOf(path), formatOf(path), again(form), isOnlyFailed);
  rows.onRow = onRow;
  try {
    while ((await rows.next(ROWS_AT_A_TIME)).length > 0);
  } catch (error) {
    problems.add(`The rows ${quoted(path)}: ${messageOf(error)}.`);
  }
}

/** A form for a separate pass, which counts skipped rows on its own. */
function again(form: RowsForm): RowsForm {
  return { ...form, skipped: form.skipped === null ? null : new SkippedRows() };
}

async function readThrough(
  path: string,
  form: RowsForm,
  isOnlyFailed: boolean,
): Promise<{ rowCount: number; sha256: string }> {
  const hash = createHash('sha256');
  const reader = await RowReader.open(hashed(streamOf(path), hash), formatOf(path), form, isOnlyFailed);
  while ((await reader.next(ROWS_AT_A_TIME)).length > 0);
  return { rowCount: reader.count, sha256: hash.digest('hex') };
}

async function* hashed(
  stream: AsyncIterable<Buffer>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    hash.update(chunk);
    yield chunk;
  }
}

function streamOf(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: READ_BYTES });
}
