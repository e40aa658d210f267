import type { Metric } from '../../protocol/comparison-finding.ts';
import type { Summary } from '../../protocol/summary.ts';

interface Figure {
  readonly isMoreBetter: boolean;
  /** Null if the round has no such figure. */
  of(summary: Summary): number | null;
}

const percentile = (label: string): Figure => ({
  isMoreBetter: false,
  of: ({ latencyMs }) => latencyMs[latencyMs.headline].percentiles[label] ?? null,
});

/** The figure of every round; null if it is missing or zero in a round, as then there is no ratio. */
export function ratioFigures(metric: Metric, summaries: readonly Summary[]): number[] | null {
  const values = summaries.map((summary) => FIGURES[metric].of(summary) ?? 0);
  return values.length > 0 && values.every((value) => value > 0) ? values : null;
}

/** How to get each metric, and whether more is better. */
export const FIGURES: Readonly<Record<Metric, Figure>> = {
  throughput: {
    isMoreBetter: true,
    of: ({ rate }) => rate.throughputPerSecond,
  },
  p50: percentile('50'),
  p90: percentile('90'),
  p99: percentile('99'),
  cpu: {
    isMoreBetter: false,
    of: ({ generator }) => generator.cpuMicrosPerRequest,
  },
};
