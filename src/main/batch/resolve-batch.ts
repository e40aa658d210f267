import { createHash } from 'node:crypto';
import { UNFINISHED_PREFIX } from '../../machine/file-names.ts';
import { type BatchPlan, type Selection, STREAM_COLUMNS } from '../../protocol/batch.ts';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import { inputDigests, type OutputFile, variablesRead, withoutOverwriting } from '../files/input-files.ts';
import { type OnWait, settledBy } from '../once/settled.ts';
import { DEFAULT_METHOD, DEFAULT_METHOD_WITH_BODY } from '../plan/defaults.ts';
import { expandSources } from '../plan/expand.ts';
import { secretsGiven } from '../plan/given-secrets.ts';
import { withoutSecretsIn } from '../plan/hidden-error.ts';
import { LIBRARY_NAMES, namesWhere } from '../plan/option-table/run-table.ts';
import type { RunOptions } from '../plan/options.ts';
import { Problems, type Told } from '../plan/problems.ts';
import { isJsonPath } from '../plan/requests/expectations.ts';
import { environmentNames, Placeholders, placeholderNames, placesOf } from '../plan/requests/placeholders.ts';
import { refuseDelimiter } from '../plan/requests/rows.ts';
import { rowsFormOf } from '../plan/requests/rows-form.ts';
import { checkExpanded, completePlan } from '../plan/resolve.ts';
import { WordedProblem } from '../plan/worded-problem.ts';
import { given, phrase, the } from '../plan/words.ts';
import { quoted } from '../text/quoted.ts';
import { type EndedBatch, endedBatch } from './ended-batch.ts';
import { checkRows, formatOf, type Input, openInput } from './input.ts';
import { batchOutputs } from './output.ts';
import { ANSWER_COLUMNS } from './record.ts';
import type { Format } from './row.ts';
import { ORDERS, type Order } from './row-results.ts';
import { SavedNames } from './saved-names.ts';
import { refuseWhatIsThere } from './what-is-there.ts';

const DEFAULT_RETRIES = 2;
const MOST_RETRIES = 100;
const MOST_CHUNK_ROWS = 100_000;
/** Methods that may be repeated without doing anything twice (RFC 9110, 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** Options of a batch; names and defaults are those of the command line (docs/batch.md). */
export interface BatchOptions {
  /** A CSV or JSONL file; `-` is stdin. Null if the caller has told that it is missing. */
  readonly rows: string | null | undefined;
  /** The request, in which `{{column}}` is replaced by a row's cell, and how to send it. */
  readonly run: RunOptions;
  /** Path of the output; by default, answered rows are printed. */
  readonly out?: string | undefined;
  /** `name=path` in each string. */
  readonly select: readonly string[];
  /** A folder, followed by a file name with placeholders. */
  readonly saveBody?: string | undefined;
  readonly byDefault?: string | undefined;
  readonly order?: string | undefined;
  readonly chunk?: string | undefined;
  readonly retries?: string | undefined;
  readonly retryUnsafe: boolean;
  readonly idempotencyKey?: string | undefined;
  readonly resume: boolean;
  /** The rows are the output of an earlier batch, of which the failed ones are sent again. */
  readonly retryFailed: boolean;
  /** Replaces an existing output. */
  readonly force: boolean;
  readonly isCsvSafe: boolean;
}

/** A batch, validated and complete. */
export interface Batch {
  readonly plan: RunPlan;
  readonly input: Input;
  readonly rowsPath: string;
  /** Null if answered rows are printed. */
  readonly out: string | null;
  readonly format: Format;
  readonly select: readonly Selection[];
  readonly byDefault: string | null;
  readonly order: Order;
  readonly resume: boolean;
  readonly force: boolean;
  readonly isCsvSafe: boolean;
  /** Columns taken from answers, after those that every output has. */
  readonly added: readonly string[];
  /** Fingerprint of everything that determines a row's answer. */
  readonly fingerprint: string;
  /** SHA-256 of each file named in options, except the rows, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** What its output has if it is to be resumed and is complete; null otherwise. */
  readonly ended: EndedBatch | null;
}

/**
 * The one gate between the options of a batch and its run.
 *
 * @param earlier problems already found by the caller, reported with the others
 * @param others files written besides the answered rows
 * @param onWait called with what volley waits for, if the target takes long
 * @throws VolleyError VOLLEY_USAGE with every problem, or VOLLEY_UNKNOWN_HOST; nothing was sent
 */
export async function resolveBatch(
  options: BatchOptions,
  earlier: readonly Told[],
  others: readonly OutputFile[] = [],
  onWait: OnWait = () => {},
): Promise<Batch> {
  const outputs = [...batchOutputs(options.out), ...others];
  try {
    const opening = onceOpened(options);
    return await withoutOverwriting(outputs, () => readBatch(options, earlier, outputs, onWait, opening));
  } catch (error) {
    throw withoutSecretsIn(error, secretsGiven(options.run, process.env));
  }
}

async function readBatch(
  options: BatchOptions,
  earlier: readonly Told[],
  outputs: readonly OutputFile[],
  onWait: OnWait,
  open: ReturnType<typeof onceOpened>,
): Promise<Batch> {
  const problems = new Problems(earlier);
  const { rows: rowsPath, out, isCsvSafe, resume, force } = options;
  const input = await open(problems);
  const format = out === undefined ? (input?.reader.format ?? 'csv') : formatOf(out);
  const order = problems.choice('order', options.order ?? 'input', ORDERS);
  const select = options.select.flatMap((text) => parseSelection(text, problems) ?? []);
  const added = [...(isStreamed(options.run) ? STREAM_COLUMNS : []), ...select.map(({ name }) => name)];
  checkNames(input?.reader.columns ?? [], added, problems);
  checkWhatRowsAsk(options.run, problems);
  checkCombinations(options, format, problems);
  const chunkRows =
    options.chunk === undefined ? null : problems.count('chunk', options.chunk, 1, MOST_CHUNK_ROWS);
  // If the rows cannot be read, any name in a placeholder may be one of their columns.
  const columns = input?.reader.columns ?? namesIn(options);
  const saveBody = parseSaveBody(options.saveBody, columns, problems);
  if (saveBody !== null) await checkSavedNames(saveBody, { input, rowsPath, outputs }, problems);
  const asked =
    options.retries === undefined ? null : problems.count('retries', options.retries, 0, MOST_RETRIES);
  const sentences = [...problems.list];
  const fromStdin = rowsPath === '-' ? [the('rows', 'the rows')] : [];
  const read = async (run: RunOptions) => {
    const found = [...sentences];
    const expanded = await expandSources(withKey(run, options), found, [], fromStdin, columns);
    const retries = retriesOf(methodOf(expanded.options), asked, options.retryUnsafe, found);
    const unresolved = checkExpanded(expanded, found, columns);
    if (input === null || order === null || rowsPath == null) throw new VolleyError(ERROR_CODES.usage, found);
    const where = { out: out ?? null, resume, force };
    await refuseWhatIsThere(where);
    const ended = await endedBatch({ ...where, input, format, added });
    return { retries, unresolved, run, rows: { input, order, rowsPath }, ended };
  };
  // A batch that has ended asks the target nothing.
  const settled = await settledBy(options.run, read, { asks: ({ ended }) => ended === null, onWait });
  const { retries, unresolved, rows, ended } = settled.made;
  const run = await completePlan({ ...unresolved, notes: [...settled.notes, ...unresolved.notes] });
  const batch: BatchPlan = { retries, chunkRows, rate: rateOf(run), select, saveBody };
  return {
    plan: batchPlan(run, batch, rows.input.rowCount),
    ...rows,
    out: out ?? null,
    format,
    select,
    byDefault: options.byDefault ?? null,
    added,
    resume,
    force,
    isCsvSafe,
    fingerprint: fingerprintOf({ ...options, run: settled.made.run }, format),
    files: inputDigests(),
    ended,
  };
}

function isStreamed({ preset, stream }: RunOptions): boolean {
  return preset !== undefined || stream !== undefined;
}

/** Opens the rows: once, although the options may be read several times, since a pipe has its rows only once. */
function onceOpened(options: BatchOptions): (problems: Problems) => Promise<Input | null> {
  const found = new Problems();
  let opened: Promise<Input | null> | null = null;
  return async (problems) => {
    opened ??= inputOf(options, found);
    const input = await opened;
    for (const problem of found.list) problems.add(problem);
    return input;
  };
}

async function inputOf({ rows, run, retryFailed }: BatchOptions, problems: Problems): Promise<Input | null> {
  if (rows === undefined)
    problems.add('No rows were given: use volley batch rows.csv URL, where - is stdin.');
  const rowsForm = rowsFormOf(run, problems);
  const input =
    rows === undefined || rows === null ? null : await openInput(rows, rowsForm, retryFailed, problems);
  if (input?.reader.format === 'jsonl') refuseDelimiter(rowsForm, problems);
  return input;
}

/** Notes rows whose bodies would be saved over each other, or over another file of this batch. */
async function checkSavedNames(
  saveBody: NonNullable<BatchPlan['saveBody']>,
  {
    input,
    rowsPath,
    outputs,
  }: {
    readonly input: Input | null;
    readonly rowsPath: string | null | undefined;
    readonly outputs: readonly OutputFile[];
  },
  problems: Problems,
): Promise<void> {
  if (input === null || rowsPath == null) return;
  const others = [rowsPath, ...outputs.map(({ path, besides = path }) => besides)];
  const names = new SavedNames(saveBody, others);
  await checkRows(rowsPath, input, (row) => names.check(row), problems);
}

/** Turns the plan into a closed load that ends when the dealer says so. */
function batchPlan(run: RunPlan, batch: BatchPlan, rowCount: number | null): RunPlan {
  const useful = Math.min(run.concurrency, rowCount ?? run.concurrency);
  return {
    ...run,
    stream: run.stream === undefined || run.stream === null ? null : { ...run.stream, keepsText: true },
    batch,
    load: { model: 'closed' },
    stop: { requests: null, durationMs: null },
    concurrency: Math.max(1, run.workers, useful),
    thresholds: [],
  };
}

function rateOf({ load }: RunPlan): BatchPlan['rate'] {
  return load.model === 'open' ? (load.stages[0]?.from ?? null) : null;
}

function withKey(run: RunOptions, { idempotencyKey }: BatchOptions): RunOptions {
  if (idempotencyKey === undefined) return run;
  return { ...run, headers: [...(run.headers ?? []), `idempotency-key: ${idempotencyKey}`] };
}

function methodOf({ method, body, bodyFile, json, dataUrlencode = [], form = [] }: RunOptions): string {
  const hasBody = [body, bodyFile, json].some((given) => given !== undefined);
  const byDefault =
    hasBody || dataUrlencode.length + form.length > 0 ? DEFAULT_METHOD_WITH_BODY : DEFAULT_METHOD;
  return (method ?? byDefault).toUpperCase();
}

function retriesOf(method: string, asked: number | null, retryUnsafe: boolean, sentences: Told[]): number {
  if (retryUnsafe || IDEMPOTENT.has(method)) return asked ?? DEFAULT_RETRIES;
  if (asked !== null && asked > 0) {
    sentences.push(
      new WordedProblem(
        phrase`${the('retries')} ${given(asked)} with ${method}: it might take effect twice: add ${the('retry-unsafe')} if that is harmless.`,
      ),
    );
  }
  return 0;
}

function parseSelection(text: string, problems: Problems): Selection | null {
  const equals = text.indexOf('=');
  const [name, path] = [text.slice(0, Math.max(0, equals)).trim(), text.slice(equals + 1).trim()];
  if (name !== '' && path !== '') return isJsonPath(path, 'select', problems) ? { name, path } : null;
  const example = /^\w+$/.test(text) ? `${text}=${text}` : 'price=data.items[0].price';
  problems.add(phrase`${the('select')} ${given(text)}: give name=path, such as ${example}.`);
  return null;
}

/** Refuses options that contradict rows, each of which defines a request and needs its answer. */
function checkWhatRowsAsk({ cancel }: RunOptions, problems: Problems): void {
  if (cancel !== undefined)
    problems.add(
      phrase`${the('cancel')} ${given(cancel)} in a batch: each row needs its answer: leave it out.`,
    );
}

function checkNames(columns: readonly string[], added: readonly string[], problems: Problems): void {
  const names = [...columns, ...ANSWER_COLUMNS, ...added];
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name))
      problems.add(`Two columns of the output would be called ${quoted(name)}: give each a name of its own.`);
    seen.add(name);
  }
}

function checkCombinations(
  { out, resume, isCsvSafe }: BatchOptions,
  format: Format,
  problems: Problems,
): void {
  if (resume && out === undefined)
    problems.add(
      phrase`${the('resume')} without ${the('out')}: the journal is kept next to the output file: name that file.`,
    );
  if (out === '-')
    problems.add(
      phrase`${the('out')} ${given(out)}: leave it out to print the rows, or write ./- for a file of that name.`,
    );
  if (isCsvSafe && format !== 'csv')
    problems.add(phrase`${the('csv-safe')} with JSONL output: only spreadsheets run formulas: leave it out.`);
}

function namesIn({ run, saveBody = '', idempotencyKey = '' }: BatchOptions): string[] {
  const texts = [...Object.values(run).flat(), saveBody, idempotencyKey].filter(
    (value) => typeof value === 'string',
  );
  return texts.flatMap(placeholderNames);
}

function parseSaveBody(
  text: string | undefined,
  columns: readonly string[],
  problems: Problems,
): BatchPlan['saveBody'] {
  if (text === undefined) return null;
  const placeholders = new Placeholders(
    { secrets: new Set(), areKnown: true, columns: placesOf(columns), variables: new Map() },
    problems,
  );
  const first = text.indexOf('{{');
  const slash = text.lastIndexOf('/', first);
  const folder = first < 0 ? text : slash < 0 ? '.' : text.slice(0, slash + 1);
  const name = first < 0 ? '{{n}}' : text.slice(slash + 1);
  if (text === '')
    problems.add(
      phrase`${the('save-body')} ${given('')}: give a folder, or one with a file name: 'images/{{id}}.jpg'.`,
    );
  return {
    folder,
    name: placeholders.template(placeholders.mark(name, the('save-body'), 'raw')),
    unfinishedPrefix: UNFINISHED_PREFIX,
  };
}

/** What a request takes from the environment: with another token it is another request. */
function environmentOf(written: string, { bearerEnv, apiKeyEnv }: RunOptions): string[] {
  const names = [
    ...environmentNames(written),
    // In files of options.
    ...variablesRead(),
    ...[bearerEnv, apiKeyEnv].filter((name) => name !== undefined),
  ];
  return [...new Set(names)].sort().map((name) => `${name}=${process.env[name] ?? ''}`);
}

/** On a resume, the speed of sending may change; what is sent and what is kept may not. */
function fingerprintOf(options: BatchOptions, format: Format): string {
  const { run, select, saveBody, byDefault, idempotencyKey, isCsvSafe, retryFailed } = options;
  const mayChange = new Set(
    namesWhere(({ mayChangeOnResume }) => mayChangeOnResume === true).map((name) => LIBRARY_NAMES.get(name)),
  );
  // In a fixed order, so that the option table may be reordered.
  const request = Object.entries(run)
    .filter(([name, value]) => value !== undefined && !mayChange.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const rest = [idempotencyKey, isCsvSafe, format, ...(retryFailed ? ['retry-failed'] : [])];
  const written = [request, select, saveBody, byDefault, ...rest];
  const text = JSON.stringify([...written, ...environmentOf(JSON.stringify(written), run)]);
  return createHash('sha256').update(text).digest('hex');
}
