import type { Summary } from '../../protocol/summary.ts';
import type { Capacity, Knee, Sweep, SweepLevel, Swept } from '../../protocol/sweep.ts';

/** Doubling the load counts as a gain only if it adds at least this share of throughput. */
const LEAST_GAIN = 0.05;

/** Judges a level by its summary. */
export function levelOf(level: number, summary: Summary, over: Swept): SweepLevel {
  const { thresholds, generator, requests } = summary;
  const isGood =
    thresholds.every(({ ok }) => ok) &&
    generator.verdict !== 'failing' &&
    requests.ok > 0 &&
    requests.dropped === 0 &&
    (over === 'concurrency' || keepsUp(summary));
  return { level, throughputPerSecond: throughputOf(summary), isGood, summary };
}

/** Whether the target answered at the rate asked for, with no growing queue, at the target or in volley. */
function keepsUp({ generator: { verdict, finding } }: Summary): boolean {
  if (verdict === 'target-limited') return false;
  return verdict !== 'connection-limited' || finding?.nextStep !== 'raise-max-in-flight';
}

/** Tokens a second if answers are streams of tokens, else ok answers a second. */
function throughputOf({ streams, rate }: Summary): number {
  return streams ? (streams.tokens.perSecond ?? 0) : rate.throughputPerSecond;
}

/** Whether the generator was the limit: then the level says nothing about the target. */
export function isGeneratorsLimit({ generator, workers, errors }: Summary): boolean {
  return (
    generator.verdict === 'generator-limited' ||
    workers.some(({ lost }) => lost) ||
    errors.some(({ kind }) => kind === 'generator')
  );
}

/** A level as tables show it. */
export interface ShownLevel extends SweepLevel {
  /** Volley itself was the limit there, so it says little about the target. */
  readonly isOwnLimit: boolean;
}

/** All levels that were measured, in order. */
export function shownLevels({
  levels,
  generatorLimit,
}: Pick<Sweep, 'levels' | 'generatorLimit'>): ShownLevel[] {
  const limited = generatorLimit?.measured;
  return [
    ...levels.map((level) => ({ ...level, isOwnLimit: false })),
    ...(limited === undefined ? [] : [{ ...limited, isOwnLimit: true }]),
  ].sort((a, b) => a.level - b.level);
}

/** The first level whose doubling gained next to nothing; null without one. */
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

/** The highest good level below the first bad one; null if not even the lowest was good. */
export function capacityOf(levels: readonly SweepLevel[]): Capacity | null {
  const firstBad = levels.find(({ isGood }) => !isGood);
  const good = levels.filter(({ level }) => firstBad === undefined || level < firstBad.level).at(-1);
  if (good === undefined) return null;
  const { level, throughputPerSecond } = good;
  return { level, throughputPerSecond, firstBad: firstBad?.level ?? null };
}
