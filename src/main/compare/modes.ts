import type { Pair } from '../../protocol/comparison.ts';
import type { ComparisonFinding, Conclusion, Metric } from '../../protocol/comparison-finding.ts';
import type { RunPlan, WorkerMode } from '../../protocol/plan.ts';
import { median } from '../collect/statistics.ts';
import { concludeOn, outcomeOf } from './conclusions.ts';
import { compareFailures, failuresIn } from './failures.ts';
import { FIGURES } from './metric-figures.ts';
import { comparePairs, type MeasuredArm } from './pairs.ts';
import type { PlannedArm } from './rounds.ts';

/** Among equally good arms the first of these is recommended: it needs the least. */
const SIMPLEST_FIRST = ['sequential', 'inline', 'threads', 'processes'];
/** More than any arm has. */
const ABOVE_WORKERS = 1_000;

/** What distinguishes an arm; `workers` is undefined for the default number. */
interface ModeArm {
  readonly mode: WorkerMode;
  readonly workers: string | undefined;
  /** One connection with one request at a time. */
  readonly isSequential: boolean;
}

/**
 * Creates arms with the same load: one request at a time, one event loop, and threads and processes for each
 * number of workers.
 *
 * @param planFor makes the plan of one arm
 */
export async function modeArms(
  workerCounts: readonly (string | undefined)[],
  planFor: (arm: ModeArm) => Promise<RunPlan>,
): Promise<PlannedArm[]> {
  const arms: PlannedArm[] = [
    { name: 'sequential', plan: await planFor({ mode: 'inline', workers: undefined, isSequential: true }) },
    { name: 'inline', plan: await planFor({ mode: 'inline', workers: undefined, isSequential: false }) },
  ];
  for (const mode of ['threads', 'processes'] as const) {
    for (const workers of workerCounts) {
      const plan = await planFor({ mode, workers, isSequential: false });
      arms.push({ name: workerCounts.length > 1 ? `${mode} ×${plan.workers}` : mode, plan });
    }
  }
  return arms;
}

/**
 * Compares the arm with the best median to each other arm; and, as a separate question, threads to processes with
 * the same number of workers. Only a few pairs, since each additional pair needs more rounds.
 */
export function pairModes(arms: readonly MeasuredArm[], metric: Metric, margin: number): Pair[] {
  const leader = leaderOf(arms, metric);
  if (leader === null) return [];
  const couples = arms.filter((arm) => arm !== leader).map((arm) => [leader, arm] as const);
  const twins = arms.flatMap((threads) => {
    const twin = arms.find(({ name }) => name === threads.name.replace('threads', 'processes'));
    const isNew = twin !== undefined && twin !== threads && threads !== leader && twin !== leader;
    return isNew ? [[threads, twin] as const] : [];
  });
  return [...comparePairs(couples, metric, margin), ...comparePairs(twins, metric, margin, couples.length)];
}

/** The recommended arm for this workload, and how certain that is. */
export function recommend(pairs: readonly Pair[], metric: Metric): Conclusion[] {
  const leader = pairs[0]?.a;
  if (leader === undefined) return [];
  const against = pairs.filter(({ a }) => a === leader);
  const equal = against
    .filter((pair) => outcomeOf(pair, metric) === 'no-difference' && pair.failures?.decision !== 'fewer')
    .map(({ b }) => b);
  const undecided = against.filter((pair) => outcomeOf(pair, metric) === 'undecided').map(({ b }) => b);
  const choice = [leader, ...equal].sort((a, b) => simplicity(a) - simplicity(b))[0] ?? leader;
  const isFailing = against.some((pair) => ['both-fail', 'nothing'].includes(outcomeOf(pair, metric)));
  const advice: ComparisonFinding = isFailing
    ? { code: 'nothing-recommended', figures: { leader } }
    : { code: 'recommended', figures: { choice, leader, metric, equal, undecided } };
  return [...pairs.map((pair) => concludeOn(pair, metric)), { ...advice, remarks: [] }];
}

function leaderOf(arms: readonly MeasuredArm[], metric: Metric): MeasuredArm | null {
  const { of, isMoreBetter } = FIGURES[metric];
  const ranked = withoutFailing(arms).flatMap((arm) => {
    const values = arm.rounds.flatMap(({ summary }) => of(summary) ?? []);
    return values.length === 0 ? [] : [{ arm, middle: median(values) }];
  });
  ranked.sort((a, b) => (isMoreBetter ? b.middle - a.middle : a.middle - b.middle));
  return ranked[0]?.arm ?? null;
}

/** Drops arms that fail more than the one that fails least: none of them can be the best. */
function withoutFailing(arms: readonly MeasuredArm[]): readonly MeasuredArm[] {
  const summaries = arms.map(({ rounds }) => rounds.map(({ summary }) => summary));
  const least = [...summaries].sort((a, b) => failuresIn(a).share - failuresIn(b).share)[0] ?? [];
  return arms.filter(
    (_arm, index) => compareFailures(summaries[index] ?? [], least, arms.length).decision !== 'more',
  );
}

/** Fewer workers are simpler too. */
function simplicity(name: string): number {
  const [mode = '', workers = '1'] = name.split(' ×');
  return SIMPLEST_FIRST.indexOf(mode) * ABOVE_WORKERS + Number(workers);
}
