import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import {
  batchJson,
  emptySelections,
  failedRowsSentence,
  renderBatch,
  showBatchProgress,
} from '../batch/batch-text.ts';
import type { EndedBatch } from '../batch/ended-batch.ts';
import { type Batch, resolveBatch } from '../batch/resolve-batch.ts';
import { type BatchResult, type BatchRun, startBatch } from '../batch/run-batch.ts';
import { rereading } from '../files/input-files.ts';
import { readSettled } from '../once/settled.ts';
import { completePlan } from '../plan/resolve.ts';
import { stopSentences } from '../reporters/rule-text.ts';
import { viewOf } from '../reporters/view.ts';
import { worstOf } from '../summary/exit-code.ts';
import { counted, formatCount } from '../text/format.ts';
import { quoted } from '../text/quoted.ts';
import { bareTimeNotes } from './bare-times.ts';
import { batchOptionsFrom } from './batch-options.ts';
import { handleInterrupts } from './interrupts.ts';
import { isWebAddress, urlInPlaceOfRows } from './misplaced-words.ts';
import { outputFormFrom } from './output-form.ts';
import { pageOf } from './page-file.ts';
import type { Parsed } from './parsed.ts';
import { ResultFiles, resultFilesOf, shownPathsFrom } from './result-files.ts';
import { say } from './say.ts';
import { showingFrom } from './showing.ts';

/** `volley batch <rows> <url>`: one request for each row, with the answers written next to the rows. */
export async function batchCommand(parsed: Parsed, problems: string[]): Promise<ExitCode> {
  const [rows] = parsed.positionals;
  if (rows !== undefined && isWebAddress(rows)) {
    problems.push(urlInPlaceOfRows(rows));
    throw new VolleyError(ERROR_CODES.usage, problems);
  }
  if (parsed.flag('once')) return tryFirstRow(parsed, rows, problems);
  const form = outputFormFrom(parsed.last('output'), problems);
  const paths = { out: null, ...shownPathsFrom(parsed, problems) };
  const batch = await resolveBatch(batchOptionsFrom(parsed, problems), problems, resultFilesOf(paths), say);
  const areFailuresAllowed = parsed.flag('allow-failures');
  if (batch.ended !== null) return tellEnded(batch, batch.ended, areFailuresAllowed);
  const files = await ResultFiles.open(paths);
  const run = await started(batch, files);
  if (run.damage !== null) say(run.damage);
  const showing = showingFrom(parsed);
  bareTimeNotes(parsed).forEach(showing.note);
  const removeHandlers = handleInterrupts(run, showing.note);
  const live = showing.live === null ? null : showBatchProgress(() => run.progress(), showing.live);
  let result: BatchResult;
  try {
    result = await run.result;
  } catch (error) {
    await files.discard();
    throw error;
  } finally {
    live?.end();
    removeHandlers();
  }
  const { isComplete } = await files.write({
    json: () => renderBatch(result, 'json', areFailuresAllowed),
    markdown: () => renderBatch(result, 'markdown', areFailuresAllowed),
    page: batchJson(result),
  });
  const exitCode = worstOf([
    exitCodeOf(result, areFailuresAllowed),
    isComplete ? EXIT_CODES.ok : EXIT_CODES.notWritten,
  ]);
  if (result.trouble?.code === 'reader-gone') return exitCode;
  if (parsed.flag('retry-failed') && form === 'text' && result.isComplete && result.rowCount === 0) {
    say('no row of that output had failed: nothing was sent.');
    return exitCode;
  }
  // If the rows go to stdout, the report must not be mixed with them.
  const view =
    batch.out === null ? viewOf(process.stderr, process.env, showing.view.isVerbose) : showing.view;
  const report =
    form === 'html' ? await pageOf(batchJson(result)) : renderBatch(result, form, areFailuresAllowed, view);
  const isQuiet = batch.out === null && parsed.flag('quiet');
  if (batch.out !== null) process.stdout.write(report);
  else if (!isQuiet) process.stderr.write(report);
  // A report on stderr has said it.
  const failed = (batch.out === null && !isQuiet) || areFailuresAllowed ? null : failedRowsSentence(result);
  if (failed !== null) say(failed);
  for (const line of emptySelections(result, batch)) say(line);
  for (const line of whatIsLeft(result, batch.out)) say(line);
  return exitCode;
}

/** A script may always say --resume: the batch has ended as it did the first time. */
function tellEnded({ out }: Batch, { done, failed }: EndedBatch, areFailuresAllowed: boolean): ExitCode {
  say(
    `--out ${quoted(out)} is complete: ${counted(done, 'row')} answered, ${formatCount(failed)} failed; nothing was sent.`,
  );
  return failed > 0 && !areFailuresAllowed ? EXIT_CODES.failed : EXIT_CODES.ok;
}

/** Prints the request of the first row and its answer; writes nothing. */
async function tryFirstRow(parsed: Parsed, rows: string | undefined, problems: string[]): Promise<ExitCode> {
  const { sendAndPrint } = await import('./once-command.ts');
  const { run } = batchOptionsFrom(parsed, problems);
  const plan = await rereading(async () =>
    completePlan(await readSettled({ ...run, rows, requests: 1, concurrency: 1 }, problems, [], say)),
  );
  return sendAndPrint(plan);
}

async function started(batch: Batch, files: ResultFiles): Promise<BatchRun> {
  try {
    return await startBatch(batch);
  } catch (error) {
    await files.discard();
    throw error;
  }
}

function whatIsLeft(result: BatchResult, out: string | null): string[] {
  const { isComplete, trouble, journalPath, journalled, counts, rowCount, summary } = result;
  if (isComplete) return [];
  const why =
    trouble === null
      ? stopSentences(summary)
      : [
          trouble.code === 'output-not-written'
            ? `the output${out === null ? '' : ` ${quoted(out)}`} could not be written: ${trouble.message}.`
            : `reading the rows failed: ${trouble.message}.`,
        ];
  const of = rowCount === null ? '' : ` of ${rowCount}`;
  const done = `${counts.done}${of} rows are answered`;
  if (journalPath !== null)
    return [
      ...why,
      `${journalled}${of} rows are answered and kept in ${journalPath}: run the same command with --resume to continue after them.`,
    ];
  return [
    ...why,
    out !== null ? `${done}.` : `${done} and printed; with --out the rest could be sent later.`,
  ];
}

function exitCodeOf(
  { summary, counts, isComplete, trouble }: BatchResult,
  allowsFailures: boolean,
): ExitCode {
  const isStopped = summary.interrupted || summary.stoppedBy !== null;
  const isLost = summary.degraded || (!isComplete && trouble === null && !isStopped);
  return worstOf([
    trouble?.code === 'rows-unreadable' ? EXIT_CODES.usage : EXIT_CODES.ok,
    trouble?.code === 'output-not-written' ? EXIT_CODES.notWritten : EXIT_CODES.ok,
    summary.interrupted ? EXIT_CODES.interrupted : EXIT_CODES.ok,
    isLost ? EXIT_CODES.degraded : EXIT_CODES.ok,
    (counts.failed > 0 && !allowsFailures) || summary.stoppedBy !== null ? EXIT_CODES.failed : EXIT_CODES.ok,
  ]);
}
