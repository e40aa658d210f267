import { quantileOfCells, type UsedCell, usedCells } from '../../../../metrics/packed-cells.ts';
import { median } from '../../../collect/statistics.ts';
import { ladder, ninesAxis, percentileName } from '../charts/nines-axis.ts';
import { line, type Point, pathOf } from '../charts/path.ts';
import { figure, plot, xAxis } from '../charts/plot.ts';
import { CURVE, FINE, logarithmic, type Scale, spaced } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { change, plainChange } from '../numbers.ts';
import { FINE_CELLS } from '../run/latencies.ts';
import type { ComparisonView, DrawnArm } from './comparison-view.ts';
import { shiftTable } from './shift-table.ts';

const HEIGHT = 230;
const POINTS = 50;
/** A percentile is drawn if at least this many values lie beyond it. */
const FEWEST_BEYOND = 5;
const CHANGES = [0, -0.5, 1, -0.75, 3, -0.25, 0.25, 0.5, -0.1, 0.1, -0.9, 9];
const TICK_GAP = 17;
/** A round that deviates strongly is cut off, so that it does not flatten the picture. */
const SHOWN_SHARE = 0.85;

/** The ratio of an arm to the first one at each percentile: in every round, and the median of these. */
interface Shift {
  readonly arm: DrawnArm;
  readonly rounds: readonly (readonly number[])[];
  readonly middle: readonly number[];
}

/** How much longer or shorter latencies of the other arms are than the first one's, at each percentile. */
export function shiftPanel(view: ComparisonView): Markup | null {
  const [first, ...others] = view.arms;
  if (first === undefined || others.length === 0) return null;
  const chart = shiftChart(view, first, others);
  const table = shiftTable(view);
  if (chart === null && table === null) return null;
  return html`<p class="soft">${aboutText(view, first, others, chart !== null)}</p>
<div class="${others.length > 1 ? 'one-each' : 'wideleft'}">${chart}${table}</div>`;
}

function aboutText(
  { rounds }: ComparisonView,
  first: DrawnArm,
  others: readonly DrawnArm[],
  hasChart: boolean,
): string {
  const [only] = others;
  const what =
    others.length === 1
      ? `how much longer or shorter ${only?.name} is`
      : `how much longer or shorter each of the others is than ${first.name}`;
  const one = others.length === 1 ? 'the thick one is' : 'a thick one is';
  return `At each percentile, ${what}${rounds > 1 && hasChart ? `: thin lines are single rounds, ${one} their median. Where thin lines ${others.length === 1 ? '' : 'of an arm '}lie on both sides of “same”, the rounds do not agree.` : '.'}`;
}

function shiftChart(view: ComparisonView, first: DrawnArm, others: readonly DrawnArm[]): Markup | null {
  const { headline, rounds, comparison } = view;
  const cellsOf = ({ arm }: DrawnArm): (readonly UsedCell[])[] =>
    arm.rounds.slice(0, rounds).map((round) => usedCells(round.latencyMs[headline].cells ?? [], FINE_CELLS));
  const ofFirst = cellsOf(first);
  const ofOthers = others.map(cellsOf);
  const sizes = [ofFirst, ...ofOthers]
    .flat()
    .map((cells) => cells.reduce((sum, { count }) => sum + count, 0));
  const fewest = Math.min(...sizes) / FEWEST_BEYOND;
  if (fewest < 2) return null;
  const axis = ninesAxis(fewest);
  const read = ladder(fewest);
  const shares = drawnShares(fewest, read);
  const shifts = others.map((arm, index) => shiftOf(arm, ofFirst, ofOthers[index] ?? [], shares));
  const scale = scaleOf(shifts);
  const curve = (ratios: readonly number[]): string =>
    pathOf(ratios.map((ratio, index): Point => [axis.at(shares[index] ?? 0) * CURVE, scale.y(ratio)]));
  const { margin } = comparison;
  const isMany = others.length > 1;
  const colourOf = ({ arm }: Shift): string => (isMany ? arm.colour : 'ink');
  const who = isMany ? '' : `${others[0]?.name} `;
  return figure({
    id: 'shift-chart',
    name: isMany ? `Each ÷ ${first.name} at each percentile` : `${who}÷ ${first.name} at each percentile`,
    what: `${headline} time`,
    keys: isMany ? others.map(({ colour, name }) => [colour, name]) : [],
    points: read.map((share) => [
      Number(axis.at(share).toFixed(4)),
      `${percentileName(share)}  ${shifts.map((shift) => readingOf(shift, shares.indexOf(share), isMany)).join('  ')}`,
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
        rounds > 1
          ? shifts.map((shift) =>
              shift.rounds.map((ratios) => line(`ln ${colourOf(shift)} faint`, curve(ratios))),
            )
          : null,
        shifts.map((shift) => line(`ln ${colourOf(shift)}${isMany ? ' p50' : ''}`, curve(shift.middle))),
      ],
      over: html`<b class="nm side" style="top:8px">${who}longer</b><b class="nm side" style="top:calc(var(--h) - 8px)">${who}shorter</b>`,
    })}${xAxis(axis.ticks)}`,
  });
}

/** Evenly over the axis, and those that are read. */
function drawnShares(fewest: number, read: readonly number[]): number[] {
  const even = Array.from(
    { length: POINTS },
    (_, index) => 1 - 10 ** (-((index + 1) / POINTS) * Math.log10(fewest)),
  );
  return [...new Set([...even, ...read])].sort((a, b) => a - b);
}

function shiftOf(
  arm: DrawnArm,
  ofFirst: readonly (readonly UsedCell[])[],
  ofArm: readonly (readonly UsedCell[])[],
  shares: readonly number[],
): Shift {
  const rounds = ofFirst.map((cells, round) =>
    shares.map((share) => ratioOf(quantileOfCells(ofArm[round] ?? [], share), quantileOfCells(cells, share))),
  );
  const middle = shares.map((_, index) =>
    Math.exp(median(rounds.map((ratios) => Math.log(ratios[index] ?? 1)))),
  );
  return { arm, rounds, middle };
}

/** Symmetric, so that half and double look alike, and wide enough for each arm. */
function scaleOf(shifts: readonly Shift[]): Scale {
  const reaches = shifts.map(({ rounds }) => {
    const away = rounds.flat().map((ratio) => (ratio < 1 ? 1 / ratio : ratio));
    return away.sort((x, y) => x - y)[Math.floor(away.length * SHOWN_SHARE)] ?? 1;
  });
  const reach = Math.max(1.15, ...reaches) ** 1.08;
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

function readingOf({ arm, rounds, middle }: Shift, index: number, isMany: boolean): string {
  const now = change(middle[index] ?? 1);
  if (isMany) return `${arm.name} ${now}`;
  const all = rounds.map((ratios) => ratios[index] ?? 1);
  if (all.length === 1) return now;
  return `median ${now}, rounds from ${change(Math.min(...all))} to ${change(Math.max(...all))}`;
}
