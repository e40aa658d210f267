import type { LatencySummary, Summary } from '../../../../protocol/summary.ts';
import type { Sweep, SweepLevel } from '../../../../protocol/sweep.ts';

/** Of streams: the time to the first token, or the time per output token. */
export type LevelTime = 'headline' | 'ttft' | 'tpot';

/** The latency that leads the report of a level, or one of its stream times. */
export function timesIn({ latencyMs, streams }: Summary, kind: LevelTime): LatencySummary | null {
  return kind === 'headline' ? latencyMs[latencyMs.headline] : (streams?.timesMs[kind] ?? null);
}

/** Whether a percentile of a level is a lower bound. */
export function isBoundAt({ summary }: SweepLevel, kind: LevelTime, label: string): boolean {
  return timesIn(summary, kind)?.atLeast.includes(label) ?? false;
}

const TAILS = ['99', '95', '90'];

/** The highest percentile that at least half of the levels had enough requests for; null without one. */
export function tailOf({ levels }: Sweep, kind: LevelTime): string | null {
  const knownAt = (label: string): number =>
    levels.filter(({ summary }) => timesIn(summary, kind)?.percentiles[label] != null).length;
  return TAILS.find((label) => knownAt(label) > 0 && knownAt(label) * 2 >= levels.length) ?? null;
}
