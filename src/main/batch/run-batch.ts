import { holdHeapDown } from '../../machine/steady-heap.ts';
import { codeOf, ERROR_CODES, reasonOf, VolleyError, writeErrorCodeOf } from '../../protocol/errors.ts';
import type { Rate } from '../../protocol/load.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Collected } from '../collect/collected.ts';
import { FileLock } from '../files/file-lock.ts';
import type { SkippedRows } from '../plan/requests/rows-form.ts';
import { namingOf } from '../plan/terms.ts';
import { WordedProblem } from '../plan/worded-problem.ts';
import { given, phrase, the, type Words } from '../plan/words.ts';
import { type Conduct, conduct } from '../run/conduct.ts';
import type { CoordinatorOptions } from '../run/coordinator-options.ts';
import { quoted } from '../text/quoted.ts';
import { Dealer, type Trouble } from './dealer.ts';
import { type Checkpoint, Journal, JournalReader } from './journal.ts';
import { journalPathOf, lockPathOf, type Output, openOutput, printedOutput } from './output.ts';
import { type AnsweredRow, RecordWriter } from './record.ts';
import type { Batch } from './resolve-batch.ts';
import type { RowCounts } from './row-counts.ts';
import { Results } from './row-results.ts';
import { makeBodyFolder, ownedBy, removeUnfinished } from './saved-bodies.ts';
import { DoneRows, UndoneRows } from './undone-rows.ts';
import { journalIsThere, refuseWritten } from './what-is-there.ts';

/** Values kept for exact percentiles: long batches must not need more memory than short ones. */
const MOST_EXACT_REQUESTS = 20_000;

/** Progress of a batch. */
export interface BatchProgress {
  /** Time since this run began to send. */
  readonly elapsedMs: number;
  /** Null if unknown. */
  readonly rowCount: number | null;
  readonly done: number;
  /** How many of these were already in the journal. */
  readonly doneBefore: number;
  readonly failed: number;
  /** By kind, most frequent first. */
  readonly failedAs: readonly { readonly name: string; readonly count: number }[];
}

export interface BatchResult {
  /** Covers the requests of this run, without rows that were already in the journal. */
  readonly summary: Summary;
  /** Counts over all rows. */
  readonly counts: RowCounts;
  readonly rowCount: number | null;
  /** Rows that could not be read; null if skipping is not allowed. */
  readonly skipped: SkippedRows | null;
  readonly doneBefore: number;
  /** The most that may begin; null for no limit. */
  readonly rate: Rate | null;
  /** Number of rows taken back from lost workers. */
  readonly returned: number;
  /** Every row has an answer, and the output is complete. */
  readonly isComplete: boolean;
  readonly trouble: Trouble | null;
  /** Rows that a resume need not send again: with a full disk, fewer than were answered. */
  readonly journalled: number;
  /** The journal to resume from; null if there is nothing to resume. */
  readonly journalPath: string | null;
}

/** A batch in progress. */
export interface BatchRun {
  readonly result: Promise<BatchResult>;
  /** Describes damage to the resumed journal; null if it is intact. */
  readonly damage: string | null;
  progress(): BatchProgress | null;
  stop(): void;
  abort(): void;
}

/**
 * Opens everything a batch needs, replays the journal, and starts to send.
 *
 * @throws VolleyError VOLLEY_OUTPUT or VOLLEY_USAGE; nothing was sent then
 */
export async function startBatch(
  batch: Batch,
  options: Pick<CoordinatorOptions, 'longestSilenceMs'> = {},
): Promise<BatchRun> {
  let early: Trouble | null = null;
  let fail = (trouble: Trouble): void => {
    early ??= trouble;
  };
  const onOutputError = (error: unknown): void => {
    // The reader of printed rows may stop reading: this is not an error, and the rest need not be sent.
    const message = reasonOf(error);
    fail(
      batch.out === null && codeOf(error) === 'EPIPE'
        ? { code: 'reader-gone', figures: {}, message }
        : { code: 'output-not-written', figures: { error: message }, message },
    );
  };
  holdHeapDown();
  await makeBodyFolder(batch.plan.batch?.saveBody ?? null);
  const opened = await openResults(batch, onOutputError);
  const { results, source, plan } = opened;
  const dealer = new Dealer(source, results, () => conducted.stop());
  const conducted = conduct(plan, {
    ...options,
    dealing: dealer,
    mostExactRequests: MOST_EXACT_REQUESTS,
  });
  fail = (trouble) => dealer.fail(trouble);
  if (early !== null) dealer.fail(early);
  const { rowCount, reader } = batch.input;
  const doneBefore = results.counts.done;
  const started: Started = { opened, dealer, conducted, doneBefore, rowCount, skipped: reader.skipped };
  return {
    result: resultOf(started),
    damage: opened.damage,
    progress: () => progressOf(started),
    stop: () => conducted.stop(),
    abort: () => {
      conducted.abort();
      opened.output.abandon();
    },
  };
}

interface Started extends Pick<BatchResult, 'rowCount' | 'skipped' | 'doneBefore'> {
  readonly opened: OpenedResults;
  readonly dealer: Dealer;
  readonly conducted: Conduct;
}

async function resultOf(started: Started): Promise<BatchResult> {
  const { opened, dealer, conducted, doneBefore, rowCount, skipped } = started;
  // Answered rows are kept, even if the workers fail.
  const collected = await conducted.collect().finally(() => opened.close(dealer));
  const summary = conducted.sumUp(withBudget(collected));
  const { counts } = opened.results;
  return {
    summary: dealer.trouble === null ? summary : { ...summary, interrupted: false },
    counts,
    rowCount,
    skipped,
    doneBefore,
    rate: opened.plan.batch?.rate ?? null,
    returned: dealer.returned,
    isComplete: dealer.isComplete && dealer.trouble === null,
    trouble: dealer.trouble,
    journalPath: counts.done === 0 ? null : opened.journalPath,
    journalled: doneBefore + (opened.journal?.rows ?? 0),
  };
}

function progressOf({ opened, conducted, doneBefore, rowCount }: Started): BatchProgress | null {
  const running = conducted.progress();
  if (running === null) return null;
  const { done, failed, errors } = opened.results.counts;
  const failedAs = [...errors].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
  return { elapsedMs: running.elapsedMs, rowCount, done, doneBefore, failed, failedAs };
}

/** Sets the planned requests to those sent: only the dealer knew when the batch would end. */
function withBudget(collected: Collected): Collected {
  const requests = collected.workers.reduce((sum, { counts }) => sum + counts.released, 0);
  return { ...collected, plan: { ...collected.plan, stop: { requests, durationMs: null } } };
}

interface OpenedResults {
  readonly results: Results;
  readonly output: Output;
  readonly source: UndoneRows;
  /** The plan with the journal's seed. */
  readonly plan: RunPlan;
  readonly journalPath: string | null;
  readonly journal: Journal | null;
  readonly damage: string | null;
  close(dealer: Dealer): Promise<void>;
}

async function openResults(batch: Batch, onError: (error: unknown) => void): Promise<OpenedResults> {
  const { out } = batch;
  const journalPath = out === null ? null : await journalPathOf(out);
  const lock = journalPath === null ? null : await takeLock(journalPath, batch);
  try {
    return await openLocked(batch, journalPath, lock, onError);
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

/** Of two batches with the same output, the second fails here. */
async function takeLock(journalPath: string, { out, plan }: Batch): Promise<FileLock> {
  try {
    return await FileLock.take(
      lockPathOf(journalPath),
      `${namingOf(plan.writtenIn).option('out')} ${quoted(out)}`,
    );
  } catch (error) {
    if (error instanceof VolleyError) throw error;
    throw cannotWriteJournal(journalPath, error);
  }
}

function cannotWriteJournal(path: string, error: unknown): VolleyError {
  return new VolleyError(writeErrorCodeOf(error), [
    new WordedProblem(
      phrase`The journal ${given(path)} cannot be written (${reasonOf(error)}): choose an ${the('out')} in a folder that can be written to and has room.`,
    ),
  ]);
}

async function openLocked(
  batch: Batch,
  journalPath: string | null,
  lock: FileLock | null,
  onError: (error: unknown) => void,
): Promise<OpenedResults> {
  const { input, out, format, added, byDefault, order, isCsvSafe } = batch;
  const { reader } = input;
  const checkpoint = (): Checkpoint => ({ rows: reader.count, digest: reader.digest });
  const records = new RecordWriter({
    format,
    columns: reader.columns,
    selected: added,
    byDefault,
    isCsvSafe,
    hasMark: reader.format === 'csv' && reader.hasMark,
    delimiter: batch.input.form.delimiter,
  });
  // The journal comes first: if there already is one, the output may belong to another batch.
  const earlier = batch.resume ? await openJournal(batch, journalPath) : null;
  const seed = earlier?.seed ?? batch.plan.seed;
  const plan = planOf(batch.plan, seed, journalPath);
  const created =
    earlier !== null || journalPath === null
      ? null
      : await createJournal(journalPath, batch, seed, checkpoint, onError);
  let output: Output | null = null;
  try {
    if (earlier === null && !batch.force) await refuseWritten(out);
    output =
      out === null
        ? printedOutput(onError)
        : await openOutput(namingOf(batch.plan.writtenIn).option('out'), out, onError);
    const results = new Results(records, output.queue, order);
    const done = new DoneRows();
    if (earlier !== null) {
      await replay(earlier.reader, done, results);
      await removeUnfinished(plan.batch?.saveBody ?? null);
    }
    const journal = earlier === null ? created : await Journal.reopen(earlier.reader, checkpoint, onError);
    if (journal !== null) results.journalTo(journal);
    const opened = output;
    return {
      results,
      output: opened,
      source: new UndoneRows(reader, done, earlier?.reader.checkpoint ?? { rows: 0, digest: 0 }),
      plan,
      journalPath,
      journal,
      damage: earlier === null ? null : damageOf(earlier.reader, results.counts.done),
      close: (dealer) => close(dealer, results, opened, journal, onError).finally(() => lock?.release()),
    };
  } catch (error) {
    await output?.discard();
    await earlier?.reader.close();
    await created?.close();
    await created?.remove();
    throw error;
  }
}

/** The plan with the journal's seed, and with names that mark unfinished bodies as this journal's. */
function planOf(plan: RunPlan, seed: number, journalPath: string | null): RunPlan {
  const { batch } = plan;
  if (batch === undefined || batch.saveBody === null || journalPath === null) return { ...plan, seed };
  return { ...plan, seed, batch: { ...batch, saveBody: ownedBy(journalPath, seed, batch.saveBody) } };
}

async function replay(reader: JournalReader, done: DoneRows, results: Results): Promise<void> {
  const next = (): Promise<readonly AnsweredRow[] | null> =>
    reader.rows().catch((error: unknown) => {
      throw new VolleyError(ERROR_CODES.usage, [
        new WordedProblem(
          phrase`The journal ${given(reader.path)} is damaged (${reasonOf(error)}): keep it, and begin again with another ${the('out')}.`,
        ),
      ]);
    });
  for (let rows = await next(); rows !== null; rows = await next()) {
    for (const row of rows) if (done.add(row.row)) results.place(row);
    await results.settle();
  }
}

/** Rows of the damaged part are sent again, like those that were in flight. */
function damageOf({ path, damagedBytes, checkpoint }: JournalReader, doneBefore: number): string | null {
  if (damagedBytes === 0) return null;
  const missing = checkpoint.rows - doneBefore;
  return `The journal ${quoted(path)} is damaged: ${damagedBytes} bytes of it cannot be read. Of the ${checkpoint.rows} rows read before, ${missing} have no answer in it and are sent again.`;
}

async function close(
  dealer: Dealer,
  { counts }: Results,
  output: Output,
  journal: Journal | null,
  onError: (error: unknown) => void,
): Promise<void> {
  await journal?.close();
  await output.queue.flush();
  if (!dealer.isComplete || dealer.trouble !== null) {
    await output.discard();
    // Nothing to resume: the next run may start from the beginning.
    if (counts.done === 0) await journal?.remove();
    return;
  }
  try {
    await output.commit();
    await journal?.remove();
  } catch (error) {
    onError(error);
    await output.discard();
  }
}

async function createJournal(
  path: string,
  { fingerprint, input, files }: Batch,
  seed: number,
  checkpoint: () => Checkpoint,
  onError: (error: unknown) => void,
): Promise<Journal> {
  try {
    return await Journal.create(
      path,
      { request: fingerprint, input: input.sha256, seed, files },
      checkpoint,
      onError,
    );
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw journalIsThere(path);
    throw cannotWriteJournal(path, error);
  }
}

/** Opens the journal to resume from. null if there is none. @throws VolleyError VOLLEY_USAGE if it belongs to another batch */
async function openJournal(
  batch: Batch,
  path: string | null,
): Promise<{ reader: JournalReader; seed: number } | null> {
  const refused = (why: string | Words): VolleyError =>
    new VolleyError(ERROR_CODES.usage, [
      new WordedProblem(phrase`${the('resume')} with ${the('out')} ${given(batch.out)}: ${why}.`),
    ]);
  if (path === null) throw refused(phrase`it is not a file, and has no journal: leave ${the('resume')} out`);
  const reader = await JournalReader.open(path).catch((error: unknown) => {
    throw refused(`the journal ${quoted(path)} cannot be read (${reasonOf(error)})`);
  });
  // It never began.
  if (reader === null) return null;
  try {
    return { reader, seed: await seedOf(reader, batch, refused) };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** @throws the error from `refused` if the batch cannot be resumed from this journal */
async function seedOf(
  reader: JournalReader,
  { fingerprint, input, rowsPath, files }: Batch,
  refused: (why: string) => VolleyError,
): Promise<number> {
  const header = await reader.header();
  if (header === null)
    throw refused(
      `${quoted(reader.path)} is not a journal of this version of volley: delete it to begin again`,
    );
  if (header.request !== fingerprint)
    throw refused(
      'request, selections or output format differ from those of the journal: use the same options as before, or delete it to begin again',
    );
  if (header.input !== input.sha256)
    throw refused(
      `the rows ${quoted(rowsPath)} have changed since the journal was started: put the file back as it was, or delete the journal to begin again`,
    );
  const changed = Object.keys({ ...header.files, ...files }).find(
    (name) => header.files[name] !== files[name],
  );
  if (changed !== undefined)
    throw refused(
      `the file ${quoted(changed)} has changed since the journal was started: put it back as it was, or delete the journal to begin again`,
    );
  return header.seed;
}
