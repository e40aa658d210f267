import type { Arm } from '../../../../protocol/comparison.ts';
import { METRICS, type Metric } from '../../../../protocol/comparison-finding.ts';
import { median } from '../../../collect/statistics.ts';
import { formatBytes, NOTHING } from '../../../text/format.ts';
import { CURVE, FINE, linear } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { count, failedPercent, ms, unbroken } from '../numbers.ts';
import { axisOf } from '../run/histogram.ts';
import { densitiesOf } from '../run/latencies.ts';
import { ridge } from '../run/requests.ts';
import { type ComparisonView, metricOf, metricText, metricTitle } from './comparison-view.ts';

const STRIP_HEIGHT = 14;
const SHOWN: readonly Metric[] = ['throughput', 'p50', 'p99', 'cpu'];

/** A row per arm with the shape of its latencies; for repeats, a row per figure; null for two arms, which the forest covers. */
export function armsPanel(view: ComparisonView): Markup | null {
  if (view.comparison.kind === 'repeat') return levels(view);
  if (view.arms.length <= 2) return null;
  const rows = view.arms.map(({ arm, colour, packed }) => ({
    ...{ arm, colour },
    cells: densitiesOf({ cells: packed ?? [] }),
  }));
  const all = rows.flatMap(({ cells }) => cells);
  const axis = all.length === 0 ? null : axisOf(all);
  return html`<table class="wide cards"><caption>Medians of ${count(view.rounds)} rounds of each${axis === null ? null : `; all shapes share one axis, ${ms(axis.min)} to ${ms(axis.max)}`}</caption>
<thead><tr><th scope="col">Arm</th><th scope="col" class="n">Workers</th>${SHOWN.map((metric) => html`<th scope="col" class="n">${metricTitle(metric)}</th>`)}<th scope="col" class="n">Failed</th><th scope="col" class="n">Memory</th>${axis === null ? null : html`<th scope="col" class="shape">Shape</th>`}</tr></thead>
<tbody>${rows.map(
    ({ arm, colour, cells }) =>
      html`<tr><th scope="row"><span class="swatch c-${colour}">${arm.name}</span></th><td class="n" data-l="Workers">${count(arm.workers)}</td>${SHOWN.map((metric) => html`<td class="n" data-l="${metricTitle(metric)}">${levelText(arm, metric)}</td>`)}<td class="n${(arm.failures?.failed ?? 0) > 0 ? ' bad' : ''}" data-l="Failed">${arm.failures === undefined ? NOTHING : failedPercent(arm.failures.share)}</td><td class="n" data-l="Memory">${unbroken(formatBytes(median(arm.rounds.map(({ cost }) => cost.peakMemoryBytes))))}</td>${axis === null ? null : html`<td class="shape">${ridge(cells, axis)}</td>`}</tr>
`,
  )}</tbody></table>`;
}

function levelText({ figures }: Arm, metric: Metric): string {
  const level = figures[metric];
  return level === undefined ? NOTHING : metricText(metric, level.median);
}

/** Each figure over the rounds: its median, the interval of that, and every round. */
function levels({ comparison, rounds }: ComparisonView): Markup | null {
  const [arm] = comparison.arms;
  if (arm === undefined) return null;
  return html`<table class="wide levels"><caption>Each figure over ${count(rounds)} rounds: a dot for each, the line is the 95\u00a0% interval of their middle</caption>
<thead><tr><th scope="col">Figure</th><th scope="col" class="n">Median</th><th scope="col" class="n iv">95\u00a0%</th><th scope="col" class="n">Least</th><th scope="col" class="f"><span class="sr">Rounds on an axis from 0</span></th><th scope="col" class="n">Most</th></tr></thead>
<tbody>${METRICS.map((metric) => {
    const values = arm.rounds.flatMap((round) => metricOf(metric, round) ?? []);
    const level = arm.figures[metric];
    if (values.length === 0 || level === undefined) return null;
    const text = (value: number): string => metricText(metric, value);
    return html`<tr><th scope="row">${metricTitle(metric)}</th><td class="n"><b>${text(level.median)}</b></td><td class="n iv soft">${level.low === null || level.high === null ? 'none' : `${text(level.low)} – ${text(level.high)}`}</td><td class="n">${text(Math.min(...values))}</td><td class="f">${strip(values, level)}</td><td class="n">${text(Math.max(...values))}</td></tr>
`;
  })}</tbody></table>`;
}

/** From 0 to the largest value, so that small differences look small. */
function strip(
  values: readonly number[],
  { low, high }: { readonly low: number | null; readonly high: number | null },
): Markup {
  const scale = linear(Math.max(...values) * 1.02, STRIP_HEIGHT);
  const x = (value: number): number => Math.round((1 - scale.share(value)) * CURVE);
  const middle = (STRIP_HEIGHT * FINE) / 2;
  const dots = values.map((value) => `M${x(value)} ${middle}h0`).join('');
  return html`<svg class="strip" viewBox="0 0 ${CURVE} ${STRIP_HEIGHT * FINE}" preserveAspectRatio="none" aria-hidden="true"><path class="track" d="M0 ${middle}H${CURVE}"/>${low === null || high === null ? null : html`<path class="ci clear" d="M${x(low)} ${middle}H${x(high)}"/>`}<path class="each" d="${dots}"/></svg>`;
}
