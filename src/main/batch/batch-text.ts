import type { BatchRows, BatchTrouble } from '../../protocol/batch.ts';
import type { ResultForm } from '../../protocol/result-forms.ts';
import type { Summary } from '../../protocol/summary.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import { visible, visibleIn } from '../../requests/visible.ts';
import { fittedLine } from '../reporters/fitted-line.ts';
import { type Case, renderJunit } from '../reporters/junit.ts';
import { LiveLine, type LiveStream } from '../reporters/live-line.ts';
import { failedPart, kindsPart } from '../reporters/progress-line.ts';
import { REPORTERS } from '../reporters/reporters.ts';
import { resultJson } from '../reporters/result-json.ts';
import { exampleName, hasRows, renderRows } from '../reporters/rows-text.ts';
import type { View } from '../reporters/view.ts';
import { perSecond } from '../summary/load-notes.ts';
import { counted, formatAbout, formatCount, formatElapsed, formatRate, shareText } from '../text/format.ts';
import { quoted } from '../text/quoted.ts';
import type { Batch } from './resolve-batch.ts';
import type { BatchProgress, BatchResult } from './run-batch.ts';

/** What looks like one more name and path. */
const SECOND_SELECTION = /,\s*[\w-]+=/;
const TOO_MANY_REQUESTS = '429';

/** Renders the results of the rows, then the report of the requests as after a load test. */
export function renderBatch(
  result: BatchResult,
  form: ResultForm,
  areFailuresAllowed: boolean,
  view?: View,
): string {
  const { summary } = result;
  if (form === 'json') return resultJson(batchJson(result));
  if (form === 'junit') return renderJunit(summary, rowsCase(result, areFailuresAllowed));
  const text = REPORTERS[form](batchJson(result), view);
  if (!hasRows(form)) return text;
  const { skipped } = result;
  const leftOut = skipped !== null && skipped.count > 0 ? (skipped.sentence ?? '') : null;
  return renderRows(visibleIn(rowsOf(result)), form, leftOut) + text;
}

/** How many rows failed, and one of them; null if none did. */
export function failedRowsSentence({
  counts: { failed, done, examples },
  skipped,
}: BatchResult): string | null {
  const [example] = examples.values();
  if (failed === 0 || example === undefined) return null;
  const share = `${formatCount(failed)} of ${counted(done, 'row')} failed${shareText(failed, done)}`;
  return `${share}, such as ${exampleName(example, (skipped?.count ?? 0) > 0)}: ${visible(example.error)}.`;
}

/** Selections that found nothing in any good answer: their paths may be wrong. */
export function emptySelections(
  { counts: { ok, valued } }: BatchResult,
  { select, added }: Pick<Batch, 'select' | 'added'>,
): string[] {
  const first = added.length - select.length;
  const empty = ok === 0 ? [] : select.filter((_, index) => (valued[first + index] ?? 0) === 0);
  return empty.map(({ name, path }) => {
    const answers =
      ok === 1 ? 'the only good answer has no' : `none of ${formatCount(ok)} good answers has a`;
    const several = SECOND_SELECTION.test(path) ? ' Give --select once for each value.' : '';
    return `--select ${quoted(`${name}=${path}`)}: ${answers} value there.${several}`;
  });
}

/** The JUnit case for rows: requests may be retried, so it is the rows that succeed or fail. */
function rowsCase({ counts: { failed, done } }: BatchResult, areFailuresAllowed: boolean): Case {
  const message = `${counted(failed, 'row')} of ${formatCount(done)} failed${shareText(failed, done)}.`;
  const isFailure = failed > 0 && !areFailuresAllowed;
  return {
    name: 'rows succeed',
    problem: isFailure ? { element: 'failure', type: 'rows', message } : null,
  };
}

/** The result of the requests, with the results of the rows. */
export function batchJson(result: BatchResult): Summary & { readonly rows: BatchRows } {
  return { ...result.summary, rows: rowsOf(result) };
}

function rowsOf(result: BatchResult): BatchRows {
  const { counts, rowCount, doneBefore, returned, isComplete, summary, skipped, trouble, rate } = result;
  const { done, ok, failed, retries, statuses, errors, examples } = counts;
  return {
    total: rowCount,
    skipped: skipped?.count ?? 0,
    skippedLines: skipped?.lines ?? [],
    done,
    doneBefore,
    ok,
    failed,
    retries,
    returned,
    limitPerSecond: rate === null ? null : perSecond(rate),
    rateLimitReplies: summary.statuses[TOO_MANY_REQUESTS] ?? 0,
    isComplete,
    trouble: trouble === null ? null : ({ code: trouble.code, figures: trouble.figures } as BatchTrouble),
    statuses: Object.fromEntries([...statuses].sort(([a], [b]) => a - b)),
    errors: Object.fromEntries(ranked(errors)),
    examples: Object.fromEntries(examples),
  };
}

function ranked(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([, a], [, b]) => b - a);
}

const TERMINAL_INTERVAL_MS = 500;
const PLAIN_INTERVAL_MS = 5_000;

/** Shows the progress of a batch until it ends: a line that updates in place on a terminal, else a line every 5 s. */
export function showBatchProgress(progress: () => BatchProgress | null, stream: LiveStream): { end(): void } {
  const live = new LiveLine(stream);
  const timer = setInterval(
    () => {
      const now = progress();
      if (now !== null) live.show(renderBatchProgress(now, live.width));
    },
    live.isRenewed ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS,
  );
  return {
    end: () => {
      clearInterval(timer);
      live.clear();
    },
  };
}

/** One line, as much as fits; the time left is estimated from this run's rate so far. */
export function renderBatchProgress(
  { elapsedMs, rowCount, done, doneBefore, failed, failedAs }: BatchProgress,
  width: number = Number.POSITIVE_INFINITY,
): string {
  const rowsPerSecond = elapsedMs <= 0 ? 0 : ((done - doneBefore) * MS_PER_SECOND) / elapsedMs;
  const rows = counted(done, 'row');
  const elapsed = { text: formatElapsed(elapsedMs), dropAt: 4 };
  const rate = { text: formatRate(rowsPerSecond), dropAt: 5 };
  if (rowCount === null)
    return fittedLine(
      [elapsed, { text: rows, dropAt: 2 }, rate, failedPart(failed, done), ...kindsPart(failedAs)],
      width,
    );
  return fittedLine(
    [
      { text: `${Math.floor((100 * done) / Math.max(1, rowCount))}%`.padStart(4), dropAt: 1 },
      elapsed,
      { text: `${formatCount(done)} of ${counted(rowCount, 'row')}`, shorter: rows, dropAt: 2 },
      rate,
      failedPart(failed, done),
      ...kindsPart(failedAs),
      ...(rowsPerSecond === 0
        ? []
        : [{ text: `${formatAbout(((rowCount - done) / rowsPerSecond) * MS_PER_SECOND)} left`, dropAt: 3 }]),
    ],
    width,
  );
}
