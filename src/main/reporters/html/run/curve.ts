import { quantileOfCells, usedCells } from '../../../../metrics/packed-cells.ts';
import type { LatencySummary, Summary } from '../../../../protocol/summary.ts';
import { curveOf, ladder, type NinesAxis, ninesAxis, percentileName } from '../charts/nines-axis.ts';
import { line, type Point, pathOf } from '../charts/path.ts';
import { figure, plot, xAxis } from '../charts/plot.ts';
import { CURVE, decades, FINE, logarithmic, nice, type Scale } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { boundText, COLOURS, FINE_CELLS } from './latencies.ts';
import type { RunView } from './run-view.ts';

const HEIGHT = 190;
/** A limit this many times away from the measured values does not extend the axis. */
const FAR = 10;
const GATE_WIDTH = 44;
/** The line of an interval without an upper end goes this far beyond the value. */
const BEYOND = 16;

/** The limit of a rule on a percentile. */
interface Gate {
  readonly share: number;
  readonly limitMs: number;
  readonly isHeld: boolean;
}

/** Percentiles of both leading latencies, with the limits of rules. */
export function curveFigure({ summary, leading }: RunView): Markup {
  const { latencyMs } = summary;
  const [first, second] = leading;
  const axis = ninesAxis(Math.max(latencyMs[first].count, latencyMs[second].count));
  const cells = leading.map((kind) => usedCells(latencyMs[kind].cells ?? [], FINE_CELLS));
  const curves = cells.map((used) => curveOf(used, axis));
  const gates = gatesOf(summary, leading);
  const scale = scaleOf(
    curves.flat().map(([, valueMs]) => valueMs),
    gates,
    latencyMs[first].percentiles['50'] ?? 0,
  );
  const shown = leading.map((kind, index) => ({
    colour: COLOURS[kind],
    parts: parted(curves[index] ?? [], sureBelow(latencyMs[kind]), axis).map((part) =>
      part.map(([at, valueMs]): Point => [at * CURVE, scale.y(valueMs)]),
    ),
  }));
  return figure({
    id: 'percentiles',
    name: 'Percentiles',
    what: 'each nine takes the same room',
    keys: [
      ...leading.map((kind) => [COLOURS[kind], kind] as const),
      ...(gates.length > 0 ? [['gate', 'limit of a rule'] as const] : []),
    ],
    points: readings(summary, leading, cells, axis),
    body: html`${plot({
      width: CURVE,
      scale,
      ticks: decades(scale.min, scale.max),
      marks: [
        line('grid', axis.ticks.map(([at]) => `M${Math.round(at * CURVE)} 0V${HEIGHT * FINE}`).join('')),
        shown
          .toReversed()
          .map(({ colour, parts: [sure = [], bound = []] }) => [
            line(`ln ${colour}`, pathOf(sure)),
            line(`ln ${colour} bound`, pathOf(bound)),
          ]),
        line(`whisker ${COLOURS[first]}`, whiskers(summary, scale, axis)),
        line('gate held', gateLines(gates, true, scale, axis)),
        line('gate broken', gateLines(gates, false, scale, axis)),
      ],
    })}${xAxis(axis.ticks)}`,
  });
}

function gatesOf({ thresholds, latencyMs }: Summary, leading: RunView['leading']): Gate[] {
  return thresholds.flatMap(({ figure: of, latency, request, limit, ok }) => {
    const label = /^p([\d.]+)$/.exec(of ?? '')?.[1];
    const kind = latency ?? latencyMs.headline;
    if (label === undefined || limit === undefined || request || !leading.some((one) => one === kind))
      return [];
    return [{ share: Number(label) / 100, limitMs: limit, isHeld: ok }];
  });
}

/** From the smallest to the largest measured value, extended to limits that are not far away. */
function scaleOf(measured: readonly number[], gates: readonly Gate[], middleMs: number): Scale {
  const [least, most] = [Math.min(...measured), Math.max(...measured)];
  const near = gates
    .map(({ limitMs }) => limitMs)
    .filter((limitMs) => limitMs > least / FAR && limitMs < most * FAR);
  return logarithmic(
    nice(Math.max(Math.min(least, ...near), middleMs / 200), 'down'),
    Math.max(most, ...near) * 1.2,
    HEIGHT,
  );
}

function gateLines(gates: readonly Gate[], areHeld: boolean, scale: Scale, axis: NinesAxis): string {
  return gates
    .filter(({ isHeld, limitMs }) => isHeld === areHeld && limitMs >= scale.min && limitMs <= scale.max)
    .map(({ share, limitMs }) => `M${axis.x(share) - GATE_WIDTH / 2} ${scale.y(limitMs)}h${GATE_WIDTH}`)
    .join('');
}

/** The share of values below which percentiles are exact, not lower bounds. */
function sureBelow({ atLeast }: LatencySummary): number {
  const labels = atLeast.map(Number).filter((label) => !Number.isNaN(label));
  return labels.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...labels) / 100;
}

/** A curve split where its percentiles become lower bounds. */
function parted<T extends readonly [number, number]>(
  points: readonly T[],
  sure: number,
  axis: NinesAxis,
): T[][] {
  const at = sure > 1 ? -1 : points.findIndex(([x]) => x >= axis.at(sure));
  return at < 0 ? [[...points]] : [points.slice(0, at + 1), points.slice(at)];
}

function whiskers({ latencyMs }: Summary, scale: Scale, axis: NinesAxis): string {
  return Object.entries(latencyMs.intervals ?? {})
    .map(([label, interval]) => {
      const valueMs = latencyMs[latencyMs.headline].percentiles[label] ?? null;
      if (!interval || valueMs === null || (interval.low === null && interval.high === null)) return '';
      const { low, high } = interval;
      const top = high === null ? Math.max(0, scale.y(valueMs) - BEYOND) : scale.y(high);
      return `M${axis.x(Number(label) / 100)} ${scale.y(low ?? scale.min)}V${top}`;
    })
    .join('');
}

/** Readings: the result's own percentiles where it has them, others from its cells. */
function readings(
  { latencyMs }: Summary,
  leading: RunView['leading'],
  cells: readonly ReturnType<typeof usedCells>[],
  axis: NinesAxis,
): (readonly [number, string])[] {
  const known = Object.keys(latencyMs[leading[0]].percentiles).map((label) =>
    Number((Number(label) / 100).toFixed(7)),
  );
  const shares = [...new Set([...ladder(latencyMs[leading[0]].count), ...known])].sort((a, b) => a - b);
  return shares
    .filter((share) => share < 1)
    .flatMap((share) => {
      const name = percentileName(share);
      const values = leading.map((kind, index) => {
        const exact = latencyMs[kind].percentiles[name.slice(1)];
        return exact === undefined ? quantileOfCells(cells[index] ?? [], share) : exact;
      });
      // A percentile that the sample is too small for.
      if (values.every((valueMs) => valueMs === null)) return [];
      const texts = leading.map(
        (kind, index) => `${kind} ${boundText(values[index] ?? null, share >= sureBelow(latencyMs[kind]))}`,
      );
      return [[Number(axis.at(share).toFixed(4)), `${name}  ${texts.join('  ')}`] as const];
    });
}
