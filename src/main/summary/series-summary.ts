import { type CoarseCells, countOf, valueAtRankMs } from '../../metrics/coarse-cells.ts';
import { packCells } from '../../metrics/packed-cells.ts';
import { parsePercentile, rankOf } from '../../metrics/percentile-rank.ts';
import { OUTCOMES } from '../../protocol/report.ts';
import type { IntervalPercentiles, SeriesBucket } from '../../protocol/series-bucket.ts';
import { STREAM_INTERVAL_MS } from '../../protocol/stream.ts';
import type { Summary } from '../../protocol/summary.ts';
import { longerIntervalMs, type Series, type SeriesCounts } from '../collect/series.ts';
import type { StreamSeries } from '../collect/stream-series.ts';

const CELLS_PER_OCTAVE = 8;
/** Shorter intervals are only used if a run would otherwise have too few. */
const SHORTEST_MS = 100;
const FEWEST_INTERVALS = 20;
/** Average number of latencies needed for an interval's p99. */
const FEWEST_LATENCIES = 100;
const DIGITS = 5;
/** Below the first cell's upper end: no time is that short. */
const LEAST_MS = 1e-6;

/**
 * The run in intervals, as the result shows them.
 *
 * @param streams what streams did over time; null if answers are none
 * @param windowMs length of the run: also its end without requests has intervals
 * @param most the most intervals; if the series has more, neighbours are merged
 */
export function summarizeSeries(
  series: Series,
  headline: 'response' | 'service',
  streams: StreamSeries | null,
  windowMs: number,
  most = Number.POSITIVE_INFINITY,
): Summary['series'] {
  series.reach(windowMs);
  const lengthMs = Math.max(series.lengthMs, windowMs);
  let intervalMs = shownIntervalMs(series, lengthMs);
  while (lengthMs > intervalMs * most) intervalMs = longerIntervalMs(intervalMs);
  // Streams are counted in intervals that may be longer, never shorter, than those of a long run.
  if (streams !== null && intervalMs >= STREAM_INTERVAL_MS)
    while (intervalMs < streams.intervalMs) intervalMs = longerIntervalMs(intervalMs);
  const other = headline === 'response' ? 'service' : 'response';
  return {
    intervalMs,
    cellsPerOctave: CELLS_PER_OCTAVE,
    buckets: series.buckets(intervalMs, windowMs).map((interval): SeriesBucket => {
      const { atMs, sent, ok, failed, cancelled, dropped, censored, answered, outstanding, latencies } =
        interval;
      const cells = latencies[headline];
      return {
        atMs,
        sent,
        ok,
        failed,
        ...(cancelled === 0 ? {} : { cancelled }),
        ...(dropped === 0 ? {} : { dropped }),
        censored,
        failures: failuresOf(interval),
        answered,
        outstanding,
        ...percentilesOf(interval, headline, cells),
        cells: packCells(cells, CELLS_PER_OCTAVE),
        [other]: percentilesOf(interval, other, latencies[other]),
        waitP99: percentileIn(latencies.wait, '99'),
        startLagP99: percentileIn(latencies.startLag, '99'),
        ...(streams === null || intervalMs < streams.intervalMs
          ? {}
          : streamsWithin(streams, atMs, atMs + intervalMs)),
      };
    }),
  };
}

function streamsWithin(
  streams: StreamSeries,
  fromMs: number,
  toMs: number,
): Pick<SeriesBucket, 'tokens' | 'ttft' | 'gap'> {
  const { tokens, ttft, gap } = streams.between(fromMs, toMs);
  return {
    tokens: rounded(tokens),
    ttft: percentilesIn(ttft),
    gap: { ...percentilesIn(gap), cells: packCells(gap, CELLS_PER_OCTAVE) },
  };
}

/**
 * With the middle of the highest cell as the largest value, which is not known more exactly. A gap between tokens of one
 * read is zero.
 */
function percentilesIn(cells: CoarseCells): IntervalPercentiles {
  const known = (valueMs: number | null): number | null =>
    valueMs !== null && valueMs < LEAST_MS ? 0 : valueMs;
  const largest = valueAtRankMs(cells, countOf(cells));
  return {
    p50: known(percentileIn(cells, '50')),
    p90: known(percentileIn(cells, '90')),
    p99: known(percentileIn(cells, '99')),
    max: known(largest === null ? null : rounded(largest)),
  };
}

/** Longer than the series' own interval if single intervals hold too few latencies, as long as enough intervals remain. */
function shownIntervalMs(series: Series, lengthMs: number): number {
  const { latencyCount } = series;
  let intervalMs = series.intervalMs;
  for (
    let longer = longerIntervalMs(intervalMs);
    lengthMs >= FEWEST_INTERVALS * longer &&
    (intervalMs < SHORTEST_MS || latencyCount * intervalMs < FEWEST_LATENCIES * lengthMs);
    longer = longerIntervalMs(longer)
  )
    intervalMs = longer;
  return intervalMs;
}

function failuresOf({ failures }: SeriesCounts): Readonly<Record<string, number>> {
  const counts = OUTCOMES.map((outcome, index) => [outcome, failures?.[index] ?? 0] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function percentilesOf(
  interval: SeriesCounts,
  kind: 'response' | 'service',
  cells: CoarseCells,
): IntervalPercentiles {
  const max = kind === 'response' ? interval.maxResponseMs : interval.maxServiceMs;
  return {
    p50: percentileIn(cells, '50'),
    p90: percentileIn(cells, '90'),
    p99: percentileIn(cells, '99'),
    max: countOf(cells) === 0 ? null : rounded(max),
  };
}

/** A percentile of one interval, by nearest rank; null if it has too few values. */
function percentileIn(latencies: CoarseCells, label: string): number | null {
  const percentile = parsePercentile(label);
  const rank = percentile === null ? null : rankOf(percentile, countOf(latencies));
  const valueMs = rank === null ? null : valueAtRankMs(latencies, rank);
  return valueMs === null ? null : rounded(valueMs);
}

/** A result has thousands of these, so digits are limited. */
function rounded(valueMs: number): number {
  return Number(valueMs.toPrecision(DIGITS));
}
