import { addPacked, type PackedCells } from '../../../../metrics/packed-cells.ts';
import type { BatchRows } from '../../../../protocol/batch.ts';
import type { LatencyKind } from '../../../../protocol/latency.ts';
import type { StageSummary } from '../../../../protocol/plan-summary.ts';
import type { IntervalPercentiles, SeriesBucket } from '../../../../protocol/series-bucket.ts';
import type { Summary } from '../../../../protocol/summary.ts';
import { MS_PER_SECOND } from '../../../../protocol/units.ts';

/** Limit on columns: results of older versions have thousands of intervals, whose neighbours are joined. */
const MOST_COLUMNS = 600;

export const QUANTILES = ['p50', 'p90', 'p99', 'max'] as const;

/** One column of the drawing; null for what an older result lacks. */
export interface Column {
  readonly atMs: number;
  /** The last column may be shorter than an interval. */
  readonly seconds: number;
  readonly sent: number;
  readonly failed: number;
  readonly censored: number;
  readonly answered: number | null;
  readonly outstanding: number | null;
  readonly response: IntervalPercentiles;
  readonly service: IntervalPercentiles;
  readonly waitP99: number | null;
  readonly startLagP99: number | null;
  readonly failures: Readonly<Record<string, number>>;
  readonly cells: PackedCells | null;
  /** Of streams; null without them. */
  readonly tokens: number | null;
  readonly ttft: IntervalPercentiles;
  readonly gap: IntervalPercentiles;
  readonly gapCells: PackedCells | null;
}

/** A stage in the time of the window; the warm-up is the first part of the same schedule. */
interface DrawnStage extends StageSummary {
  readonly fromMs: number;
  readonly toMs: number;
  /** When the stage began, possibly before the window. */
  readonly beganAtMs: number;
}

/** A result with the data that several panels draw. */
export interface RunView {
  readonly summary: Summary;
  /** Null unless the run was a batch. */
  readonly rows: BatchRows | null;
  readonly columns: readonly Column[];
  /** Length of a column. */
  readonly intervalMs: number;
  /** Intervals of the result per column. */
  readonly inOne: number;
  readonly stages: readonly DrawnStage[];
  /** The two latencies that are drawn, headline first. */
  readonly leading: readonly [LatencyKind & ('response' | 'service'), LatencyKind & ('response' | 'service')];
}

export function runViewOf(summary: Summary & { readonly rows?: BatchRows }): RunView {
  const { series, windowMs, latencyMs } = summary;
  const inOne = Math.max(1, Math.ceil(series.buckets.length / MOST_COLUMNS));
  const intervalMs = (series.intervalMs > 0 ? series.intervalMs : 1) * inOne;
  const columns = Array.from({ length: Math.ceil(series.buckets.length / inOne) }, (_, index) => {
    const restMs = windowMs - index * intervalMs;
    const seconds = (restMs >= 1 && restMs < intervalMs ? restMs : intervalMs) / MS_PER_SECOND;
    return columnOf(series.buckets.slice(index * inOne, (index + 1) * inOne), latencyMs.headline, seconds);
  });
  return {
    summary,
    rows: summary.rows ?? null,
    columns,
    intervalMs,
    inOne,
    stages: stagesOf(summary),
    leading: latencyMs.headline === 'service' ? ['service', 'response'] : ['response', 'service'],
  };
}

/** Joins intervals: counts and cells are added up, latencies are the worst ones. */
function columnOf(
  buckets: readonly SeriesBucket[],
  headline: 'response' | 'service',
  seconds: number,
): Column {
  const sum = (of: (bucket: SeriesBucket) => number | undefined): number =>
    buckets.reduce((total, bucket) => total + (of(bucket) ?? 0), 0);
  const sumIfAny = (of: (bucket: SeriesBucket) => number | undefined): number | null =>
    buckets.some((bucket) => of(bucket) !== undefined) ? sum(of) : null;
  const own = worstOf(buckets);
  const other = worstOf(buckets.flatMap((bucket) => bucket.service ?? bucket.response ?? []));
  const kinds = [...new Set(buckets.flatMap(({ failures }) => Object.keys(failures ?? {})))];
  const failed = sum((bucket) => bucket.failed);
  const dropped = sum((bucket) => bucket.dropped);
  const unfinished = sum(({ sent, ok, failed: bad, cancelled = 0 }) => sent - ok - bad - cancelled);
  return {
    atMs: buckets[0]?.atMs ?? 0,
    seconds,
    sent: sum((bucket) => bucket.sent),
    failed,
    censored: sum((bucket) => bucket.censored),
    answered: sumIfAny((bucket) => bucket.answered),
    outstanding: worst(buckets.map((bucket) => bucket.outstanding)),
    response: headline === 'response' ? own : other,
    service: headline === 'service' ? own : other,
    waitP99: worst(buckets.map((bucket) => bucket.waitP99)),
    startLagP99: worst(buckets.map((bucket) => bucket.startLagP99)),
    failures: {
      ...(buckets.every(({ failures }) => failures === undefined)
        ? failed > 0
          ? { failed }
          : {}
        : Object.fromEntries(kinds.map((kind) => [kind, sum((bucket) => bucket.failures?.[kind])]))),
      ...(unfinished > 0 ? { unfinished } : {}),
      ...(dropped > 0 ? { dropped } : {}),
    },
    cells: joined(buckets.map(({ cells }) => cells)),
    tokens: sumIfAny((bucket) => bucket.tokens),
    ttft: worstOf(buckets.flatMap((bucket) => bucket.ttft ?? [])),
    gap: worstOf(buckets.flatMap((bucket) => bucket.gap ?? [])),
    gapCells: joined(buckets.map((bucket) => bucket.gap?.cells)),
  };
}

function joined(all: readonly (PackedCells | undefined)[]): PackedCells | null {
  const packed = all.filter((cells) => cells !== undefined);
  return packed.length > 1 ? addPacked(packed) : (packed[0] ?? null);
}

function worstOf(rows: readonly Partial<IntervalPercentiles>[]): IntervalPercentiles {
  return {
    p50: worst(rows.map((row) => row.p50)),
    p90: worst(rows.map((row) => row.p90)),
    p99: worst(rows.map((row) => row.p99)),
    max: worst(rows.map((row) => row.max)),
  };
}

function worst(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length === 0 ? null : Math.max(...known);
}

function stagesOf({ plan: { load, warmupMs }, windowMs }: Summary): DrawnStage[] {
  if (load.model === 'closed') return [];
  let atMs = -warmupMs;
  return load.stages
    .map((stage) => {
      const beganAtMs = atMs;
      atMs = stage.durationMs === null ? windowMs : atMs + stage.durationMs;
      return { ...stage, beganAtMs, fromMs: Math.max(0, beganAtMs), toMs: Math.min(windowMs, atMs) };
    })
    .filter(({ fromMs, toMs }) => toMs > fromMs);
}

/** The rate asked for at a moment of the window; null if none was. */
export function askedAt({ summary, stages }: RunView, atMs: number): number | null {
  const { load } = summary.plan;
  if (load.model === 'closed') return null;
  const stage = stages.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs) ?? stages.at(-1);
  if (stage === undefined) return load.ratePerSecond;
  const { durationMs, beganAtMs, fromPerSecond, toPerSecond } = stage;
  const share = durationMs ? Math.min(1, Math.max(0, (atMs - beganAtMs) / durationMs)) : 0;
  return fromPerSecond + (toPerSecond - fromPerSecond) * share;
}

export function isOpenModel({ plan }: Pick<Summary, 'plan'>): boolean {
  return plan.load.model === 'open';
}
