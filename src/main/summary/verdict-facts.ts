import type { Finding, NextStep } from '../../protocol/finding.ts';
import type { LatencyKind } from '../../protocol/latency.ts';
import type { ClosedLoad, OpenLoad } from '../../protocol/load.ts';
import type { CodeShare } from '../../protocol/scenario.ts';
import type { ConnectionsSummary, ErrorSummary, LatencySummary, Verdict } from '../../protocol/summary.ts';
import type { Growth } from '../collect/backlog.ts';
import type { Silence } from '../collect/last-answer.ts';
import type { FailureFacts, IterationFacts, SetupFacts } from './failing.ts';

/** Limits of the verdict; docs/metrics.md has the same table. */
export const VERDICT_LIMITS = {
  /** Share of the requests, and of the iterations, that may fail before the figures of the rest mislead. */
  failedShare: 0.01,
  /** Share of the answers that may be those of other requests, since bytes came on their connections that none had asked for. */
  doubtfulShare: 0.01,
  /** Closed model: share of all connections' time that failed requests may take, however few they are. */
  heldShare: 0.05,
  /** So many requests, due after the last that was answered, are not without an answer by chance. */
  fewestSilent: 3,
  /** And so long there was no answer, also compared with service time at p99. */
  silentMs: 100,
  silentTimesP99: 2,
  /** However short it was if so many failed at once: half of the connections, or this many. */
  refusedShare: 0.5,
  mostRefused: 10,
  /** And of each request of a mix, or scenario, that was sent at least this often. */
  failedShareOfRequest: 0.5,
  fewestOfRequest: 5,
  /** With fewer requests or a shorter window no limit is named: percentiles and means are those of the start. */
  fewestRequests: 100,
  shortestMs: 250,
  /** Share of the load's time in which a worker was ready to run but had no processor (Linux). */
  processorWait: 0.2,
  /** Closed model: the median response as a share of the longest, up to which volley's lateness explains no timeouts. */
  paceShare: 0.1,
  /** Open model: start lag at p99, by pacing, in milliseconds. */
  startLagP99Ms: { precise: 1, eco: 3 },
  /** Open model: and as a share of response time at p99. */
  startLagShare: 0.05,
  /** Closed model: share of time in which a worker's event loop was busy. */
  loopBusy: 0.9,
  /** Scenarios: and share of that spent in their own code. */
  codeOfBusy: 1 / 3,
  /** Scenarios: share of time in pieces of their code of 10 ms or longer. */
  codeBlocked: 0.05,
  /** And the longest of them as a share of service time at p99, which includes what it held up. */
  codeBlockShare: 0.1,
  /** Wait as a share of the mean response, and in milliseconds: both must be exceeded. */
  waitShare: 0.5,
  waitMs: 0.25,
  /** Closed model: connections opened beyond the initial ones, as a share of the requests. */
  reopenedShare: 0.1,
  /** Batch: share of its limit by rate from which that limit, and not the concurrency, sets the rate. */
  limitShare: 0.9,
  /** Open model: growth of outstanding requests from each quarter of the window to the next. */
  growthByQuarter: 1.2,
  /** Open model: and how many more must be outstanding in the last quarter than in the first. */
  growth: 10,
  /** Open model: and, if they grow only in a last part of the window, as a share of the requests due in it. */
  lateGrowthShare: 0.2,
} as const;

export interface VerdictFacts extends FailureFacts {
  readonly load: ClosedLoad | Pick<OpenLoad, 'model' | 'pacing' | 'maxInFlight'>;
  /** Users make the requests; at most `concurrency` of them are active at once. */
  readonly hasUsers: boolean;
  /** By scenario; empty without users. */
  readonly iterations: readonly IterationFacts[];
  /** Absent without users. */
  readonly setups?: SetupFacts;
  /** Of the first scenario whose iterations mostly waited for a user; null or absent if none did. */
  readonly waited?: Finding<'iterations-waited'> | null;
  /** Null without users, and if unknown. */
  readonly code: CodeShare | null;
  /** The most requests a second that a batch may send; null for no limit. */
  readonly limitPerSecond: number | null;
  /** How long there was no answer any more in the end; null if the last request was answered. */
  readonly silence?: Silence | null;
  /** Requests in flight at once. */
  readonly concurrency: number;
  /** Per connection. */
  readonly streams: number;
  /** No request asks to close its connection. */
  readonly keepsAlive: boolean;
  readonly windowMs: number;
  /** Opened since the start of the run, and how many of those the target closed. */
  readonly connections: ConnectionsSummary;
  readonly latencies: Readonly<Record<LatencyKind, LatencySummary>>;
  readonly errors: readonly ErrorSummary[];
  /** Of the busiest worker. */
  readonly loopBusy: number;
  /** Share of the load's time in which the worst worker waited for a processor; null if the system does not report it. */
  readonly processorWait: number | null;
  /** How many workers there are; absent where that is not known. */
  readonly workers?: number;
  /** How requests piled up over the quarters of the window; null if unknown. */
  readonly growth: Growth | null;
  /** And over quarters of its last parts, the longest first. */
  readonly lateGrowth?: readonly Growth[];
  readonly isTargetLocal: boolean;
  readonly isBatch: boolean;
  /** Workers whose results are incomplete; those of lost agents are judged with these. */
  readonly lost?: readonly Finding<'worker-lost'>[];
}

/** A judgement, by default without next step and caveats. */
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
  /** What it is based on, and what to do; `nextStep` is null if there is nothing to do. */
  readonly finding: Finding & { readonly nextStep: NextStep | null };
  /** What else a reader must know. */
  readonly caveats: readonly Finding[];
}
