import type { Sweep, SweepLevel } from '../../../../protocol/sweep.ts';
import { formatCount } from '../../../text/format.ts';
import { levelText } from '../../../text/sweep-sentences.ts';
import { line, type Point, pathOf } from '../charts/path.ts';
import { atPercent, figure, plot, xAxis } from '../charts/plot.ts';
import { CURVE, linearTicks, type Scale, spaced } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { ms, plainRate, tickMs } from '../numbers.ts';
import { marksOf } from './level-axis.ts';
import { levelDots } from './level-dots.ts';
import { isBoundAt, type LevelTime, tailOf, timesIn } from './level-times.ts';
import { timeAxisOf } from './value-axis.ts';

const HEIGHT = 150;
/** As a share of the width, beyond the highest throughput: room for the last number. */
const HEADROOM = 1.12;
const NAME_GAP = 0.05;
/** In pixels: with less room above its dot, to the top or to another dot, a number is placed to its right. */
const NAME_HEIGHT = 20;
const MOST_TICKS = 4;

/** What throughput costs: the tail of each level against its throughput; null if fewer than two levels know both. */
export function costChart(sweep: Sweep): Markup | null {
  const isTokens = sweep.counts === 'tokens';
  const kind = isTokens ? 'ttft' : 'headline';
  const tail = tailOf(sweep, kind);
  if (tail === null) return null;
  const known = knownOf(sweep, kind, tail);
  if (known.length < 2) return null;
  const most = Math.max(...known.map(({ level }) => level.throughputPerSecond));
  const { scale, ticks, isLog } = timeAxisOf(
    known.map(({ value }) => value),
    HEIGHT,
  );
  const share = (perSecond: number): number => (most > 0 ? perSecond / (most * HEADROOM) : 0);
  const points = known.map(
    ({ level, value }): Point => [Math.round(share(level.throughputPerSecond) * CURVE), scale.y(value)],
  );
  const what = isTokens ? 'tokens a second' : 'ok answers a second';
  return figure({
    id: 'sweep-cost',
    name: 'What throughput costs',
    what: `${isTokens ? 'ttft ' : ''}p${tail} against ${what}; numbers are ${sweep.over === 'rate' ? 'requests a second' : 'connections'}${isLog ? '; logarithmic' : ''}`,
    // Read from left to right, which is not always the order of levels.
    points: known
      .map(
        ({ level, value }) =>
          [
            Number(share(level.throughputPerSecond).toFixed(4)),
            [
              levelText(level.level, sweep.over),
              plainRate(level.throughputPerSecond),
              `p${tail} ${isBoundAt(level, kind, tail) ? '≥\u00a0' : ''}${ms(value)}`,
              ...marksOf(level, sweep),
            ].join('  '),
          ] as const,
      )
      .toSorted(([a], [b]) => a - b),
    body: html`${plot({
      width: CURVE,
      scale,
      ticks,
      tickText: tickMs,
      over: numbers(known, sweep, (one) => share(one.level.throughputPerSecond), scale),
      marks: [
        line('ln a', pathOf(points)),
        levelDots(
          'a',
          known.map(({ level }, index) => ({ at: points[index] ?? [0, 0], isGood: level.isGood })),
          scale,
        ),
      ],
    })}${xAxis(
      linearTicks(most, MOST_TICKS).map((tick) => [share(tick), plainRate(tick).replace('/s', '')] as const),
      'all',
    )}<div class="axis" aria-hidden="true">${what}</div>`,
  });
}

/** The numbers of as many levels as there is room for, above their dots or beside them. */
function numbers(
  known: readonly Known[],
  sweep: Sweep,
  share: (one: Known) => number,
  scale: Scale,
): readonly Markup[] {
  const top = ({ value }: Known): number => scale.share(value) * HEIGHT;
  const hasNoRoomAbove = (one: Known): boolean => {
    const above = known.filter(
      (other) => Math.abs(share(other) - share(one)) < NAME_GAP && top(other) < top(one),
    );
    return top(one) - Math.max(0, ...above.map(top)) < NAME_HEIGHT;
  };
  return spaced(byImportance(known, sweep), share, NAME_GAP).map(
    (one) =>
      html`<span class="nm at${hasNoRoomAbove(one) ? ' right' : ''}" style="left:${atPercent(share(one))};top:${atPercent(scale.share(one.value))}">${formatCount(one.level.level)}</span>`,
  );
}

/** A level with the percentile that is drawn. */
interface Known {
  readonly level: SweepLevel;
  readonly value: number;
}

function knownOf({ levels }: Sweep, kind: LevelTime, tail: string): Known[] {
  return levels.flatMap((level) => {
    const value = timesIn(level.summary, kind)?.percentiles[tail] ?? null;
    return value === null ? [] : [{ level, value }];
  });
}

/** The order in which levels get a number where there is not room for all: knee and capacity, then from the highest down. */
function byImportance(known: readonly Known[], { knee, capacity }: Sweep): Known[] {
  const isMarked = ({ level }: Known): boolean =>
    level.level === knee?.level || level.level === capacity?.level;
  return known.toReversed().toSorted((a, b) => Number(isMarked(b)) - Number(isMarked(a)));
}
