import type { Metric } from '../../protocol/comparison-finding.ts';
import type { Summary } from '../../protocol/summary.ts';

interface Figure {
  readonly isMoreBetter: boolean;
  /** Null where the round has none. */
  of(summary: Summary): number | null;
}

const percentile = (label: string): Figure => ({
  isMoreBetter: false,
  of: ({ latencyMs }) => latencyMs[latencyMs.headline].percentiles[label] ?? null,
});

/** The figure of every round; null where a round has none, or zero, of which there is no ratio. */
export function ratioFigures(metric: Metric, summaries: readonly Summary[]): number[] | null {
  const values = summaries.map((summary) => FIGURES[metric].of(summary) ?? 0);
  return values.length > 0 && values.every((value) => value > 0) ? values : null;
}

/** What each metric is, and which way is better. */
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
