import type { LatencyKind } from '../../protocol/latency.ts';
import type { ClosedLoad, OpenLoad } from '../../protocol/plan.ts';
import type { ErrorSummary, LatencySummary, Verdict } from '../../protocol/summary.ts';
import { formatMs, formatPercent } from '../format.ts';

/** Where the lines are drawn; docs/metrics.md has the same table. */
export const VERDICT_LIMITS = {
  /** Open model: start lag at p99, by pacing, in milliseconds. */
  startLagP99Ms: { precise: 1, eco: 3 },
  /** Open model: and as a share of response time at p99. */
  startLagShare: 0.05,
  /** Closed model: share of time in which a worker's event loop was busy. */
  loopBusy: 0.9,
  /** Wait as a share of the mean response, and at least so many milliseconds. */
  waitShare: 0.5,
  waitMs: 0.25,
  /** Open model: how much more is outstanding from one quarter of the window to the next, each time. */
  growthByQuarter: 1.2,
  /** Open model: and how many more in the last quarter than in the first. */
  growth: 10,
} as const;

export interface VerdictFacts {
  readonly load: ClosedLoad | Pick<OpenLoad, 'model' | 'pacing' | 'maxInFlight'>;
  /** Requests under way at once. */
  readonly concurrency: number;
  readonly latencies: Readonly<Record<LatencyKind, LatencySummary>>;
  readonly errors: readonly ErrorSummary[];
  /** Of the busiest worker. */
  readonly loopBusy: number;
  /** Mean number of requests outstanding in each quarter of the window; empty where that is not known. */
  readonly outstanding: readonly number[];
  readonly isTargetLocal: boolean;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** The figures behind it, then what to do, a sentence each. */
  readonly reasons: readonly string[];
}

/** What set the limit: volley itself, the number of connections, the target, or none of them. */
export function judge(facts: VerdictFacts): Judgement {
  const judgement =
    generatorErrors(facts) ?? generatorTime(facts) ?? connections(facts) ?? target(facts) ?? nothing(facts);
  if (!facts.isTargetLocal) return judgement;
  return {
    ...judgement,
    reasons: [...judgement.reasons, 'Target and generator share this machine and its cores.'],
  };
}

function generatorErrors({ errors }: VerdictFacts): Judgement | null {
  const own = errors.filter(({ kind }) => kind === 'generator');
  const count = own.reduce((sum, error) => sum + error.count, 0);
  if (count === 0) return null;
  const codes = own.map(({ code }) => code).join(', ');
  return {
    verdict: 'generator-limited',
    reasons: [
      `${count} requests failed because this machine ran out of something (${codes}).`,
      'Raise its limits (ulimit -n for EMFILE) or use fewer connections.',
    ],
  };
}

function generatorTime({ load, latencies, loopBusy }: VerdictFacts): Judgement | null {
  if (load.model === 'closed') {
    if (loopBusy <= VERDICT_LIMITS.loopBusy) return null;
    return {
      verdict: 'generator-limited',
      reasons: [
        `An event loop of volley was busy ${formatPercent(loopBusy)} of the time.`,
        'Add workers (-w) where cores are free; else what is measured here is volley.',
      ],
    };
  }
  const lagMs = latencies.startLag.percentiles['99'] ?? 0;
  const responseMs = latencies.response.percentiles['99'] ?? 0;
  if (
    lagMs <= VERDICT_LIMITS.startLagP99Ms[load.pacing] ||
    lagMs <= VERDICT_LIMITS.startLagShare * responseMs
  )
    return null;
  return {
    verdict: 'generator-limited',
    reasons: [
      `Requests started late: start lag p99 ${formatMs(lagMs)} of a response p99 of ${formatMs(responseMs)} (${load.pacing} pacing).`,
      'Give volley cores of its own, or ask for a lower rate.',
    ],
  };
}

function connections({ load, latencies }: VerdictFacts): Judgement | null {
  const waitMs = latencies.wait.mean ?? 0;
  const responseMs = latencies.response.mean ?? 0;
  if (waitMs <= VERDICT_LIMITS.waitMs || waitMs <= VERDICT_LIMITS.waitShare * responseMs) return null;
  return {
    verdict: 'connection-limited',
    reasons: [
      `Requests waited ${formatMs(waitMs)} of a mean response of ${formatMs(responseMs)} for a connection.`,
      load.model === 'open'
        ? `Raise --max-in-flight (${load.maxInFlight}), unless the target takes no more connections.`
        : 'Let the target keep connections alive: opening them takes longer than being served.',
    ],
  };
}

function target({ load, outstanding }: VerdictFacts): Judgement | null {
  const [first = 0, ...later] = outstanding;
  const last = later.at(-1) ?? 0;
  const grows = later.every(
    (count, index) => count > (outstanding[index] ?? 0) * VERDICT_LIMITS.growthByQuarter,
  );
  if (load.model === 'closed' || later.length === 0 || !grows || last - first < VERDICT_LIMITS.growth)
    return null;
  return {
    verdict: 'target-limited',
    reasons: [
      `Requests without an answer grew from ${first.toFixed(0)} in the first quarter to ${last.toFixed(0)} in the last.`,
      'The target does not keep up with this rate: ask for less, or give it more.',
    ],
  };
}

function nothing({ load, concurrency, latencies }: VerdictFacts): Judgement {
  const { mean, count } = latencies.service;
  if (count === 0)
    return { verdict: 'ok', reasons: ['No request was answered: nothing can be said of limits.'] };
  if (load.model === 'open')
    return { verdict: 'ok', reasons: ['Requests started on time, and the target kept up.'] };
  return {
    verdict: 'ok',
    reasons: [
      `The concurrency sets the rate: ${concurrency} at a time, each served in ${formatMs(mean)} on average.`,
      'Raise -c to ask for more.',
    ],
  };
}
