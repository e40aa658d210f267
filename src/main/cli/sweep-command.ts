import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Sweep, SweepLevel, Swept } from '../../protocol/sweep.ts';
import { withoutOverwriting } from '../files/input-files.ts';
import { readSettled } from '../once/settled.ts';
import {
  DEFAULT_SWEEP_BUDGET,
  DEFAULT_SWEEP_DURATION,
  DEFAULT_SWEEP_RANGE,
  DEFAULT_SWEEP_WARMUP,
} from '../plan/defaults.ts';
import { underLoad } from '../plan/load-parts.ts';
import type { RunOptions } from '../plan/options.ts';
import { Problems, type Told } from '../plan/problems.ts';
import { completePlan, readOptions } from '../plan/resolve.ts';
import { keepingRows } from '../plan/rows-kept.ts';
import { given, phrase, the } from '../plan/words.ts';
import { showProgress } from '../reporters/progress-line.ts';
import { SWEEP_REPORTERS } from '../reporters/sweep-text.ts';
import { startWatched } from '../run/run.ts';
import { worstOf } from '../summary/exit-code.ts';
import { lengthMs, sweep } from '../sweep/sweep.ts';
import { formatCount, formatDuration, formatRate } from '../text/format.ts';
import { levelText } from '../text/sweep-sentences.ts';
import { interruptible } from './interrupts.ts';
import { type LevelsForm, printedSweep, sweepFormFrom } from './output-form.ts';
import type { Parsed } from './parsed.ts';
import { ResultFiles, resultFilesOf, resultPathsFrom } from './result-files.ts';
import { runOptionsFrom } from './run-options.ts';
import { say } from './say.ts';
import { type Showing, showingFrom } from './showing.ts';

const RANGE = /^(\d+)\.\.(\d+)$/;
const MOST = 1_000_000;
const LONGEST_MS = 604_800_000;

interface Range {
  readonly over: Swept;
  readonly from: number;
  readonly to: number;
}

/** `volley sweep <url>`: raises the load level by level, and reports the knee and the capacity. */
export async function sweepCommand(parsed: Parsed, found: Told[]): Promise<ExitCode> {
  const problems = new Problems(found);
  const showing = showingFrom(parsed);
  const form = sweepFormFrom(parsed, problems);
  const range = rangeFrom(parsed, problems);
  const budgetMs = problems.durationMs(
    'budget',
    parsed.last('budget') ?? DEFAULT_SWEEP_BUDGET,
    1,
    LONGEST_MS,
  );
  const told: Told[] = [...problems.list];
  const paths = resultPathsFrom(parsed, told);
  const swept = keepingRows(sweptOptions(parsed, told));
  // Without a range that can be used, the other options are read beside what was to be raised.
  const over: Swept = parsed.last('rate') === undefined ? 'concurrency' : 'rate';
  const options = withLevel(swept, range ?? { over, from: 1, to: 1 }, 1);
  // Both ends of the range are checked before anything is sent.
  const plan = await withoutOverwriting(resultFilesOf(paths), async () => {
    const first = await readSettled(options, told, [], say);
    if (range !== null) await readOptions(withLevel(options, range, range.to), []);
    return completePlan(first);
  });
  if (range === null || budgetMs === null) throw new VolleyError(ERROR_CODES.usage, problems.list);
  checkBudget(parsed, budgetMs, plan);
  const files = await ResultFiles.open(paths);
  try {
    const result = await carryOut(plan, options, range, budgetMs, showing, (soFar) =>
      files.saveSoFar(textsOf(soFar)),
    );
    return await print(result, form, files, showing);
  } catch (error) {
    await files.discard();
    throw error;
  }
}

/** @throws VolleyError VOLLEY_USAGE if the budget is less than one level takes */
function checkBudget(parsed: Parsed, budgetMs: number, plan: RunPlan): void {
  const leastMs = lengthMs(plan);
  if (budgetMs >= leastMs) return;
  const problems = new Problems();
  problems.add(
    phrase`${the('budget')} ${given(parsed.last('budget') ?? DEFAULT_SWEEP_BUDGET)}: one level alone takes ${formatDuration(leastMs)}: give more, or a shorter ${the('duration')} or ${the('warmup')}.`,
  );
  throw new VolleyError(ERROR_CODES.usage, problems.list);
}

/** The options of the run, with the defaults of a level. */
function sweptOptions(parsed: Parsed, problems: Told[]): RunOptions {
  const options = runOptionsFrom(parsed, problems);
  const { requests, duration, warmup } = options;
  return {
    ...options,
    duration: duration ?? (requests === undefined ? DEFAULT_SWEEP_DURATION : undefined),
    warmup: warmup ?? DEFAULT_SWEEP_WARMUP,
    concurrency: undefined,
    rate: undefined,
  };
}

/** The options of a level. */
function withLevel(options: RunOptions, { over, from }: Range, level: number): RunOptions {
  const at = Math.max(level, from);
  return over === 'rate' ? { ...options, rate: at } : { ...options, concurrency: at };
}

async function carryOut(
  first: RunPlan,
  options: RunOptions,
  range: Range,
  budgetMs: number,
  showing: Showing,
  save: (soFar: Sweep) => Promise<void>,
): Promise<Sweep> {
  let isStopped = false;
  return sweep({
    ...range,
    budgetMs,
    planOf: (level) => underLoad(first, withLevel(options, range, level)),
    measure: async (plan, level, longestMs, isAgain) => {
      if (isStopped) return 'interrupted';
      const again = isAgain ? ' once more, since volley itself was the limit' : '';
      showing.note(`${levelText(level, range.over)}${again} …`);
      const run = startWatched(plan);
      const interrupts = interruptible(run, showing.note);
      let isOutOfTime = false;
      const timer = setTimeout(() => {
        isOutOfTime = true;
        run.abort();
      }, longestMs);
      try {
        if (showing.live !== null) await showProgress(run, showing.live);
        const summary = await run.summary;
        if (isOutOfTime) return 'budget';
        isStopped = summary.interrupted;
        return summary.interrupted ? 'interrupted' : summary;
      } finally {
        clearTimeout(timer);
        interrupts.remove();
      }
    },
    onLevel: (level, soFar) => {
      showing.note(levelSentence(level, range.over));
      return save(soFar);
    },
  });
}

/** A sweep in the forms of its files. */
function textsOf(swept: Sweep): Parameters<ResultFiles['write']>[0] {
  return {
    json: () => SWEEP_REPORTERS.json(swept),
    markdown: () => SWEEP_REPORTERS.markdown(swept),
    page: swept,
  };
}

function levelSentence({ level, throughputPerSecond, isGood, summary }: SweepLevel, over: Swept): string {
  const what = summary.streams ? 'tokens' : 'ok';
  return `${levelText(level, over)}: ${formatRate(throughputPerSecond)} ${what}${isGood ? '' : ', not sustained'}.`;
}

async function print(
  result: Sweep,
  form: LevelsForm,
  files: ResultFiles,
  { view }: Showing,
): Promise<ExitCode> {
  const { isSaved, isComplete } = await files.write(textsOf(result));
  process.stdout.write(await printedSweep(result, isSaved ? form : 'json', view));
  if (form !== 'text' || !process.stdout.isTTY) result.conclusions.forEach(say);
  return worstOf([
    result.interrupted ? EXIT_CODES.interrupted : EXIT_CODES.ok,
    isComplete ? EXIT_CODES.ok : EXIT_CODES.notWritten,
    result.endedBy === 'generator' ? EXIT_CODES.degraded : EXIT_CODES.ok,
    result.capacity === null ? EXIT_CODES.failed : EXIT_CODES.ok,
  ]);
}

/** Reads `--concurrency 1..256` or `--rate 1..64`. */
function rangeFrom(parsed: Parsed, problems: Problems): Range | null {
  const [concurrency, rate] = [parsed.last('concurrency'), parsed.last('rate')];
  if (concurrency !== undefined && rate !== undefined) {
    problems.add(
      phrase`${the('concurrency')} with ${the('rate')}: a sweep raises one of them: leave the other out; ${the('max-in-flight')} limits connections.`,
    );
    return null;
  }
  const over = rate === undefined ? 'concurrency' : 'rate';
  const text = rate ?? concurrency ?? DEFAULT_SWEEP_RANGE;
  const [, from = Number.NaN, to = Number.NaN] = (RANGE.exec(text) ?? []).map(Number);
  if (from >= 1 && to > from && to <= MOST) return { over, from, to };
  problems.add(
    phrase`${the(over)} ${given(text)}: give a range of whole numbers from 1 to ${formatCount(MOST)}, such as ${DEFAULT_SWEEP_RANGE}: the sweep begins with the first and goes up to the second.`,
  );
  return null;
}
