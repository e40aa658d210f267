import { isDeepStrictEqual } from 'node:util';
import type { Comparison } from '../../protocol/comparison.ts';
import type { Summary, Verdict } from '../../protocol/summary.ts';
import { median } from '../collect/statistics.ts';
import { PLAN_FIELDS } from '../compare/plan-fields.ts';
import { isComparison } from '../files/result-file.ts';
import type { Origin } from './origin.ts';

/** A result with where it came from, as it is kept. */
export type Kept = (Summary | Comparison) & { readonly origin?: Origin };

/** One result in the list of those that are kept. */
export interface KeptRun {
  /** As `volley report` and `volley compare` take it: `last~2`. */
  readonly name: string;
  readonly path: string;
  readonly startedAt: string;
  readonly kind: 'run' | Comparison['kind'];
  readonly target: string;
  /** What was measured, in the fields that must agree for figures to be compared. */
  readonly plan: PlanFacts;
  readonly host: string | null;
  readonly revision: string | null;
  readonly branch: string | null;
  readonly hasChanges: boolean | null;
  /** Of a comparison the verdict of its worst round is none of one run: null. */
  readonly verdict: Verdict | null;
  readonly degraded: boolean;
  readonly interrupted: boolean;
  /** Requests a second that were answered well; of several rounds the median, here and below; null where there are several arms. */
  readonly throughputPerSecond: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** From 0 to 1. */
  readonly failedShare: number | null;
  readonly rules: { readonly kept: number; readonly broken: number };
  /** p50 in proportion to the result before it of the same plan on the same machine; null where there is none. */
  readonly p50Ratio: number | null;
}

/** The part of a result that says what was measured. */
export interface Planned {
  readonly plan: Summary['plan'];
  readonly mix: readonly Pick<Summary['mix'][number], 'name' | 'method' | 'url' | 'weight'>[];
}

export type PlanFacts = Pick<Summary['plan'], (typeof PLAN_FIELDS)[number]> & {
  readonly target: Summary['plan']['target'];
  readonly mix: readonly string[];
  readonly rounds: number;
};

/**
 * The list of results, each held against the one before it of the same plan.
 *
 * @param kept the newest first
 */
export function listRuns(kept: readonly { readonly path: string; readonly result: Kept }[]): KeptRun[] {
  const runs = kept.flatMap(({ path, result }, index) => keptRunOf(path, index, result) ?? []);
  return runs.map((run, index) => {
    const before = runs.slice(index + 1).find((other) => isAlike(run, other));
    const ratio =
      run.p50Ms === null || before?.p50Ms === null || before?.p50Ms === undefined || before.p50Ms === 0
        ? null
        : run.p50Ms / before.p50Ms;
    return { ...run, p50Ratio: ratio };
  });
}

/** Whether two results are of the same plan, measured on the same machine. */
export function isAlike(a: KeptRun, b: KeptRun): boolean {
  return a.kind === b.kind && a.host === b.host && isDeepStrictEqual(a.plan, b.plan);
}

function keptRunOf(path: string, index: number, result: Kept): KeptRun | null {
  const rounds: readonly Summary[] = isComparison(result)
    ? result.arms.flatMap((arm) => arm.rounds)
    : [result];
  const [first] = rounds;
  if (first === undefined) return null;
  const isOneArm = !isComparison(result) || result.arms.length === 1;
  const headline = (percentile: string) => (summary: Summary) =>
    summary.latencyMs[summary.latencyMs.headline].percentiles[percentile] ?? null;
  const sent = sumOf(rounds, ({ requests }) => requests.sent);
  const rules = rounds.flatMap(({ thresholds }) => thresholds);
  const { origin } = result;
  return {
    name: index === 0 ? 'last' : `last~${index}`,
    path,
    startedAt: result.startedAt,
    kind: isComparison(result) ? result.kind : 'run',
    target: isComparison(result)
      ? [...new Set(result.arms.map(({ url }) => url))].join(' and ')
      : result.plan.target.url,
    plan: factsOf(first, rounds.length),
    host: origin?.host ?? null,
    revision: origin?.revision ?? null,
    branch: origin?.branch ?? null,
    hasChanges: origin?.hasChanges ?? null,
    verdict: isComparison(result) ? null : result.generator.verdict,
    degraded: rounds.some(({ degraded }) => degraded),
    interrupted: result.interrupted,
    throughputPerSecond: isOneArm ? middleOf(rounds, ({ rate }) => rate.throughputPerSecond) : null,
    p50Ms: isOneArm ? middleOf(rounds, headline('50')) : null,
    p99Ms: isOneArm ? middleOf(rounds, headline('99')) : null,
    failedShare: sent === 0 || !isOneArm ? null : sumOf(rounds, ({ requests }) => requests.failed) / sent,
    rules: {
      kept: rules.filter(({ ok }) => ok).length,
      broken: rules.filter(({ ok }) => !ok).length,
    },
    p50Ratio: null,
  };
}

/** What must agree for figures to be compared. */
export function factsOf({ plan, mix }: Planned, rounds: number): PlanFacts {
  const compared = Object.fromEntries(PLAN_FIELDS.map((field) => [field, plan[field]]));
  return {
    ...(compared as Pick<Summary['plan'], (typeof PLAN_FIELDS)[number]>),
    target: plan.target,
    mix: mix.map(({ name, method, url, weight }) => `${weight} ${method} ${url} ${name}`),
    rounds,
  };
}

function sumOf(rounds: readonly Summary[], figure: (round: Summary) => number): number {
  return rounds.reduce((sum, round) => sum + figure(round), 0);
}

/** Null where a round lacks it. */
function middleOf(rounds: readonly Summary[], figure: (round: Summary) => number | null): number | null {
  const values = rounds.flatMap((round) => figure(round) ?? []);
  return values.length < rounds.length ? null : median(values);
}
