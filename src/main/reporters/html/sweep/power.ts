import type { SweepLevel } from '../../../../protocol/sweep.ts';
import { timesIn } from './level-times.ts';

/** Levels whose power is at least this share of the best are as good as it. */
const AS_GOOD = 0.95;

/** The power of a level. */
interface Power {
  readonly level: number;
  /** As a share of the best. */
  readonly share: number;
  /** Within 5 % of the best. */
  readonly isAsGood: boolean;
}

/**
 * Throughput divided by mean latency (Kleinrock's power), as a share of its best. It rises as long as more load adds
 * more throughput than waiting. Levels without a successful request are left out.
 */
export function powersOf(levels: readonly SweepLevel[]): Power[] {
  const powers = levels.flatMap(({ level, throughputPerSecond, summary }) => {
    const mean = timesIn(summary, 'headline')?.mean ?? null;
    return mean === null || mean <= 0 || throughputPerSecond <= 0
      ? []
      : [{ level, power: throughputPerSecond / mean }];
  });
  const best = Math.max(0, ...powers.map(({ power }) => power));
  return powers.map(({ level, power }) => ({
    level,
    share: power / best,
    isAsGood: power >= AS_GOOD * best,
  }));
}
