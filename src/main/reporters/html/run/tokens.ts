import { STREAM_TIMES } from '../../../../protocol/stream.ts';
import { shownKinds, streamFacts } from '../../stream-text.ts';
import { html, type Markup } from '../markup.ts';
import { ms, unbroken } from '../numbers.ts';
import { axisOf } from './histogram.ts';
import { densitiesOf, percentileText } from './latencies.ts';
import { ridge } from './requests.ts';
import type { RunView } from './run-view.ts';

const LABELS = ['50', '90', '99'];
/** Gaps within one read would stretch the logarithmic axis; a sentence gives their share instead. */
const DRAWN_FROM_MS = 0.01;

/** First token, gaps, speed and goodput of streamed answers; null without streams. */
export function tokensPanel({ summary: { streams } }: RunView): Markup | null {
  if (!streams) return null;
  const rows = shownKinds(streams).map((kind) => ({
    kind,
    times: streams.timesMs[kind],
    cells: densitiesOf(streams.timesMs[kind]).filter(({ fromMs }) => fromMs >= DRAWN_FROM_MS),
  }));
  const all = rows.flatMap(({ cells }) => cells);
  const axis = all.length === 0 ? null : axisOf(all);
  const shared = axis === null ? '' : `; all shapes share one axis, ${ms(axis.min)} to ${ms(axis.max)}`;
  const table = html`<table class="wide cards"><caption>Times of the tokens of complete answers${shared}</caption>
<thead><tr><th scope="col">Time</th><th scope="col" class="shape">Shape</th><th scope="col" class="n">Mean</th>${LABELS.map((label) => html`<th scope="col" class="n">p${label}</th>`)}<th scope="col" class="n">Max</th></tr></thead>
<tbody>${rows.map(
    ({ kind, times, cells }) =>
      html`<tr><th scope="row" class="long">${STREAM_TIMES[kind].label}<span class="url">${STREAM_TIMES[kind].means}</span></th><td class="shape">${
        axis === null || cells.length === 0
          ? null
          : ridge(
              cells,
              axis,
              ['50', '99'].map((label) => times.percentiles[label] ?? null),
            )
      }</td><td class="n" data-l="Mean">${ms(times.mean)}</td>${LABELS.map((label) => html`<td class="n" data-l="p${label}">${percentileText(times, label)}</td>`)}<td class="n" data-l="Max">${ms(times.max)}</td></tr>
`,
  )}</tbody></table>`;
  return html`${rows.length === 0 ? null : table}
${streamFacts(streams).map(
  (fact) => html`<p>${unbroken(fact)}.</p>
`,
)}`;
}
