import { errorRateOf, notOkOf } from '../../../../protocol/report.ts';
import { MOST_PLACES_OF_A_NAME } from '../../../../protocol/scenario.ts';
import type { MixRow } from '../../../../protocol/summary.ts';
import { NOTHING } from '../../../text/format.ts';
import { filled, line, outline, pathOf } from '../charts/path.ts';
import { CURVE, type LogX, linear } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { count, failedPercent, ms } from '../numbers.ts';
import { axisOf } from './histogram.ts';
import { type Density, densitiesOf, extremeText, percentileText } from './latencies.ts';
import type { RunView } from './run-view.ts';

/** Limit on rows, since a browser would have to lay out thousands; the worst requests come first. */
const MOST_ROWS = 200;
const SHAPE_HEIGHT = 26;
const MARKED = ['50', '99'];

/** A row per request of the mix, with the shape of its latencies. */
export function requestsPanel({ summary: { mix = [], latencyMs } }: RunView): Markup | null {
  if (mix.length === 0) return null;
  const ranked = mix.length <= MOST_ROWS ? mix : mix.toSorted(worstFirst);
  const rows = ranked.slice(0, MOST_ROWS).map((row) => ({ row, cells: densitiesOf(row.latencyMs) }));
  const all = rows.flatMap(({ cells }) => cells);
  const axis = all.length === 0 ? null : axisOf(all);
  const labels = ['50', '90', '99'].filter((label) =>
    rows.some(({ row }) => row.latencyMs.percentiles[label] !== undefined),
  );
  return html`<table class="wide cards"><caption>${latencyMs.headline === 'response' ? 'Response' : 'Service'} time of each request${
    axis === null ? null : `; all shapes share one axis, ${ms(axis.min)} to ${ms(axis.max)}`
  }${
    mix.length > MOST_ROWS
      ? `; the ${MOST_ROWS} that failed most and were slowest, ${count(mix.length - MOST_ROWS)} more are in the JSON`
      : null
  }</caption>
<thead><tr><th scope="col">Request</th><th scope="col" class="n">Sent</th><th scope="col" class="n">Failed</th><th scope="col" class="shape">Shape</th>${labels.map((label) => html`<th scope="col" class="n">p${label}</th>`)}<th scope="col" class="n">Max</th></tr></thead>
<tbody>${rows.map(
    ({ row, cells }) =>
      html`<tr><th scope="row" class="long">${row.name}<span class="url">${placeText(row)}</span></th><td class="n" data-l="Sent">${count(row.sent)}</td><td class="n${notOkOf(row) > 0 ? ' bad' : ''}" data-l="Failed">${failedText(row)}</td><td class="shape">${
        axis === null
          ? null
          : ridge(
              cells,
              axis,
              MARKED.map((label) => row.latencyMs.percentiles[label] ?? null),
            )
      }</td>${labels.map((label) => html`<td class="n" data-l="p${label}">${percentileText(row.latencyMs, label)}</td>`)}<td class="n" data-l="Max">${extremeText(row.latencyMs, row.latencyMs.max)}</td></tr>
`,
  )}</tbody></table>`;
}

/** Where it went; of requests that share a name, in how many places. */
function placeText({ method, url, places }: MixRow): string {
  if (places === undefined) return `${method} ${url}`.trim();
  const number = places < MOST_PLACES_OF_A_NAME ? count(places) : `${count(places)} or more`;
  const what = method === '' ? 'methods and URLs' : `${method} of ${number} URLs`;
  const all = method === '' ? `${number} ${what}` : what;
  return url === '' ? `${all} at several hosts` : `${all} at ${url}`;
}

function worstFirst(a: MixRow, b: MixRow): number {
  const slowness = ({ latencyMs }: MixRow): number => latencyMs.percentiles['99'] ?? latencyMs.max ?? 0;
  return (errorRateOf(b) ?? 0) - (errorRateOf(a) ?? 0) || slowness(b) - slowness(a);
}

function failedText(row: MixRow): string {
  const share = errorRateOf(row);
  return share === null ? NOTHING : failedPercent(share);
}

/** A distribution as a small chart in a table, with percentiles as ticks. */
export function ridge(
  cells: readonly Density[],
  axis: LogX,
  marksMs: readonly (number | null)[] = [],
): Markup | null {
  if (cells.length === 0) return null;
  const scale = linear(Math.max(...cells.map(({ density }) => density)), SHAPE_HEIGHT);
  const d = pathOf(outline(cells, axis.x, scale));
  const base = scale.y(0);
  const ticks = marksMs.map((valueMs) => (valueMs === null ? '' : `M${axis.x(valueMs)} ${base}v8`)).join('');
  return html`<svg class="ridge" viewBox="0 0 ${CURVE} ${base + 8}" preserveAspectRatio="none" aria-hidden="true">${filled('a', d)}${line('grid', `M0 ${base}H${CURVE}`)}${line('pct', ticks)}</svg>`;
}
