import { isDeepStrictEqual } from 'node:util';
import type { Comparison } from '../../protocol/comparison.ts';
import { awaitedOf, notOkOf } from '../../protocol/report.ts';
import type { PercentileInterval, Summary, Verdict } from '../../protocol/summary.ts';
import { median } from '../collect/statistics.ts';
import { PLAN_FIELDS } from '../compare/plan-fields.ts';
import { isComparison } from '../files/result-file.ts';
import { commonName } from '../text/target-text.ts';
import type { Origin } from './origin.ts';

/** A result with its origin, as it is kept. */
export type Kept = (Summary | Comparison) & { readonly origin?: Origin };

/** One entry in the list of kept results. */
export interface KeptRun {
  /** Its name for `volley report` and `volley compare`: `last~2`. */
  readonly name: string;
  readonly path: string;
  readonly startedAt: string;
  readonly kind: 'run' | Comparison['kind'];
  readonly target: string;
  /** The name of its plan; null without one, or where rounds differ in it. Results of one plan may have several. */
  readonly planName: string | null;
  /** What was measured: the fields that must agree for figures to be comparable. */
  readonly plan: PlanFacts;
  readonly host: string | null;
  readonly revision: string | null;
  readonly branch: string | null;
  readonly hasChanges: boolean | null;
  /** Null for several rounds or arms: the verdict of the worst round does not describe one run. */
  readonly verdict: Verdict | null;
  readonly degraded: boolean;
  readonly interrupted: boolean;
  /** Whether others can be measured against it: each round ended by itself, lost nothing, kept its rules and was not failing. */
  readonly isGood: boolean;
  /** Which latency leads its report; the two percentiles are from it. */
  readonly latency: 'response' | 'service';
  /** Successful answers per second; the median of several rounds, here and below. Null for several arms. */
  readonly throughputPerSecond: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** 95 % intervals; with several rounds, those of the median. Null if unknown. */
  readonly p50Interval: PercentileInterval | null;
  readonly p99Interval: PercentileInterval | null;
  /** Which of the two are only lower bounds, such as `50` or `99`. */
  readonly atLeast: readonly string[];
  readonly sent: number;
  /** From 0 to 1. */
  readonly failedShare: number | null;
  readonly rules: { readonly kept: number; readonly broken: number };
  /** The broken rules as they were written, each once. */
  readonly brokenRules: readonly string[];
  /** Versions of volley and of Node. */
  readonly tool: { readonly version: string; readonly node: string };
  /** Ratio of p50 to the previous result of the same plan on the same machine; null without one. */
  readonly p50Ratio: number | null;
}

/** The part of a result that describes what was measured. */
interface Planned {
  readonly plan: Summary['plan'];
  readonly mix: readonly Pick<Summary['mix'][number], 'name' | 'method' | 'url' | 'weight'>[];
}

export type PlanFacts = Pick<Summary['plan'], (typeof PLAN_FIELDS)[number]> & {
  readonly target: Summary['plan']['target'];
  readonly mix: readonly string[];
  readonly rounds: number;
  /** Null unless scenarios make the requests. */
  readonly scenarios: NonNullable<Summary['plan']['scenarios']> | null;
  /** What results do not show of their requests; null in older results. */
  readonly requestsDigest: string | null;
};

/**
 * The list of results, each compared with the previous one of the same plan.
 *
 * @param runs newest first
 */
export function listRuns(runs: readonly KeptRun[]): KeptRun[] {
  const before = new Map(
    groupsOf(runs).flatMap((group) => group.map((run, index) => [run, group[index + 1]] as const)),
  );
  return runs.map((run) => {
    const beforeMs = before.get(run)?.p50Ms ?? null;
    return { ...run, p50Ratio: run.p50Ms === null || !beforeMs ? null : run.p50Ms / beforeMs };
  });
}

/** Groups results that may share a column or a line: same plan, same machine, in the order of the list. */
export function groupsOf(runs: readonly KeptRun[]): KeptRun[][] {
  const groups: KeptRun[][] = [];
  for (const run of runs) {
    const group = groups.find(([first]) => first !== undefined && isAlike(first, run));
    if (group === undefined) groups.push([run]);
    else group.push(run);
  }
  return groups;
}

function isAlike(a: KeptRun, b: KeptRun): boolean {
  return (
    a.kind === b.kind &&
    a.host === b.host &&
    a.target === b.target &&
    differingFacts(a.plan, b.plan).length === 0
  );
}

/** In what two plans differ. Of older results it is not known whether the requests themselves are alike. */
export function differingFacts(a: PlanFacts, b: PlanFacts): (keyof PlanFacts)[] {
  return (Object.keys(a) as (keyof PlanFacts)[]).filter(
    (field) =>
      !isDeepStrictEqual(a[field], b[field]) &&
      !(field === 'requestsDigest' && (a.requestsDigest === null || b.requestsDigest === null)),
  );
}

/** Whether others can be measured against a run: it was not stopped, lost nothing, kept its rules and was not failing. */
function isGood({ interrupted, degraded, stoppedBy, generator, thresholds }: Summary): boolean {
  return (
    !interrupted &&
    !degraded &&
    stoppedBy === null &&
    generator.verdict !== 'failing' &&
    thresholds.every(({ ok }) => ok)
  );
}

/**
 * A result as a list entry.
 *
 * @param back how many newer results are kept
 * @returns null if it has no rounds
 */
export function keptRunOf(path: string, back: number, result: Kept): KeptRun | null {
  const rounds: readonly Summary[] = isComparison(result)
    ? result.arms.flatMap((arm) => arm.rounds)
    : [result];
  const [first] = rounds;
  if (first === undefined) return null;
  const isOneArm = !isComparison(result) || result.arms.length === 1;
  const interval = (percentile: '50' | '99'): PercentileInterval | null => {
    if (!isOneArm) return null;
    if (!isComparison(result)) return result.latencyMs.intervals?.[percentile] ?? null;
    const level = result.arms[0]?.figures[`p${percentile}`];
    return level === undefined || level.low === null ? null : { low: level.low, high: level.high };
  };
  const headline = (percentile: string) => (summary: Summary) =>
    summary.latencyMs[summary.latencyMs.headline].percentiles[percentile] ?? null;
  const sent = sumOf(rounds, ({ requests }) => requests.sent);
  const awaited = sumOf(rounds, ({ requests }) => awaitedOf(requests));
  const rules = rounds.flatMap(({ thresholds }) => thresholds);
  const { origin } = result;
  return {
    name: back === 0 ? 'last' : `last~${back}`,
    path,
    startedAt: result.startedAt,
    kind: isComparison(result) ? result.kind : 'run',
    target: isComparison(result)
      ? [...new Set(result.arms.map(({ url }) => url))].join(' and ')
      : result.plan.target.url || (result.plan.scenarios?.file ?? ''),
    planName: commonName(rounds.map(({ plan }) => plan)) ?? null,
    plan: factsOf(first, rounds.length),
    host: origin?.host ?? null,
    revision: origin?.revision ?? null,
    branch: origin?.branch ?? null,
    hasChanges: origin?.hasChanges ?? null,
    verdict: isComparison(result) ? null : result.generator.verdict,
    degraded: rounds.some(({ degraded }) => degraded),
    interrupted: result.interrupted,
    isGood: !result.interrupted && rounds.every(isGood),
    latency: first.latencyMs.headline,
    throughputPerSecond: isOneArm ? middleOf(rounds, ({ rate }) => rate.throughputPerSecond) : null,
    p50Ms: isOneArm ? middleOf(rounds, headline('50')) : null,
    p99Ms: isOneArm ? middleOf(rounds, headline('99')) : null,
    p50Interval: interval('50'),
    p99Interval: interval('99'),
    atLeast: ['50', '99'].filter((percentile) =>
      rounds.some(({ latencyMs }) => latencyMs[latencyMs.headline].atLeast.includes(percentile)),
    ),
    sent,
    failedShare:
      awaited === 0 || !isOneArm ? null : sumOf(rounds, ({ requests }) => notOkOf(requests)) / awaited,
    rules: {
      kept: rules.filter(({ ok }) => ok).length,
      broken: rules.filter(({ ok }) => !ok).length,
    },
    brokenRules: [...new Set(rules.filter(({ ok }) => !ok).map(({ expression }) => expression))],
    tool: { version: first.tool.version, node: first.tool.node },
    p50Ratio: null,
  };
}

/** The fields that must agree for figures to be comparable. */
export function factsOf({ plan, mix }: Planned, rounds: number): PlanFacts {
  const compared = Object.fromEntries(PLAN_FIELDS.map((field) => [field, plan[field]]));
  return {
    ...(compared as Pick<Summary['plan'], (typeof PLAN_FIELDS)[number]>),
    target: plan.target,
    // Which requests scenarios make, and in which order, is known only afterwards.
    mix:
      plan.scenarios === undefined
        ? mix.map(({ name, method, url, weight }) => `${weight} ${method} ${url} ${name}`)
        : [],
    rounds,
    scenarios: plan.scenarios ?? null,
    requestsDigest: plan.requestsDigest ?? null,
  };
}

function sumOf(rounds: readonly Summary[], figure: (round: Summary) => number): number {
  return rounds.reduce((sum, round) => sum + figure(round), 0);
}

/** The median over the rounds; null if a round lacks the figure. */
function middleOf(rounds: readonly Summary[], figure: (round: Summary) => number | null): number | null {
  const values = rounds.flatMap((round) => figure(round) ?? []);
  return values.length < rounds.length ? null : median(values);
}
