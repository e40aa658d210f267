import type { Finding, NextStep } from '../../protocol/finding.ts';
import type { LatencyKind } from '../../protocol/latency.ts';
import type { ClosedLoad, OpenLoad } from '../../protocol/load.ts';
import type { CodeShare } from '../../protocol/scenario.ts';
import type { ErrorSummary, LatencySummary, Verdict } from '../../protocol/summary.ts';
import type { FailureFacts, IterationFacts } from './failing.ts';

/** Where the lines are drawn; docs/metrics.md has the same table. */
export const VERDICT_LIMITS = {
  /** Share of the requests, and of the iterations, that may fail before the figures of the rest mislead. */
  failedShare: 0.01,
  /** Closed model: share of all connections' time that they may take, however few they are. */
  heldShare: 0.05,
  /** And of each request of a mix, or scenario, that was sent at least this often. */
  failedShareOfRequest: 0.5,
  fewestOfRequest: 5,
  /** With fewer requests, or in a shorter window, nothing is said of limits: percentiles and means are of the start. */
  fewestRequests: 100,
  shortestMs: 250,
  /** Share of the load in which a worker was ready to run and had no processor (Linux). */
  processorWait: 0.2,
  /** Open model: start lag at p99, by pacing, in milliseconds. */
  startLagP99Ms: { precise: 1, eco: 3 },
  /** Open model: and as a share of response time at p99. */
  startLagShare: 0.05,
  /** Closed model: share of time in which a worker's event loop was busy. */
  loopBusy: 0.9,
  /** Scenarios: and this share of that in their own code. */
  codeOfBusy: 1 / 3,
  /** Scenarios: share of time in pieces of their code of 10 ms or longer. */
  codeBlocked: 0.05,
  /** And the longest of them as a share of service time at p99: what it held up is in there. */
  codeBlockShare: 0.1,
  /** Wait as a share of the mean response, and in milliseconds: both have to be reached. */
  waitShare: 0.5,
  waitMs: 0.25,
  /** Closed model: connections opened beyond the first ones, as a share of the requests. */
  reopenedShare: 0.1,
  /** Open model: how much more is outstanding from one quarter of the window to the next, each time. */
  growthByQuarter: 1.2,
  /** Open model: and how many more in the last quarter than in the first. */
  growth: 10,
} as const;

export interface VerdictFacts extends FailureFacts {
  readonly load: ClosedLoad | Pick<OpenLoad, 'model' | 'pacing' | 'maxInFlight'>;
  /** Users make the requests, of which `concurrency` are there at once at most. */
  readonly hasUsers: boolean;
  /** By scenario; empty without users. */
  readonly iterations: readonly IterationFacts[];
  /** Null without users, and where nobody knows. */
  readonly code: CodeShare | null;
  /** Requests under way at once. */
  readonly concurrency: number;
  /** On each connection. */
  readonly streams: number;
  /** No request asks for the end of its connection. */
  readonly keepsAlive: boolean;
  readonly windowMs: number;
  /** Opened since the start of the run, and of those the ones that the target has closed. */
  readonly connections: { readonly opened: number; readonly closedByTarget: number };
  readonly latencies: Readonly<Record<LatencyKind, LatencySummary>>;
  readonly errors: readonly ErrorSummary[];
  /** Of the busiest worker. */
  readonly loopBusy: number;
  /** Share of the load in which the worst worker waited for a processor; null where the system does not say. */
  readonly processorWait: number | null;
  /** Mean number of requests outstanding in each quarter of the window; empty where that is not known. */
  readonly outstanding: readonly number[];
  readonly isTargetLocal: boolean;
}

/** A judgement without what must be known besides. */
export function judged(
  verdict: Verdict,
  finding: Finding,
  nextStep: NextStep | null = null,
  caveats: readonly Finding[] = [],
): Judgement {
  return { verdict, finding: { ...finding, nextStep }, caveats };
}

export interface Judgement {
  readonly verdict: Verdict;
  /** What it rests on, and what to do; null where there is nothing to do. */
  readonly finding: Finding & { readonly nextStep: NextStep | null };
  /** What must be known besides. */
  readonly caveats: readonly Finding[];
}
