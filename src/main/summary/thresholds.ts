import type { LatencySummary, Summary } from '../../protocol/summary.ts';
import type { Measure, Threshold } from '../../protocol/threshold.ts';

/** What rules are checked against. */
export type Judged = Pick<Summary, 'latencyMs' | 'requests' | 'rate'>;

interface Measured {
  /** Null where there is no such figure. */
  readonly value: number | null;
  /** Requests without an answer make it a lower bound: the true one may be larger. */
  readonly isLowerBound: boolean;
}

/**
 * Checks every rule. A figure that is not known fails: a percentile for which there were too few requests,
 * and an upper limit for one that timeouts have made a lower bound.
 */
export function judgeThresholds(thresholds: readonly Threshold[], judged: Judged): Summary['thresholds'] {
  return thresholds.map(({ expression, measure, operator, limit }) => {
    const { value, isLowerBound } = measuredIn(judged, measure);
    return {
      expression,
      measured: value,
      isLowerBound,
      ok: value !== null && holds(value, operator, limit) && !(isLowerBound && operator.startsWith('<')),
    };
  });
}

function holds(value: number, operator: Threshold['operator'], limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}

function measuredIn({ latencyMs, requests, rate }: Judged, measure: Measure): Measured {
  switch (measure.type) {
    case 'error-rate': {
      // Of what was sent, everything that was not answered well in time.
      const { sent, ok } = requests;
      return { value: sent === 0 ? null : (sent - ok) / sent, isLowerBound: false };
    }
    case 'throughput':
      return { value: rate.throughputPerSecond, isLowerBound: false };
    case 'rate':
      return { value: rate.sentPerSecond, isLowerBound: false };
    case 'percentile': {
      const latency = latencyMs[measure.kind ?? latencyMs.headline];
      return {
        value: latency.percentiles[measure.label] ?? null,
        isLowerBound: latency.atLeast.includes(measure.label),
      };
    }
    default: {
      const latency = latencyMs[measure.kind ?? latencyMs.headline];
      return { value: latency[measure.type], isLowerBound: isBound(latency, measure.type) };
    }
  }
}

function isBound({ censored, atLeast }: LatencySummary, statistic: 'min' | 'mean' | 'max'): boolean {
  return statistic === 'min' ? atLeast.includes('min') : censored > 0;
}
