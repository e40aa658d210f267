import type { Comparison, Pair } from '../../protocol/comparison.ts';
import type { ComparisonFinding, Conclusion, Metric } from '../../protocol/comparison-finding.ts';
import { readSettled, settledBy } from '../once/settled.ts';
import { DEFAULT_ROUND_DURATION, DEFAULT_ROUND_WARMUP } from '../plan/defaults.ts';
import { type Expanded, expandSources } from '../plan/expand.ts';
import { OF_ROUNDS, withPercentiles } from '../plan/judged-percentiles.ts';
import type { RunOptions } from '../plan/options.ts';
import { Problems, type Told } from '../plan/problems.ts';
import { checkExpanded, checkOptions, completePlan } from '../plan/resolve.ts';
import { keepingRows, RowsKept } from '../plan/rows-kept.ts';
import { namingOf, termsOf } from '../plan/terms.ts';
import { given, phrase, sentenceOf, the } from '../plan/words.ts';
import { armOf, comparisonOf } from './comparison.ts';
import { concludeOn } from './conclusions.ts';
import { modeArms, pairModes, recommend } from './modes.ts';
import { comparePairs, type MeasuredArm } from './pairs.ts';
import { type PlannedArm, Rounds, type RoundUnderWay } from './rounds.ts';

/** The criteria that decide between arms, and the number of rounds. */
export interface Judged {
  readonly rounds: number;
  /** With fewer rounds, no difference can be significant. */
  readonly fewestRounds: number;
  /** As a ratio: 0.03 is 3 %. */
  readonly margin: number;
  readonly metric: Metric;
}

/** Arms to be measured in rounds, and how to evaluate them. */
export interface Experiment {
  readonly kind: Comparison['kind'];
  readonly arms: readonly PlannedArm[];
  readonly judged: Judged;
  readonly notes?: readonly ComparisonFinding[];
  pair(arms: readonly MeasuredArm[]): Pair[];
  conclude(pairs: readonly Pair[]): Conclusion[];
}

/** Makes rounds short unless the options say otherwise. */
function withShortRounds(options: RunOptions): RunOptions {
  const endsByItself = options.requests !== undefined || options.stages !== undefined;
  return {
    ...options,
    duration: options.duration ?? (endsByItself ? undefined : DEFAULT_ROUND_DURATION),
    warmup: options.warmup ?? DEFAULT_ROUND_WARMUP,
  };
}

/**
 * Compares two targets under the same load.
 *
 * @param sources names of the targets, without passwords
 * @throws VolleyError VOLLEY_USAGE, with every problem, or VOLLEY_UNKNOWN_HOST
 */
export async function targetsExperiment(
  a: RunOptions,
  b: RunOptions,
  sources: readonly [a: string, b: string],
  judged: Judged,
  problems: readonly Told[],
): Promise<Experiment> {
  // Both mostly name the same files.
  const kept = new RowsKept();
  const checked = await readSettled(keepingRows(withShortRounds(a), kept), problems);
  const others = await readSettled(keepingRows(withShortRounds(b), kept));
  // Random values are the same on both sides.
  const arms = [
    { name: 'A', plan: await completePlan(checked) },
    { name: 'B', plan: await completePlan({ ...others, seed: checked.seed }) },
  ];
  const { metric, margin } = judged;
  return {
    kind: 'compare',
    arms,
    judged,
    notes: [
      { code: 'arm-is', figures: { arm: 'A', source: sources[0] } },
      { code: 'arm-is', figures: { arm: 'B', source: sources[1] } },
    ],
    pair: ([armA, armB]) =>
      armA === undefined || armB === undefined ? [] : comparePairs([[armB, armA]], metric, margin),
    conclude: (pairs) => pairs.map((pair) => concludeOn(pair, metric)),
  };
}

/**
 * Compares the same load in every mode.
 *
 * @param judgedFor returns the criteria for a number of comparisons
 * @throws VolleyError VOLLEY_USAGE, with every problem, or VOLLEY_UNKNOWN_HOST
 */
export async function modesExperiment(
  options: RunOptions,
  problems: Told[],
  judgedFor: (comparisons: number) => Judged,
): Promise<Experiment> {
  const { made, notes } = await settledBy(options, async (said) => {
    const expanded = await expandSources(said, problems);
    const short = { ...expanded, options: withShortRounds(expanded.options) };
    refuseRepeated(options.workers, problems);
    // The best arm is compared with each of the others: sequential, inline, and both pools for each count.
    const judged = judgedFor(1 + 2 * workerCountsOf(options.workers).length);
    return expandedModes(short, judged, problems);
  });
  const arms = made.arms.map((arm) => {
    const terms = termsOf(arm.plan.writtenIn);
    const asked = notes.map((note) => sentenceOf(note, terms));
    return { ...arm, plan: { ...arm.plan, notes: [...asked, ...arm.plan.notes] } };
  });
  return { ...made, arms };
}

async function expandedModes(
  expanded: Expanded,
  judged: Judged,
  problems: readonly Told[],
): Promise<Experiment> {
  const { options } = expanded;
  const workerCounts = workerCountsOf(options.workers);
  // All arms share their problems: report them once.
  for (const workers of workerCounts)
    checkExpanded({ ...expanded, options: { ...options, mode: 'threads', workers } }, problems);
  const isOpen = options.rate !== undefined || options.every !== undefined || options.stages !== undefined;
  const alone = { concurrency: 1, streams: undefined, ...(isOpen ? { maxInFlight: 1 } : {}) };
  const arms = await modeArms(workerCounts, async ({ mode, workers, isSequential }) =>
    completePlan(checkOptions({ ...options, mode, workers, ...(isSequential ? alone : {}) })),
  );
  return {
    kind: 'modes',
    arms,
    judged,
    pair: (measured) => pairModes(measured, judged.metric, judged.margin),
    conclude: (pairs) => recommend(pairs, judged.metric),
  };
}

function workerCountsOf(workers: RunOptions['workers']): (string | undefined)[] {
  if (workers === undefined) return [undefined];
  return String(workers)
    .split(',')
    .map((count) => count.trim());
}

/** An arm that is measured twice would only be compared with itself. */
function refuseRepeated(workers: RunOptions['workers'], problems: Told[]): void {
  const counts = workerCountsOf(workers).map(Number);
  const repeated = counts.find(
    (count, index) => counts.slice(0, index).includes(count) && !Number.isNaN(count),
  );
  if (repeated === undefined) return;
  const found = new Problems();
  found.add(
    phrase`${the('workers')} ${given(workers)} has ${repeated} more than once: give each number once.`,
  );
  problems.push(...found.list);
}

/** Starts an experiment that can be stopped; its result has only rounds that every arm completed. */
export function startExperiment(
  experiment: Experiment,
  onStep: (underWay: RoundUnderWay) => void,
): { readonly result: () => Promise<Comparison>; stop(): void } {
  const { kind, judged } = experiment;
  const arms = experiment.arms.map((arm) => ({ ...arm, plan: withPercentiles(arm.plan, OF_ROUNDS) }));
  const startedAt = new Date();
  const rounds = new Rounds(arms, judged.rounds, onStep);
  return {
    stop: () => rounds.stop(),
    result: async () => {
      const measured = await rounds.measure();
      const named = arms.map(({ name }, index) => ({ name, rounds: measured[index] ?? [] }));
      const pairs = experiment.pair(named);
      return comparisonOf({
        kind,
        startedAt,
        interrupted: rounds.isStopped,
        metric: judged.metric,
        margin: judged.margin,
        arms: named.flatMap((arm) => armOf(arm.name, arm.rounds) ?? []),
        pairs,
        conclusions: experiment.conclude(pairs),
        notes: [...(experiment.notes ?? []), ...tooFewRounds(experiment), ...optionNotes(arms)],
        naming: namingOf(arms[0]?.plan.writtenIn),
      });
    },
  };
}

/** A note that so few rounds cannot show any difference; for rounds of one run the conclusion covers this. */
export function tooFewRounds({ kind, arms, judged }: Experiment): ComparisonFinding[] {
  const { rounds, fewestRounds } = judged;
  if (kind === 'repeat' || rounds >= fewestRounds) return [];
  return [{ code: 'rounds-cannot-decide', figures: { rounds, fewestRounds, arms: arms.length } }];
}

/** Notes from reading the options, without duplicates. */
function optionNotes(arms: readonly PlannedArm[]): ComparisonFinding[] {
  const texts = new Set(arms.flatMap(({ plan }) => plan.notes));
  return [...texts].map((text) => ({ code: 'option-note', figures: { text } }));
}
