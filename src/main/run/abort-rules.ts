import type { RunPlan } from '../../protocol/plan.ts';
import type { StoppedBy } from '../../protocol/summary.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import type { Tally } from '../collect/tally.ts';
import { holds, type Judged, measuredIn } from '../summary/judged-rules.ts';
import { mixSoFar, timesSoFar } from './so-far.ts';

/** Over a shorter time than this, a rate reflects the start of the run rather than the target. */
const SHORTEST_FOR_RATES_MS = 1_000;
/** Records may be this old when they arrive: workers send them four times a second. */
const LONGEST_DELAY_MS = 500;
const NO_RATES: Judged['rate'] = { sentPerSecond: 0, throughputPerSecond: 0 };

/**
 * The first rule that is broken by what has been recorded so far, and that records still missing cannot
 * repair; null if there is none.
 */
export function brokenRule(plan: RunPlan, snapshot: Snapshot): StoppedBy | null {
  const { elapsedMs, oldestMs, sent, ok, cancelled, interrupted } = snapshot;
  const times = timesSoFar(plan, snapshot, plan.abortOn);
  const requests = { sent, ok, cancelled, interrupted };
  const mix = mixSoFar(plan, snapshot, plan.abortOn);
  for (const { measure, request, operator, limit, expression } of plan.abortOn) {
    const isLowerLimit = operator.startsWith('>');
    const isRate = measure.type === 'rate' || measure.type === 'throughput';
    if (isRate && oldestMs < SHORTEST_FOR_RATES_MS) continue;
    const rate = isRate ? ratesSoFar(snapshot, isLowerLimit) : NO_RATES;
    const { value, isLowerBound } = measuredIn({ ...times, requests, rate, mix }, measure, request);
    if (value === null) continue;
    // Requests are recorded when they end: those in flight may have been sent in time.
    const unrecorded = isLowerLimit && measure.type === 'rate' ? mayBeInFlight(plan) : 0;
    if (holds(value + (unrecorded * MS_PER_SECOND) / elapsedMs, operator, limit)) continue;
    // The true value may be larger and meet the limit.
    if (isLowerBound && isLowerLimit) continue;
    return { expression, measured: value, atMs: elapsedMs };
  }
  return null;
}

/**
 * A lower limit is judged only over the time already covered by the records of all, which arrive with a delay; an
 * upper one over all the time in which any of them may have come.
 */
function ratesSoFar(snapshot: Snapshot, isLowerLimit: boolean): Judged['rate'] {
  const { elapsedMs, oldestMs } = snapshot;
  const perSecond = (countOf: (tally: Tally) => number): number =>
    snapshot.sumOf((tally) => {
      const recordedMs = Math.max(Math.min(tally.lastEndMs, oldestMs), oldestMs - LONGEST_DELAY_MS);
      return (countOf(tally) * MS_PER_SECOND) / (isLowerLimit ? recordedMs : elapsedMs);
    });
  return {
    sentPerSecond: perSecond(({ sentInWindow }) => sentInWindow),
    throughputPerSecond: perSecond(({ okInWindow, warmupEndsMs }) => okInWindow + warmupEndsMs.length),
  };
}

function mayBeInFlight({ load, concurrency }: RunPlan): number {
  return load.model === 'open' ? load.maxInFlight : concurrency;
}
