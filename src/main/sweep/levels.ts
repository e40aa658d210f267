import type { Summary } from '../../protocol/summary.ts';
import type { Capacity, Knee, SweepLevel } from '../../protocol/sweep.ts';

/** Twice the load has to bring this much more, or it brings nothing. */
const LEAST_GAIN = 0.05;

/** What came of a level. */
export function levelOf(level: number, summary: Summary): SweepLevel {
  const { thresholds, generator, requests } = summary;
  const isGood =
    thresholds.every(({ ok }) => ok) &&
    generator.verdict !== 'failing' &&
    requests.ok > 0 &&
    requests.dropped === 0;
  return { level, throughputPerSecond: throughputOf(summary), isGood, summary };
}

/** Tokens a second where answers are streams of them; else ok answers a second. */
function throughputOf({ streams, rate }: Summary): number {
  return streams ? (streams.tokens.perSecond ?? 0) : rate.throughputPerSecond;
}

/** Whether the generator was the limit of a level: then it says nothing of the target. */
export function isGeneratorsLimit({ generator, workers, errors }: Summary): boolean {
  return (
    generator.verdict === 'generator-limited' ||
    workers.some(({ lost }) => lost) ||
    errors.some(({ kind }) => kind === 'generator')
  );
}

/** The first level whose doubling gained next to nothing; null where there is none. */
export function kneeOf(levels: readonly SweepLevel[]): Knee | null {
  const byLevel = new Map(levels.map((level) => [level.level, level]));
  for (const { level, throughputPerSecond } of levels) {
    const twice = byLevel.get(2 * level);
    if (twice === undefined || throughputPerSecond === 0) continue;
    const gain = twice.throughputPerSecond / throughputPerSecond - 1;
    if (gain < LEAST_GAIN) return { level, throughputPerSecond, gain };
  }
  return null;
}

/** The highest level below which all were good; null where not even the first one was. */
export function capacityOf(levels: readonly SweepLevel[]): Capacity | null {
  const firstBad = levels.find(({ isGood }) => !isGood);
  const good = levels.filter(({ level }) => firstBad === undefined || level < firstBad.level).at(-1);
  if (good === undefined) return null;
  const { level, throughputPerSecond } = good;
  return { level, throughputPerSecond, firstBad: firstBad?.level ?? null };
}
