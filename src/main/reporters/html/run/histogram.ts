import { filled, line, outline, pathOf } from '../charts/path.ts';
import { atPercent, figure, plot, xAxis } from '../charts/plot.ts';
import { CURVE, decades, FINE, type LogX, linear, logX, spaced } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { ms, percent, tickMs } from '../numbers.ts';
import { COLOURS, type Density, densitiesOf } from './latencies.ts';
import type { RunView } from './run-view.ts';

const HEIGHT = 190;
/** Cells with a smaller share do not extend the axis. */
const LEAST_SHARE = 0.0002;
const MARKED = ['50', '99', '90'];
/** As a share of the width: labels closer than this would overlap. */
const LABEL_GAP = 0.06;

export function histogramFigure({ summary: { latencyMs }, leading }: RunView): Markup {
  const drawn = leading.map((kind) => ({ kind, colour: COLOURS[kind], cells: densitiesOf(latencyMs[kind]) }));
  const axis = axisOf(drawn.flatMap(({ cells }) => cells));
  const inside = drawn.map(({ cells }) => within(cells, axis));
  const scale = linear(Math.max(...inside.flat().map(({ density }) => density)) * 1.05, HEIGHT);
  const ticks = decades(axis.min, axis.max);
  const { percentiles } = latencyMs[leading[0]];
  const marks = spaced(
    MARKED.flatMap((label) => {
      const valueMs = percentiles[label] ?? null;
      return valueMs === null ? [] : [{ label, valueMs }];
    }),
    ({ valueMs }) => axis.share(valueMs),
    LABEL_GAP,
  );
  const [first = [], second = []] = inside;
  return figure({
    id: 'histogram',
    name: 'Histogram',
    what: 'area is the share of requests',
    keys: leading.map((kind) => [COLOURS[kind], kind]),
    points: histogramPoints(first, axis),
    body: html`${plot({
      width: CURVE,
      scale,
      className: 'bare',
      marks: [
        line('grid', ticks.map((tick) => `M${axis.x(tick)} 0V${HEIGHT * FINE}`).join('')),
        filled(COLOURS[leading[0]], pathOf(outline(first, axis.x, scale))),
        line(`ln ${COLOURS[leading[1]]} step`, pathOf(outline(second, axis.x, scale))),
        line('pct', marks.map(({ valueMs }) => `M${axis.x(valueMs)} ${HEIGHT * FINE}v-14`).join('')),
      ],
      over: marks.map(
        ({ label, valueMs }) =>
          html`<b class="nm pc" style="left:${atPercent(axis.share(valueMs))}">p${label}</b>`,
      ),
    })}${xAxis(ticks.map((tick) => [axis.share(tick), tickMs(tick)]))}`,
  });
}

/** An axis over all cells with enough values. */
export function axisOf(cells: readonly Density[]): LogX {
  const shown = cells.filter(({ share, fromMs }) => share > LEAST_SHARE && fromMs > 0);
  return logX(Math.min(...shown.map(({ fromMs }) => fromMs)), Math.max(...shown.map(({ toMs }) => toMs)));
}

export function within(cells: readonly Density[], { min, max }: LogX): Density[] {
  return cells.filter(({ fromMs, toMs }) => fromMs >= min * 0.99 && toMs <= max * 1.01);
}

function histogramPoints(cells: readonly Density[], axis: LogX): (readonly [number, string])[] {
  let below = 0;
  return cells.map(({ fromMs, toMs, share }) => {
    const text = `${ms(fromMs)} – ${ms(toMs)}: ${percent(share)}, ${percent(below)} were faster`;
    below = Math.min(1, below + share);
    return [middleOf(axis, fromMs, toMs), text];
  });
}

/** The middle between two times, as a position on the axis. */
export function middleOf(axis: LogX, fromMs: number, toMs: number): number {
  return Number(((axis.share(fromMs) + axis.share(toMs)) / 2).toFixed(4));
}
