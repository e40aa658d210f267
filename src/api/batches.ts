import { type EndedBatch, endedBatch } from '../main/batch/ended-batch.ts';
import { type BatchOptions as Asked, resolveBatch } from '../main/batch/resolve-batch.ts';
import { type BatchRun, startBatch } from '../main/batch/run-batch.ts';
import { inLibraryTerms, plainOptions } from '../main/plan/from-library.ts';
import type { RunOptions } from '../main/plan/library-options.ts';
import { kindOf } from '../main/plan/option-shapes.ts';
import type { Told } from '../main/plan/problems.ts';
import type { RunControl } from '../main/run/run-handle.ts';
import type { Summary } from '../protocol/summary.ts';
import { checkedControl } from './control.ts';
import { takenOptions } from './given-options.ts';

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
  const { signal } = checkedControl(control, ['signal']);
  const plain = takenOptions(options, 'options');
  const asked = await resolved(plain);
  let run: BatchRun;
  try {
    const ended = await endedBatch(asked);
    if (ended !== null) return { summary: null, rows: rowsOf(ended), isComplete: true, trouble: null };
    run = await startBatch(asked);
  } catch (error) {
    throw inLibraryTerms(error, plain);
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
  const { select, chunk, retries, retryUnsafe, resume, csvSafe, retryFailed, force, ...others } = options;
  const { rows, out, saveBody, default: byDefault, order, idempotencyKey, ...load } = others;
  const problems = wrongOptions(options);
  const asked: Asked = {
    rows: fits('rows', rows) ? rows : null,
    run: plainOptions(load, problems, Object.keys(FITTING)),
    out: fits('out', out) ? out : undefined,
    select: fits('select', select) ? selections(select) : [],
    saveBody: fits('saveBody', saveBody) ? saveBody : undefined,
    byDefault: fits('default', byDefault) ? byDefault : undefined,
    order: fits('order', order) ? order : undefined,
    chunk: fits('chunk', chunk) ? String(chunk) : undefined,
    retries: fits('retries', retries) ? String(retries) : undefined,
    retryUnsafe: retryUnsafe === true,
    idempotencyKey: fits('idempotencyKey', idempotencyKey) ? idempotencyKey : undefined,
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

const IS_TEXT = ['text', (value: unknown) => typeof value === 'string' && value !== ''] as const;
const IS_COUNT = ['a whole number', (value: unknown) => ['number', 'string'].includes(typeof value)] as const;
const IS_FLAG = ['true or false', (value: unknown) => typeof value === 'boolean'] as const;
const IS_SELECTION = ['an object of paths by column, or a list of text', isSelection] as const;

/** What the options of a batch alone may be; those of a run are checked with it. */
const FITTING: Readonly<Record<string, readonly [wanted: string, fits: (value: unknown) => boolean]>> = {
  rows: IS_TEXT,
  out: IS_TEXT,
  select: IS_SELECTION,
  saveBody: IS_TEXT,
  default: ['text', (value) => typeof value === 'string'],
  order: IS_TEXT,
  chunk: IS_COUNT,
  retries: IS_COUNT,
  retryUnsafe: IS_FLAG,
  idempotencyKey: IS_TEXT,
  resume: IS_FLAG,
  retryFailed: IS_FLAG,
  force: IS_FLAG,
  csvSafe: IS_FLAG,
};
const NEEDED: Readonly<Record<string, string>> = {
  rows: 'give the file of rows',
  out: 'give the file to write answered rows to',
};

/** Whether an option was given, and as what it has to be. */
function fits(name: string, value: unknown): boolean {
  return value !== undefined && FITTING[name]?.[1](value) === true;
}

function wrongOptions(options: BatchOptions): Told[] {
  const given = options as unknown as Readonly<Record<string, unknown>>;
  return Object.entries(FITTING).flatMap(([name, [wanted]]) => {
    const value = given[name];
    if (value === undefined)
      return NEEDED[name] === undefined ? [] : `The option ${name} is missing: ${NEEDED[name]}.`;
    const what = value === '' ? 'empty' : kindOf(value);
    return fits(name, value) ? [] : `The option ${name} is ${what}: give ${wanted}.`;
  });
}

function isSelection(select: unknown): boolean {
  return (
    typeof select === 'object' &&
    select !== null &&
    Object.values(select).every((path) => typeof path === 'string')
  );
}

function selections(select: BatchOptions['select']): readonly string[] {
  if (select === undefined || Array.isArray(select)) return select ?? [];
  return Object.entries(select).map(([name, path]) => `${name}=${path}`);
}
