import { quantileOfCells, usedCells } from '../../../../metrics/packed-cells.ts';
import { curveOf, ladder, ninesAxis, percentileName } from '../charts/nines-axis.ts';
import { filled, line, outline, type Point, pathOf } from '../charts/path.ts';
import { figure, plot, xAxis } from '../charts/plot.ts';
import { CURVE, decades, FINE, linear, logarithmic, nice } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { ms, percent, tickMs } from '../numbers.ts';
import { axisOf, middleOf, within } from '../run/histogram.ts';
import { type Density, densitiesOf, FINE_CELLS } from '../run/latencies.ts';
import type { ComparisonView, DrawnArm } from './comparison-view.ts';

const HEIGHT = 190;

/** The latencies of all arms, overlaid. */
export function overlaysPanel(view: ComparisonView): Markup | null {
  if (view.arms.some(({ cells }) => cells.length === 0)) return null;
  return html`<div class="two">${histogram(view)}${percentiles(view)}</div>`;
}

function keysOf(arms: readonly DrawnArm[]): readonly (readonly [string, string])[] {
  return arms.length < 2 ? [] : arms.map(({ colour, name }) => [colour, name]);
}

function histogram({ arms, headline, rounds }: ComparisonView): Markup {
  const densities = arms.map(({ packed }) => densitiesOf({ cells: packed ?? [] }));
  const axis = axisOf(densities.flat());
  const inside = densities.map((cells) => within(cells, axis));
  const scale = linear(Math.max(...inside.flat().map(({ density }) => density)) * 1.05, HEIGHT);
  const ticks = decades(axis.min, axis.max);
  const shares = inside.map((cells) => new Map(cells.map(({ cell, share }) => [cell, share])));
  return figure({
    id: 'histogram',
    name: 'Histogram',
    what: `${headline} time${rounds > 1 ? ', all rounds' : ''}; area is the share of requests`,
    keys: keysOf(arms),
    points: cellsOfAll(inside).map(({ cell, fromMs, toMs }) => [
      middleOf(axis, fromMs, toMs),
      `${ms(fromMs)} – ${ms(toMs)}  ${arms.map(({ name }, index) => `${arms.length < 2 ? '' : `${name} `}${percent(shares[index]?.get(cell) ?? 0)}`).join('  ')}`,
    ]),
    body: html`${plot({
      width: CURVE,
      scale,
      className: 'bare',
      marks: [
        line('grid', ticks.map((tick) => `M${axis.x(tick)} 0V${HEIGHT * FINE}`).join('')),
        inside.map((cells, index) => {
          const colour = arms[index]?.colour ?? 'a';
          const d = pathOf(outline(cells, axis.x, scale));
          return index === 0 ? filled(colour, d) : line(`ln ${colour} step`, d);
        }),
      ],
    })}${xAxis(ticks.map((tick) => [axis.share(tick), tickMs(tick)]))}`,
  });
}

/** Each cell used by any arm, fastest first. */
function cellsOfAll(arms: readonly (readonly Density[])[]): Density[] {
  return [...new Map(arms.flat().map((one) => [one.cell, one])).values()].sort((x, y) => x.cell - y.cell);
}

function percentiles({ arms, headline, rounds }: ComparisonView): Markup {
  const counts = arms.map(({ cells }) => cells.reduce((sum, { count }) => sum + count, 0));
  const axis = ninesAxis(Math.max(...counts));
  const hasRounds = rounds > 1 && arms.length <= 2;
  const curves = arms.map(({ cells }) => curveOf(cells, axis));
  const single = arms.map(({ arm, colour }) => ({
    colour,
    curves: arm.rounds.map((round) =>
      curveOf(usedCells(round.latencyMs[headline].cells ?? [], FINE_CELLS), axis),
    ),
  }));
  const values = curves.flat().map(([, valueMs]) => valueMs);
  const scale = logarithmic(nice(Math.min(...values), 'down'), Math.max(...values) * 1.2, HEIGHT);
  const drawn = (points: readonly (readonly [number, number])[]): string =>
    pathOf(points.map(([at, valueMs]): Point => [at * CURVE, scale.y(valueMs)]));
  return figure({
    id: 'percentiles',
    name: 'Percentiles',
    what: `each nine takes the same room${hasRounds ? '; thin: single rounds' : ''}`,
    keys: keysOf(arms),
    points: ladder(Math.min(...counts)).map((share) => [
      Number(axis.at(share).toFixed(4)),
      `${percentileName(share)}  ${arms.map(({ name, cells }) => `${arms.length < 2 ? '' : `${name} `}${ms(quantileOfCells(cells, share))}`).join('  ')}`,
    ]),
    body: html`${plot({
      width: CURVE,
      scale,
      ticks: decades(scale.min, scale.max),
      marks: [
        line('grid', axis.ticks.map(([at]) => `M${Math.round(at * CURVE)} 0V${HEIGHT * FINE}`).join('')),
        hasRounds
          ? single.map(({ colour, curves: list }) =>
              list.map((points) => line(`ln faint ${colour}`, drawn(points))),
            )
          : null,
        curves.map((points, index) => line(`ln ${arms[index]?.colour ?? 'a'} p50`, drawn(points))),
      ],
    })}${xAxis(axis.ticks)}`,
  });
}
