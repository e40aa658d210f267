import type { RunPlan } from '../../protocol/plan.ts';
import { SCHEMA_VERSION, type Summary } from '../../protocol/summary.ts';
import type { Sweep, SweepEnd, SweepLevel, Swept } from '../../protocol/sweep.ts';
import { sweepSentences } from '../text/sweep-sentences.ts';
import { toolFacts } from '../text/version.ts';
import { LevelSearch } from './level-search.ts';
import { capacityOf, isGeneratorsLimit, kneeOf, levelOf } from './levels.ts';

/** Time of a level apart from its load: starting workers, connecting, ending. */
const AROUND_A_LEVEL_MS = 500;

/** Why a level has no result. */
type LevelCut = Extract<SweepEnd, 'interrupted' | 'budget'>;

interface SweepOptions {
  readonly over: Swept;
  readonly from: number;
  readonly to: number;
  /** Time for all levels together. */
  readonly budgetMs: number;
  /** Makes the plan of a level. */
  planOf(level: number): RunPlan;
  /**
   * Runs a level for at most this long.
   *
   * @param isAgain volley itself was the limit when this level was measured before
   */
  measure(plan: RunPlan, level: number, longestMs: number, isAgain: boolean): Promise<Summary | LevelCut>;
  /** Called after each level, with the sweep so far. */
  onLevel(level: SweepLevel, soFar: Sweep): Promise<void>;
}

/** Raises the load until the target cannot sustain it, volley is the limit, or time is up. */
export async function sweep({
  over,
  from,
  to,
  budgetMs,
  planOf,
  measure,
  onLevel,
}: SweepOptions): Promise<Sweep> {
  const startedAt = new Date();
  const search = new LevelSearch(from, to);
  const levels: SweepLevel[] = [];
  const first = planOf(from);
  let endedBy: SweepEnd | null = null;
  let generatorLimit: Sweep['generatorLimit'] = null;
  let target: Sweep['target'] = null;
  const resultOf = (end: SweepEnd): Sweep => {
    const measured = { levels, generatorLimit, target, startedAt };
    return sweepOf(first, { over, from, to }, measured, end);
  };
  for (let level = search.next; level !== null && endedBy === null; level = search.next) {
    const plan = level === from ? first : planOf(level);
    const leftMs = (): number => budgetMs - (Date.now() - startedAt.getTime());
    if (levels.length > 0 && lengthMs(plan) > leftMs()) {
      endedBy = 'budget';
      break;
    }
    const { summary, tries } = await measuredTwice(
      (isAgain) => measure(plan, level, leftMs(), isAgain),
      () => lengthMs(plan) <= leftMs(),
    );
    if (typeof summary === 'string') {
      endedBy = summary;
      break;
    }
    target ??= summary.plan.target;
    const told = levelOf(level, summary, over);
    if (isGeneratorsLimit(summary)) {
      endedBy = 'generator';
      const reasons = [...summary.degradedReasons, ...summary.generator.reasons];
      generatorLimit = { level, reasons, tries, measured: told };
    } else {
      levels.push(told);
      await onLevel(told, resultOf('unfinished'));
      search.tell(told.isGood);
      if (!told.isGood && levels.length === 1) endedBy = 'failing';
    }
  }
  return resultOf(endedBy ?? (levels.every(({ isGood }) => isGood) ? 'range' : 'found'));
}

/** Measures a level once more if volley itself was the limit: another program may have been busy for a moment. */
async function measuredTwice(
  measure: (isAgain: boolean) => Promise<Summary | LevelCut>,
  hasTime: () => boolean,
): Promise<{ readonly summary: Summary | LevelCut; readonly tries: number }> {
  const first = await measure(false);
  if (typeof first === 'string' || !isGeneratorsLimit(first) || !hasTime())
    return { summary: first, tries: 1 };
  const second = await measure(true);
  return second === 'budget' ? { summary: first, tries: 1 } : { summary: second, tries: 2 };
}

interface Measured extends Pick<Sweep, 'levels' | 'generatorLimit' | 'target'> {
  readonly startedAt: Date;
}

/** @param first the plan of the first level */
function sweepOf(
  first: RunPlan,
  asked: Pick<SweepOptions, 'over' | 'from' | 'to'>,
  { levels, generatorLimit, target, startedAt }: Measured,
  endedBy: SweepEnd,
): Sweep {
  const found = {
    ...asked,
    levels: levels.toSorted((a, b) => a.level - b.level),
    counts: first.stream ? ('tokens' as const) : ('answers' as const),
    rules: first.thresholds.filter(({ isImplied }) => isImplied !== true).map(({ expression }) => expression),
    generatorLimit,
    endedBy,
  };
  const judged = { ...found, knee: kneeOf(found.levels), capacity: capacityOf(found.levels) };
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: toolFacts(),
    kind: 'sweep',
    startedAt: startedAt.toISOString(),
    target,
    ...judged,
    conclusions: sweepSentences(judged),
    interrupted: endedBy === 'interrupted' || endedBy === 'unfinished',
  };
}

/** How long a level takes if everything is answered at once; a limit by requests alone gives no time. */
export function lengthMs({ warmupMs, stop: { durationMs } }: RunPlan): number {
  return warmupMs + (durationMs ?? 0) + AROUND_A_LEVEL_MS;
}
