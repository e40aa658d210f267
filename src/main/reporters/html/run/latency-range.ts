import { quantileOfCells, usedCells } from '../../../../metrics/packed-cells.ts';
import type { IntervalPercentiles } from '../../../../protocol/series-bucket.ts';
import { nice } from '../charts/scale.ts';
import { FINE_CELLS } from './latencies.ts';
import type { QUANTILES, RunView } from './run-view.ts';

/** Values this many times below the typical latency are drawn at the edge, so that they do not stretch the axis. */
const FARTHEST_BELOW = 300;
/** The axis is at least this ratio wide. */
const NARROWEST = 4;
const HEADROOM = 1.15;

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** One range for all latencies over time, those of streams too, so that equal distances are equal ratios everywhere. */
export function latencyRange({ summary: { latencyMs }, columns, leading }: RunView): Range {
  const drawn = columns.flatMap((column): IntervalPercentiles[] => [
    ...leading.map((kind) => column[kind]),
    column.ttft,
    column.gap,
  ]);
  const all = (quantile: (typeof QUANTILES)[number]): number[] =>
    drawn
      .map((one) => one[quantile] ?? 0)
      .filter((value) => value > 0)
      .sort((a, b) => a - b);
  const [middles, tops] = [all('p50'), [...all('max'), ...all('p99')]];
  const typical = middles[Math.floor(middles.length / 2)] ?? tops[0] ?? 1;
  const lowest = leading.flatMap(
    (kind) => quantileOfCells(usedCells(latencyMs[kind].cells ?? [], FINE_CELLS), 0.002) ?? [],
  );
  const least = Math.max(Math.min(...lowest, middles[0] ?? tops[0] ?? 1), typical / FARTHEST_BELOW);
  const most = Math.max(least, ...tops.map((value) => value * HEADROOM));
  // Latencies that hardly differ are drawn in the middle.
  const wider = Math.sqrt(Math.max(1, NARROWEST / (most / least)));
  return { min: wider > 1 ? least / wider : nice(least, 'down'), max: most * wider };
}
