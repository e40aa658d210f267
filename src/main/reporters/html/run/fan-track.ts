import type { PackedCells } from '../../../../metrics/packed-cells.ts';
import type { IntervalPercentiles } from '../../../../protocol/series-bucket.ts';
import { heat } from '../charts/heat.ts';
import { band, dots, line, overArea, overTime, pathOf, type Row } from '../charts/path.ts';
import { type LineName, plot } from '../charts/plot.ts';
import { decades, logarithmic, type Scale, STEP } from '../charts/scale.ts';
import { html, type Markup, NOTHING_SHOWN } from '../markup.ts';
import type { Range } from './latency-range.ts';
import { QUANTILES } from './run-view.ts';
import { track } from './track.ts';

const FAN_HEIGHT = 148;
const HEAT_HEIGHT = 168;
/** Length of the mark that points upward on a lower bound. */
const UPWARD = 7;
/** With at most this many columns, dots are larger. */
const FEW_COLUMNS = 60;

interface Fan {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  readonly colour: string;
  /** One per column. */
  readonly values: readonly IntervalPercentiles[];
  /** Whether the maximum of a column is a lower bound. */
  isBound(index: number): boolean;
}

/** A latency as bands between its percentiles, with the maximum of each interval as dots. */
export function fanTrack(
  { id, name, what, colour, values, isBound }: Fan,
  { min, max }: Range,
  stageLines: Markup,
): Markup {
  const [p50 = [], p90 = [], p99 = [], most = []] = QUANTILES.map((quantile) =>
    values.map((value) => value[quantile]),
  );
  if (![...p50, ...most].some((value) => value !== null)) return NOTHING_SHOWN;
  const scale = logarithmic(min, max, FAN_HEIGHT);
  const outer = p99.map((value, index) => value ?? most[index] ?? null);
  const inner = p90.map((value, index) => value ?? p50[index] ?? null);
  const tops = most.flatMap((value, index): (readonly [number, number, number])[] =>
    value === null ? [] : [[index * STEP + 1, scale.y(value), isBound(index) ? UPWARD : 0]],
  );
  const drawn = [p50, p90, p99, most].filter((row) => row.some((value) => value !== null));
  // All names are those of one moment: else a maximum could stand below a percentile.
  const moment = values.findLastIndex((_, index) => drawn.every((row) => (row[index] ?? null) !== null));
  const drawing = stacked(id, colour, { p50, inner, outer, p99 }, scale) ?? {
    bands: html`${line(`fill ${colour} outer`, band(inner, outer, scale))}${line(`fill ${colour} inner`, band(p50, inner, scale))}`,
    lines: html`${line(`ln ${colour} p99`, pathOf(overTime(p99, scale)))}${line(`ln ${colour} p50`, pathOf(overTime(p50, scale)))}`,
  };
  const end = (text: string, row: Row): LineName => {
    const last = row[moment] ?? row.findLast((value) => value !== null) ?? null;
    return { text, className: `c-${colour}`, at: last === null ? null : scale.share(last) };
  };
  return track({
    ...{ id, name, what },
    body: plot({
      width: values.length * STEP,
      scale,
      ticks: decades(min, max),
      names: [end('max', most), end('p99', p99), end('p90', p90), end('p50', p50)],
      under: drawing.bands,
      marks: [
        drawing.lines,
        dots(`dot ${colour}${values.length <= FEW_COLUMNS ? ' few' : ''}`, tops),
        stageLines,
      ],
    }),
  });
}

/** The edges of a fan, from below. */
interface Edges {
  readonly p50: Row;
  readonly inner: Row;
  readonly outer: Row;
  readonly p99: Row;
}

/**
 * Bands as areas on top of each other, of which each hides what is behind it, so that every edge is written once: its line
 * is the same path, used again above the grid. Styles do not reach a path that is used, so what keeps its stroke from being
 * stretched is an attribute. Null if there are gaps.
 */
function stacked(
  id: string,
  colour: string,
  { p50, inner, outer, p99 }: Edges,
  scale: Scale,
): { readonly bands: Markup; readonly lines: Markup } | null {
  const [low, middle, high] = [p50, inner, outer].map((edge) => overArea(edge, scale));
  if (!low || !middle || !high) return null;
  const isLine = p99.every((value) => value !== null);
  const p99Line = isLine
    ? html`<use class="ln ${colour} p99" href="#${id}-p99"/>`
    : line(`ln ${colour} p99`, pathOf(overTime(p99, scale)));
  return {
    bands: html`<g class="band ${colour} outer"><path id="${id}-p99" vector-effect="non-scaling-stroke" d="${high}"/></g><g class="band ${colour} inner"><path d="${middle}"/></g><g class="band none"><path id="${id}-p50" vector-effect="non-scaling-stroke" d="${low}"/></g>`,
    lines: html`${p99Line}<use class="ln ${colour} p50" href="#${id}-p50"/>`,
  };
}

interface HeatMap {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  /** What a single count is. */
  readonly unit: string;
  /** One per column. */
  readonly cells: readonly (PackedCells | null)[];
  readonly cellsPerOctave: number;
}

/** The whole distribution of each interval. */
export function heatTrack(
  { id, name, what, unit, cells, cellsPerOctave }: HeatMap,
  { min, max }: Range,
  stageLines: Markup,
): Markup {
  if (cells.every((packed) => packed === null || packed.length === 0)) return NOTHING_SHOWN;
  const scale = logarithmic(min, max, HEAT_HEIGHT);
  const { marks, key } = heat(id, cells, cellsPerOctave, scale, unit);
  return track({
    ...{ id, name, what, key },
    body: plot({ width: cells.length * STEP, scale, ticks: decades(min, max), marks: [marks, stageLines] }),
  });
}
