import { fewestFor, parsePercentile } from '../../metrics/percentile-rank.ts';
import { errorRateOf } from '../../protocol/report.ts';
import type { LatencySummary, MixRow, RequestCounts, Summary } from '../../protocol/summary.ts';
import type { Measure, RuleFigure, Threshold } from '../../protocol/threshold.ts';
import { scenarioFigureIn, scenarioFigureOf } from './scenario-rules.ts';

/** What rules are checked against. */
export interface Judged {
  readonly latencyMs: Omit<Summary['latencyMs'], 'intervals'>;
  readonly eventTimesMs?: Summary['eventTimesMs'];
  readonly streams?: JudgedStreams | null;
  readonly requests: Pick<RequestCounts, 'sent' | 'ok' | 'cancelled' | 'interrupted'>;
  readonly rate: Omit<Summary['rate'], 'targetPerSecond'>;
  readonly mix: readonly JudgedRow[];
  readonly scenarios?: Summary['scenarios'];
}

type JudgedRow = Pick<MixRow, 'name' | 'sent' | 'ok' | 'cancelled' | 'interrupted' | 'latencyMs'>;

/** Figures of streamed answers. */
export interface JudgedStreams {
  readonly timesMs: NonNullable<Summary['streams']>['timesMs'];
  readonly goodput: { readonly share: number | null } | null;
  /** Not known before the end. */
  readonly tokens?: { readonly perSecond: number | null };
}

interface Measured {
  /** Null if there is no such figure. */
  readonly value: number | null;
  /** Requests without an answer make it a lower bound: the true one may be larger. */
  readonly isLowerBound: boolean;
  /** What the true value is at most; absent if that is not known. */
  readonly atMost?: number | undefined;
  /** Nothing at all was measured. */
  readonly isEmpty?: boolean;
}

const UNKNOWN: Measured = { value: null, isLowerBound: false };

/**
 * Checks every rule. An unknown figure fails: a percentile with too few requests,
 * and an upper limit on a figure that timeouts turned into a lower bound, unless it is known to hold all the same. The implied rule on checks is left out
 * of a run that made none.
 */
export function judgeThresholds(thresholds: readonly Threshold[], judged: Judged): Summary['thresholds'] {
  return thresholds.flatMap(({ expression, measure, request, operator, limit, isImplied = false }) => {
    const found = measuredIn(judged, measure, request);
    // A few requests without an answer may leave an upper limit in no doubt.
    const isSure =
      operator.startsWith('<') && found.atMost !== undefined && holds(found.atMost, operator, limit);
    const { value, isLowerBound }: Measured = isSure
      ? { value: found.atMost ?? null, isLowerBound: false }
      : found;
    const figure = figureOf(measure);
    if (isImplied && figure === 'checks' && value === null) return [];
    return {
      expression,
      figure,
      latency: 'kind' in measure ? (measure.kind ?? judged.latencyMs.headline) : null,
      request,
      operator,
      limit,
      measured: value,
      isLowerBound,
      requestsNeeded: value === null ? (found.isEmpty === true ? 1 : fewestRequests(measure)) : null,
      isImplied,
      ok: value !== null && holds(value, operator, limit) && !(isLowerBound && operator.startsWith('<')),
    };
  });
}

function figureOf(measure: Measure): RuleFigure {
  if (measure.type === 'percentile') return `p${measure.label}`;
  return measure.type === 'of-scenarios' ? scenarioFigureOf(measure) : measure.type;
}

/** Requests that a percentile needs; anything else needs one. */
function fewestRequests(measure: Measure): number {
  const label = 'label' in measure ? measure.label : null;
  const percentile = label === null ? null : parsePercentile(label);
  return percentile === null ? 1 : fewestFor(percentile);
}

/** Whether a value is within a limit. */
export function holds(value: number, operator: Threshold['operator'], limit: number): boolean {
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

/** The figure that a rule is about; `request` is the name of one of the mix. */
export function measuredIn(judged: Judged, measure: Measure, request: string | null): Measured {
  const row = request === null ? null : judged.mix.find(({ name }) => name === request);
  if (row === undefined) return UNKNOWN;
  switch (measure.type) {
    case 'error-rate': {
      // Of what was sent, everything without a good answer in time.
      return { value: errorRateOf(row ?? judged.requests), isLowerBound: false };
    }
    case 'goodput':
      return { value: judged.streams?.goodput?.share ?? null, isLowerBound: false };
    case 'throughput':
      return { value: judged.rate.throughputPerSecond, isLowerBound: false };
    case 'tokens':
      return { value: judged.streams?.tokens?.perSecond ?? null, isLowerBound: false };
    case 'rate':
      return { value: judged.rate.sentPerSecond, isLowerBound: false };
    case 'of-scenarios':
      return scenarioFigureIn(judged.scenarios, measure);
    case 'percentile': {
      const latency = latencyIn(judged, measure, row);
      return {
        value: latency?.percentiles[measure.label] ?? null,
        isLowerBound: latency?.atLeast.includes(measure.label) ?? false,
        atMost: latency?.atMost?.[measure.label],
      };
    }
    default: {
      const latency = latencyIn(judged, measure, row);
      return latency === undefined
        ? UNKNOWN
        : { value: latency[measure.type], isLowerBound: isBound(latency, measure.type) };
    }
  }
}

/** Undefined for a time that an older result lacks. */
function latencyIn(
  { latencyMs, eventTimesMs, streams }: Judged,
  { kind }: Extract<Measure, { kind: unknown }>,
  row: JudgedRow | null,
): LatencySummary | undefined {
  return row?.latencyMs ?? { ...latencyMs, ...eventTimesMs, ...streams?.timesMs }[kind ?? latencyMs.headline];
}

function isBound({ censored, atLeast }: LatencySummary, statistic: 'min' | 'mean' | 'max'): boolean {
  return statistic === 'min' ? atLeast.includes('min') : censored > 0;
}
