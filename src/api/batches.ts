import { type EndedBatch, endedBatch } from '../main/batch/ended-batch.ts';
import { type BatchOptions as Asked, resolveBatch } from '../main/batch/resolve-batch.ts';
import { type BatchRun, startBatch } from '../main/batch/run-batch.ts';
import { inLibraryTerms, plainOptions } from '../main/plan/from-library.ts';
import type { RunOptions } from '../main/plan/library-options.ts';
import type { Told } from '../main/plan/problems.ts';
import type { RunControl } from '../main/run/run-handle.ts';
import { ERROR_CODES, VolleyError } from '../protocol/errors.ts';
import type { Summary } from '../protocol/summary.ts';
import { checkControl } from './control.ts';

/** Options of a batch. Names and defaults are those of `volley batch` (docs/batch.md). */
export interface BatchOptions extends RunOptions {
  /** A CSV or JSONL file, whose columns fill `{{column}}`. */
  readonly rows: string;
  /** The output file: JSONL if its name ends in `.jsonl` or `.ndjson`, otherwise CSV. */
  readonly out: string;
  /** Values to take from each JSON answer, as column and path: `{ price: 'data.price' }`, or `['price=data.price']`. */
  readonly select?: Readonly<Record<string, string>> | readonly string[] | undefined;
  /** Where to save the bodies: a folder, or a folder and a file name with placeholders. */
  readonly saveBody?: string | undefined;
  /** Written to a column of `select` if the answer has no such value. */
  readonly default?: string | undefined;
  /** Write the rows in the order of the input (the default), or as they are answered. */
  readonly order?: 'input' | 'completion' | undefined;
  /** How many rows a worker is given at a time. */
  readonly chunk?: number | undefined;
  /** How often a failed request is sent again, if its method allows that; by default 2. */
  readonly retries?: number | undefined;
  /** Also retry methods that may not be repeated safely, such as POST. */
  readonly retryUnsafe?: boolean | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Continue after the rows that an earlier batch has answered; if it answered all of them, send nothing. */
  readonly resume?: boolean | undefined;
  /** `rows` is the output of an earlier batch: send only the rows that failed. */
  readonly retryFailed?: boolean | undefined;
  /** Replace an existing output. */
  readonly force?: boolean | undefined;
  /** Put an apostrophe before cells that a spreadsheet would run as formulas. */
  readonly csvSafe?: boolean | undefined;
}

/** The result of a batch. */
export interface BatchSummary {
  /** Of this run, without rows that were answered before; null if all were, so that nothing was sent. */
  readonly summary: Summary | null;
  /** Of all rows. */
  readonly rows: { readonly done: number; readonly ok: number; readonly failed: number };
  /** True if every row was answered or has failed for good, and the output was written. */
  readonly isComplete: boolean;
  /** What went wrong, if the batch ended early because of it; null otherwise. */
  readonly trouble: string | null;
}

/**
 * Sends one request for each row and writes each answer next to its row.
 *
 * @throws VolleyError VOLLEY_USAGE (every problem), VOLLEY_OUTPUT, VOLLEY_UNKNOWN_HOST or VOLLEY_WORKER_START
 */
export async function batch(options: BatchOptions, control: RunControl = {}): Promise<BatchSummary> {
  checkControl(control, ['signal']);
  const { signal } = control;
  const asked = await resolved(options);
  let run: BatchRun;
  try {
    const ended = await endedBatch(asked);
    if (ended !== null) return { summary: null, rows: rowsOf(ended), isComplete: true, trouble: null };
    run = await startBatch(asked);
  } catch (error) {
    throw inLibraryTerms(error, options);
  }
  const stop = (): void => run.stop();
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop);
  try {
    const { summary, counts, isComplete, trouble } = await run.result;
    return { summary, rows: rowsOf(counts), isComplete, trouble: trouble?.message ?? null };
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function rowsOf({ done, failed }: EndedBatch): BatchSummary['rows'] {
  return { done, ok: done - failed, failed };
}

async function resolved(options: BatchOptions): ReturnType<typeof resolveBatch> {
  if (typeof options?.out !== 'string' || options.out === '')
    throw new VolleyError(
      ERROR_CODES.usage,
      'The option out is missing: give the file to write answered rows to.',
    );
  const { rows, out, select, saveBody, default: byDefault, order, chunk, retries, ...others } = options;
  const { retryUnsafe, idempotencyKey, resume, csvSafe, retryFailed, force, ...load } = others;
  const problems: Told[] = [];
  const asked: Asked = {
    rows,
    run: plainOptions(load, problems),
    out,
    select: selections(select),
    saveBody,
    byDefault,
    order,
    chunk: chunk === undefined ? undefined : String(chunk),
    retries: retries === undefined ? undefined : String(retries),
    retryUnsafe: retryUnsafe === true,
    idempotencyKey,
    resume: resume === true,
    retryFailed: retryFailed === true,
    force: force === true,
    isCsvSafe: csvSafe === true,
  };
  try {
    return await resolveBatch(asked, problems);
  } catch (error) {
    throw inLibraryTerms(error, load);
  }
}

function selections(select: BatchOptions['select']): readonly string[] {
  if (select === undefined || Array.isArray(select)) return select ?? [];
  return Object.entries(select).map(([name, path]) => `${name}=${path}`);
}
