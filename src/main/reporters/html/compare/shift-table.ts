import { quantileOfCells } from '../../../../metrics/packed-cells.ts';
import type { QuantileShift } from '../../../../protocol/comparison.ts';
import { NOTHING } from '../../../text/format.ts';
import { html, type Markup } from '../markup.ts';
import { change, ms } from '../numbers.ts';
import { type ComparisonView, type DrawnArm, twoArms } from './comparison-view.ts';

const PERCENTILES = [50, 75, 90, 95, 99, 99.9];
/** A percentile is shown if at least this many values lie beyond it. */
const FEWEST_BEYOND = 5;

/** The drawn shifts in numbers; null if a result has none. */
export function shiftTable(view: ComparisonView): Markup | null {
  const two = twoArms(view);
  if (two === null) return tableOfMany(view);
  return two.pair.shifts.length === 0 ? null : tableOfTwo(view, two.a, two.b);
}

function tableOfTwo({ comparison, rounds }: ComparisonView, a: DrawnArm, b: DrawnArm): Markup {
  const [pair] = comparison.pairs;
  const shifts = pair?.shifts ?? [];
  const hasIntervals = shifts.some(({ low }) => typeof low === 'number');
  return html`<table class="wide num shifts">${captionOf(rounds)}<thead><tr><th scope="col"><span class="sr">Percentile</span></th><th scope="col">${a.name}</th><th scope="col">${b.name}</th><th scope="col" class="opt">Shift</th><th scope="col">In proportion</th>${hasIntervals ? html`<th scope="col">95\u00a0% by round</th>` : null}</tr></thead><tbody>${shifts.map(
    (shift) => {
      const { percentile, aMs, bMs } = shift;
      // The pair's a may be either of the two arms.
      const isOfB = pair?.a === b.name;
      const [ofB, ofA] = isOfB ? [aMs, bMs] : [bMs, aMs];
      return html`<tr><th scope="row">p${percentile}</th><td>${ms(ofA)}</td><td>${ms(ofB)}</td><td class="opt">${ofB < ofA ? '−' : '+'}${ms(Math.abs(ofB - ofA))}</td><td>${ofA > 0 ? change(ofB / ofA) : '–'}</td>${hasIntervals ? html`<td class="soft">${intervalOf(shift, isOfB)}</td>` : null}</tr>
`;
    },
  )}</tbody></table>`;
}

/** The interval of a ratio, or of its reciprocal. */
function intervalOf({ low, high }: QuantileShift, isAsWritten: boolean): string {
  if (typeof low !== 'number' || typeof high !== 'number') return NOTHING;
  return isAsWritten ? `${change(low)} … ${change(high)}` : `${change(1 / high)} … ${change(1 / low)}`;
}

/** A row per arm: its times, and their change from the first arm's. */
function tableOfMany({ arms, rounds }: ComparisonView): Markup | null {
  const [first] = arms;
  const sizes = arms.map(({ cells }) => cells.reduce((sum, { count }) => sum + count, 0));
  const shown = PERCENTILES.filter(
    (percentile) => Math.min(...sizes) * (1 - percentile / 100) >= FEWEST_BEYOND,
  );
  if (first === undefined || shown.length === 0) return null;
  const firstMs = shown.map((percentile) => quantileOfCells(first.cells, percentile / 100));
  return html`<table class="wide cards shifts">${captionOf(rounds)}<thead><tr><th scope="col">Arm</th>${shown.map((percentile) => html`<th scope="col" class="n">p${percentile}</th>`)}</tr></thead><tbody>${arms.map(
    ({ name, colour, cells }) =>
      html`<tr><th scope="row"><span class="swatch c-${colour}">${name}</span></th>${shown.map(
        (percentile, index) => {
          const valueMs = quantileOfCells(cells, percentile / 100);
          return html`<td class="n" data-l="p${percentile}">${ms(valueMs)}${cells === first.cells ? null : html` <span class="soft">${changeFrom(firstMs[index] ?? null, valueMs)}</span>`}</td>`;
        },
      )}</tr>
`,
  )}</tbody></table>`;
}

function captionOf(rounds: number): Markup {
  return html`<caption>${rounds > 1 ? 'Percentiles of all rounds together' : 'The same in numbers'}</caption>`;
}

function changeFrom(firstMs: number | null, valueMs: number | null): string {
  return firstMs === null || valueMs === null || !(firstMs > 0) ? '–' : change(valueMs / firstMs);
}
