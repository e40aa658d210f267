import { quantileOfCells, usedCells } from '../../../../metrics/packed-cells.ts';
import { median } from '../../../collect/statistics.ts';
import { ninesAxis, percentileName } from '../charts/nines-axis.ts';
import { line, type Point, pathOf } from '../charts/path.ts';
import { figure, plot, xAxis } from '../charts/plot.ts';
import { CURVE, FINE, logarithmic, type Scale, spaced } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { change, ms, plainChange } from '../numbers.ts';
import { FINE_CELLS } from '../run/latencies.ts';
import { type ComparisonView, type DrawnArm, twoArms } from './comparison-view.ts';

const HEIGHT = 230;
const POINTS = 50;
/** So many values beyond a percentile make it worth drawing. */
const FEWEST_BEYOND = 5;
const CHANGES = [0, -0.5, 1, -0.75, 3, -0.25, 0.25, 0.5, -0.1, 0.1, -0.9, 9];
const TICK_GAP = 17;
/** A round gone astray leaves the picture rather than flatten it. */
const SHOWN_SHARE = 0.85;

/** How much longer or shorter the second arm is at each percentile. */
export function shiftPanel(view: ComparisonView): Markup | null {
  const two = twoArms(view);
  if (two === null || view.comparison.kind !== 'compare') return null;
  const { a, b, pair } = two;
  const chart = shiftChart(view, a, b);
  const table = pair.shifts.length === 0 ? null : shiftTable(view, a, b);
  if (chart === null && table === null) return null;
  const isMany = view.rounds > 1;
  return html`<p class="soft">At each percentile, how much longer or shorter ${b.name} is${isMany ? ': thin lines are single rounds, the thick one is their median. Where thin lines lie on both sides of “same”, the rounds do not agree.' : '.'}</p>
<div class="wideleft">${chart}${table}</div>`;
}

function shiftChart(view: ComparisonView, a: DrawnArm, b: DrawnArm): Markup | null {
  const { headline, rounds, comparison } = view;
  const cellsOf = ({ arm }: DrawnArm): ReturnType<typeof usedCells>[] =>
    arm.rounds.slice(0, rounds).map((round) => usedCells(round.latencyMs[headline].cells ?? [], FINE_CELLS));
  const [ofA, ofB] = [cellsOf(a), cellsOf(b)];
  const sizes = [...ofA, ...ofB].map((cells) => cells.reduce((sum, { count }) => sum + count, 0));
  const fewest = Math.min(...sizes) / FEWEST_BEYOND;
  if (fewest < 2) return null;
  const axis = ninesAxis(fewest);
  const shares = Array.from(
    { length: POINTS },
    (_, index) => 1 - 10 ** (-((index + 1) / POINTS) * Math.log10(fewest)),
  );
  const single = ofA.map((cells, round) =>
    shares.map((share) => ratioOf(quantileOfCells(ofB[round] ?? [], share), quantileOfCells(cells, share))),
  );
  const middle = shares.map((_, index) =>
    Math.exp(median(single.map((ratios) => Math.log(ratios[index] ?? 1)))),
  );
  const scale = scaleOf(single.flat());
  const curve = (ratios: readonly number[]): string =>
    pathOf(ratios.map((ratio, index): Point => [axis.at(shares[index] ?? 0) * CURVE, scale.y(ratio)]));
  const { margin } = comparison;
  return figure({
    id: 'shift-chart',
    name: `${b.name} ÷ ${a.name} at each percentile`,
    what: `${headline} time`,
    points: shares.map((share, index) => [
      Number(axis.at(share).toFixed(4)),
      readingOf(
        share,
        middle[index] ?? 1,
        single.map((ratios) => ratios[index] ?? 1),
      ),
    ]),
    body: html`${plot({
      width: CURVE,
      scale,
      ticks: ticksOf(scale),
      tickText: plainChange,
      marks: [
        line('margin', `M0 ${scale.y(1 + margin)}H${CURVE}V${scale.y(1 / (1 + margin))}H0z`),
        line('grid', axis.ticks.map(([at]) => `M${Math.round(at * CURVE)} 0V${HEIGHT * FINE}`).join('')),
        line('one', `M0 ${scale.y(1)}H${CURVE}`),
        rounds > 1 ? single.map((ratios) => line('ln ink faint', curve(ratios))) : null,
        line('ln ink', curve(middle)),
      ],
      over: html`<b class="nm side" style="top:8px">${b.name} longer</b><b class="nm side" style="top:calc(var(--h) - 8px)">${b.name} shorter</b>`,
    })}${xAxis(axis.ticks)}`,
  });
}

/** As far up as down, so that half and double look alike. */
function scaleOf(ratios: readonly number[]): Scale {
  const away = ratios.map((ratio) => (ratio < 1 ? 1 / ratio : ratio)).sort((x, y) => x - y);
  const reach = Math.max(1.15, away[Math.floor(away.length * SHOWN_SHARE)] ?? 1) ** 1.08;
  return logarithmic(1 / reach, reach, HEIGHT);
}

function ticksOf(scale: Scale): number[] {
  return spaced(
    CHANGES.map((value) => 1 + value).filter((ratio) => ratio > scale.min && ratio < scale.max),
    (ratio) => scale.share(ratio) * HEIGHT,
    TICK_GAP,
  );
}

function ratioOf(b: number | null, a: number | null): number {
  return a === null || b === null || !(a > 0) || !(b > 0) ? 1 : b / a;
}

function readingOf(share: number, middle: number, all: readonly number[]): string {
  const name = percentileName(Number(share.toPrecision(6)));
  if (all.length === 1) return `${name}  ${change(middle)}`;
  return `${name}  median ${change(middle)}, rounds from ${change(Math.min(...all))} to ${change(Math.max(...all))}`;
}

function shiftTable({ comparison, rounds }: ComparisonView, a: DrawnArm, b: DrawnArm): Markup {
  const [pair] = comparison.pairs;
  return html`<table class="wide num shifts"><caption>${rounds > 1 ? 'Percentiles of all rounds together' : 'The same in numbers'}</caption><thead><tr><th scope="col"><span class="sr">Percentile</span></th><th scope="col">${a.name}</th><th scope="col">${b.name}</th><th scope="col">Shift</th><th scope="col">In proportion</th></tr></thead><tbody>${(
    pair?.shifts ?? []
  ).map(({ percentile, aMs, bMs }) => {
    // What the pair calls a may be either of the two.
    const [ofB, ofA] = pair?.a === b.name ? [aMs, bMs] : [bMs, aMs];
    return html`<tr><th scope="row">p${percentile}</th><td>${ms(ofA)}</td><td>${ms(ofB)}</td><td>${ofB < ofA ? '−' : '+'}${ms(Math.abs(ofB - ofA))}</td><td>${ofA > 0 ? change(ofB / ofA) : '–'}</td></tr>
`;
  })}</tbody></table>`;
}
