import type { Sweep } from '../../../../protocol/sweep.ts';
import { levelText } from '../../../text/sweep-sentences.ts';
import { line, type Point, pathOf } from '../charts/path.ts';
import { figure, plot } from '../charts/plot.ts';
import { CURVE, linear } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { percent } from '../numbers.ts';
import { levelAxis, marksOf } from './level-axis.ts';
import { levelDots } from './level-dots.ts';
import { powersOf } from './power.ts';

const HEIGHT = 150;
const HEADROOM = 1.08;
/** Half the width of the shade around a single level, in units of the drawing. */
const SHADE = 12;

/** The power of each level, with those within 5 % of the best shaded; null if fewer than two have one. */
export function powerChart(sweep: Sweep): Markup | null {
  const powers = powersOf(sweep.levels);
  if (powers.length < 2) return null;
  const axis = levelAxis(sweep);
  const scale = linear(HEADROOM, HEIGHT);
  const points = powers.map(({ level, share }): Point => [axis.x(level), scale.y(share)]);
  const best = powers.filter(({ isAsGood }) => isAsGood).map(({ level }) => axis.x(level));
  const [from, to] = [Math.min(...best) - SHADE, Math.max(...best) + SHADE];
  const isGood = new Map(sweep.levels.map((level) => [level.level, level.isGood]));
  return figure({
    id: 'sweep-power',
    name: 'Power',
    what: 'throughput ÷ mean latency, as a share of its best; shaded: within 5\u00a0% of that',
    points: sweep.levels.flatMap((level) => {
      const power = powers.find((one) => one.level === level.level);
      return power === undefined
        ? []
        : [
            [
              Number(axis.share(level.level).toFixed(4)),
              [levelText(level.level, sweep.over), percent(power.share), ...marksOf(level, sweep)].join('  '),
            ] as const,
          ];
    }),
    body: html`${plot({
      width: CURVE,
      scale,
      ticks: [0, 0.5, 1],
      tickText: (share) => `${share * 100}\u00a0%`,
      over: axis.names,
      marks: [
        line('margin', `M${from} 0H${to}V999H${from}z`),
        axis.lines,
        line('ln ok', pathOf(points)),
        levelDots(
          'ok',
          powers.map(({ level }, index) => ({
            at: points[index] ?? [0, 0],
            isGood: isGood.get(level) === true,
          })),
          scale,
        ),
      ],
    })}${axis.ticks}`,
  });
}
