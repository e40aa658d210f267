import { wholeRequestsTo } from '../../protocol/dial.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import { isLoopback } from '../../requests/set-cookie.ts';
import type { Collected } from '../collect/collected.ts';
import { lateAfterMs } from '../collect/interrupted.ts';
import { LastAnswer, type Silence } from '../collect/last-answer.ts';
import { withoutStart } from './cold-start.ts';
import { lossesOf, stoodStillMs } from './degradations.ts';
import { whenFailed } from './episode.ts';
import type { IterationFacts, ProxyUse } from './failing.ts';
import type { Figures } from './figures.ts';
import { perSecond } from './load-notes.ts';
import { scenarioCodeOf } from './scenario-code.ts';
import { setupsOf } from './scenarios-summary.ts';
import { judgedIterations } from './stuck-iterations.ts';
import type { VerdictFacts } from './verdict-facts.ts';
import { sumOfReports } from './worker-summary.ts';

/** A target that falls behind in mid-run does so in the last half of the window, or in the last fifth. */
const LATE_SHARES = [1 / 2, 1 / 5];

/** The facts that the verdict on a run is based on. */
export function factsOf(collected: Collected, figures: Figures): VerdictFacts {
  const { plan, records, interrupted, stoppedBy } = collected;
  const { requests, errors, mix, connections, latencies, coldStart, workers, windowMs } = figures;
  const waits = workers.flatMap(({ processorWait }) => processorWait ?? []);
  return {
    requests,
    errors,
    mix,
    connections,
    latencies:
      coldStart === null || records.start === null ? latencies : withoutStart(latencies, records.start),
    windowMs,
    isStopped: interrupted || stoppedBy !== null,
    when: whenFailed(records.series, windowMs),
    heldShare: heldShareOf(collected, figures),
    silence: silenceOf(collected, figures),
    load: plan.load,
    hasUsers: plan.scenarios !== undefined,
    proxy: proxyUseOf(plan),
    iterations: iterationsOf(collected),
    ...(records.scenarios === null || records.scenarios === undefined
      ? {}
      : { setups: setupsOf(collected.workers, records.scenarios) }),
    code: scenarioCodeOf(collected.workers, plan.scenarios),
    limitPerSecond: plan.batch?.rate ? perSecond(plan.batch.rate) : null,
    concurrency: plan.concurrency * plan.streams,
    streams: plan.streams,
    keepsAlive: plan.mix.every(({ message }) => !message.asksToClose),
    loopBusy: Math.max(0, ...workers.map(({ eventLoopUtilization }) => eventLoopUtilization)),
    workers: workers.length,
    processorWait: waits.length === 0 ? null : Math.max(...waits),
    stoodStillMs: stoodStillMs(collected.workers),
    growth: records.backlog?.growth(windowMs) ?? null,
    lateGrowth: LATE_SHARES.flatMap((share) => records.backlog?.growth(windowMs, share) ?? []),
    isTargetLocal: isTargetLocal(plan, mix),
    isBatch: plan.batch !== undefined,
    lost: lossesOf(
      collected.workers.filter(({ agent }) => agent === undefined),
      plan.batch !== undefined,
    ),
  };
}

/** Undefined without a proxy. */
function proxyUseOf({ settings, mix }: RunPlan): ProxyUse | undefined {
  if (settings.routes.proxy === null) return undefined;
  const takesRequests = mix.every(
    ({ endpoint }) => endpoint !== null && wholeRequestsTo({ ...endpoint, ...settings }) !== null,
  );
  return takesRequests ? 'takes-requests' : 'tunnels';
}

/** Scenarios without a base may send anywhere: to this machine only where a request went to one of its own names. */
function isTargetLocal(plan: RunPlan, mix: Figures['mix']): boolean {
  if (plan.scenarios === undefined || plan.scenarios.base !== null) return plan.isTargetLocal;
  return mix.some(({ url }) => {
    const hostname = URL.parse(url)?.hostname.replace(/^\[|\]$/g, '');
    return hostname !== undefined && isLoopback(hostname);
  });
}

/**
 * In the open model, what is unfinished left the queue when the window was over; of users it may be no failure. A target
 * whose slowest answer of any name takes as long is not silent.
 */
function silenceOf({ plan, records }: Collected, { merged }: Figures): Silence | null {
  const last = new LastAnswer();
  last.addPortable(merged.lastAnswer);
  if (plan.load.model === 'open') return last.silence(Number.POSITIVE_INFINITY);
  return last.silence(lateAfterMs(records.scenarios?.longestOkMs ?? 0));
}

function iterationsOf({ plan, records }: Collected): IterationFacts[] {
  const { scenarios: tallies = [], longestIterationMs = 0 } = records.scenarios ?? {};
  return tallies.map((tally, index) => ({
    name: plan.scenarios?.scenarios[index]?.name ?? '',
    completed: tally.completed,
    ...judgedIterations(tally, longestIterationMs),
  }));
}

/** Where requests failed for lack of something here, the rests may be after those. */
function heldShareOf({ plan, workers }: Collected, { merged, errors, windowMs }: Figures): number | null {
  if (plan.load.model === 'open') return null;
  const isOwn = errors.some(({ kind }) => kind === 'generator');
  const heldMs = merged.failedMs + (isOwn ? 0 : sumOfReports(workers, 'restedMs'));
  return windowMs === 0 ? 0 : heldMs / (windowMs * plan.concurrency * plan.streams);
}
