import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ERROR_CODES, messageOf, VolleyError } from '../../protocol/errors.ts';
import { WordedProblem } from '../plan/worded-problem.ts';
import { given, phrase, the } from '../plan/words.ts';
import type { Input } from './input.ts';
import { journalPathOf } from './output.ts';
import { ANSWER_COLUMNS } from './record.ts';
import type { Format } from './row.ts';
import { RowReader } from './row-reader.ts';

const ROWS_AT_A_TIME = 1_000;
const ERROR_AT = ANSWER_COLUMNS.indexOf('volley_error');

/** What an output has whose batch has come to its end. */
export interface EndedBatch {
  readonly done: number;
  readonly failed: number;
}

/** A batch that is to be resumed. */
interface Resumed {
  readonly out: string | null;
  readonly resume: boolean;
  readonly force: boolean;
  readonly input: Input;
  readonly format: Format;
  /** Columns taken from answers. */
  readonly added: readonly string[];
}

/**
 * What there is of a batch that is to be resumed and has no journal, since it is complete; null if it never began or
 * has not ended.
 *
 * @throws VolleyError VOLLEY_USAGE if the output is not that of this batch
 */
export async function endedBatch(batch: Resumed): Promise<EndedBatch | null> {
  const { out, resume, force } = batch;
  if (!resume || force || out === null || !(await isWritten(out))) return null;
  const journalPath = await journalPathOf(out);
  if (journalPath === null || (await stat(journalPath).catch(() => null)) !== null) return null;
  const ended = await readOutput(out, batch).catch((error: unknown) => {
    throw otherOutput(out, messageOf(error));
  });
  const { rowCount } = batch.input;
  if (rowCount !== null && ended.done !== rowCount)
    throw otherOutput(out, `it has ${ended.done} rows, and this batch has ${rowCount}`);
  return ended;
}

async function isWritten(path: string): Promise<boolean> {
  const known = await stat(path).catch(() => null);
  return known?.isFile() === true && known.size > 0;
}

async function readOutput(path: string, { input, format, added }: Resumed): Promise<EndedBatch> {
  const reader = await RowReader.open(createReadStream(path), format, { ...input.form, skipped: null });
  const own = input.reader.columns;
  const expected = [...own, ...ANSWER_COLUMNS, ...added];
  if (reader.columns.join('\n') !== expected.join('\n')) throw new Error('its columns differ');
  const ended = { done: 0, failed: 0 };
  for (
    let rows = await reader.next(ROWS_AT_A_TIME);
    rows.length > 0;
    rows = await reader.next(ROWS_AT_A_TIME)
  )
    for (const { values } of rows) {
      ended.done++;
      if ((values[own.length + ERROR_AT] ?? '') !== '') ended.failed++;
    }
  return ended;
}

function otherOutput(out: string, why: string): VolleyError {
  return new VolleyError(ERROR_CODES.usage, [
    new WordedProblem(
      phrase`${the('resume')} with ${the('out')} ${given(out)}: it exists without a journal, and is not the output of this batch (${why}): add ${the('force')} to replace it, or give another name.`,
    ),
  ]);
}
