import { EVENT_TIME_KINDS, EVENT_TIMES } from '../../../../protocol/event-times.ts';
import { LATENCIES, LATENCY_KINDS, type LatencyKind } from '../../../../protocol/latency.ts';
import type { Summary } from '../../../../protocol/summary.ts';
import { counted } from '../../../text/format.ts';
import { html, type Markup } from '../markup.ts';
import { count } from '../numbers.ts';
import { curveFigure } from './curve.ts';
import { histogramFigure } from './histogram.ts';
import { boundText, extremeText, intervalText, MEANINGS, percentileText, titleOf } from './latencies.ts';
import { isOpenModel, type RunView } from './run-view.ts';

export function distributionPanel(view: RunView): Markup | null {
  const { summary } = view;
  if (summary.latencyMs.response.count === 0) return null;
  const hasCells = (summary.latencyMs[summary.latencyMs.headline].cells ?? []).length > 0;
  return html`${hasCells ? html`<div class="two">${histogramFigure(view)}${curveFigure(view)}</div>` : null}
${latencyTable(view)}
${eventTable(summary)}
${terms(summary)}`;
}

function latencyTable({ summary, leading }: RunView): Markup {
  const { latencyMs } = summary;
  const headline = latencyMs[latencyMs.headline];
  const kinds = shownKinds(summary, leading);
  const labels = Object.keys(headline.percentiles);
  const rows: (readonly [name: string, of: (kind: LatencyKind) => string, label?: string])[] = [
    ['min', (kind) => boundText(latencyMs[kind].min, latencyMs[kind].atLeast.includes('min'))],
    ...labels.map(
      (label) => [`p${label}`, (kind: LatencyKind) => percentileText(latencyMs[kind], label), label] as const,
    ),
    ['max', (kind) => extremeText(latencyMs[kind], latencyMs[kind].max)],
    ['mean', (kind) => extremeText(latencyMs[kind], latencyMs[kind].mean)],
  ];
  const hasInterval = (kind: LatencyKind): boolean =>
    kind === latencyMs.headline &&
    Object.values(latencyMs.intervals ?? {}).some((interval) => interval !== null);
  const bounds =
    headline.censored > 0
      ? `; ≥ is a lower bound, since ${count(headline.censored)} had no complete answer in time`
      : '';
  return html`<table class="wide lat"><caption>Latencies of ${counted(headline.count, 'request')}${bounds}</caption>
<thead><tr><th scope="col"><span class="sr">Figure</span></th>${kinds.map(
    (kind) =>
      html`<th scope="col" class="n">${titleOf(kind)}</th>${hasInterval(kind) ? html`<th scope="col" class="n iv">its 95\u00a0% interval</th>` : null}`,
  )}</tr></thead>
<tbody>${rows.map(
    ([name, textOf, label]) =>
      html`<tr><th scope="row">${name}</th>${kinds.map(
        (kind) =>
          html`<td class="n">${textOf(kind)}</td>${
            hasInterval(kind)
              ? html`<td class="n iv soft">${label === undefined ? null : intervalText(latencyMs.intervals?.[label])}</td>`
              : null
          }`,
      )}</tr>
`,
  )}</tbody></table>`;
}

/** How long making connections took; null if none was made, or for a result too old to have these times. */
function eventTable({ eventTimesMs }: Summary): Markup | null {
  const kinds = EVENT_TIME_KINDS.filter((kind) => (eventTimesMs?.[kind]?.count ?? 0) > 0);
  if (eventTimesMs === undefined || kinds.length === 0) return null;
  return html`<table class="wide num"><caption>Connections that were made, those of the warm-up too</caption><thead><tr><th scope="col"><span class="sr">Time</span></th><th scope="col">Made</th><th scope="col">p50</th><th scope="col">p99</th><th scope="col">max</th><th scope="col">mean</th></tr></thead><tbody>${kinds.map(
    (kind) => {
      const { label } = EVENT_TIMES[kind];
      const times = eventTimesMs[kind];
      return html`<tr><th scope="row">${label.charAt(0).toUpperCase() + label.slice(1)}</th><td>${count(times.count)}</td><td>${percentileText(times, '50')}</td><td>${percentileText(times, '99')}</td><td>${extremeText(times, times.max)}</td><td>${extremeText(times, times.mean)}</td></tr>
`;
    },
  )}</tbody></table>`;
}

/** The two leading latencies first; those that only the open model has are left out in the closed model. */
function shownKinds(summary: Summary, leading: RunView['leading']): LatencyKind[] {
  const rest = LATENCY_KINDS.filter((kind) => kind !== 'response' && kind !== 'service');
  return [...leading, ...rest].filter(
    (kind) =>
      summary.latencyMs[kind].count > 0 && (isOpenModel(summary) || !('onlyInOpenModel' in LATENCIES[kind])),
  );
}

function terms({ latencyMs, eventTimesMs }: Summary): Markup {
  const known = LATENCY_KINDS.filter((kind) => latencyMs[kind].count > 0);
  return html`<details class="terms"><summary>What these latencies are</summary><dl>${known.map(
    (kind) => html`<dt>${titleOf(kind)}</dt><dd>${MEANINGS[kind]}</dd>`,
  )}${EVENT_TIME_KINDS.filter((kind) => (eventTimesMs?.[kind]?.count ?? 0) > 0).map(
    (kind) => html`<dt>${EVENT_TIMES[kind].label}</dt><dd>${EVENT_TIMES[kind].means}</dd>`,
  )}<dt>Percentile</dt><dd>the smallest measured value with at least that share of all values at or below it; computed once from all workers, never averaged; a dash where the sample is too small</dd><dt>95\u00a0%</dt><dd>where the true percentile lies, from this one run; a stall counts as the one event that it is. What differs between runs is not in it.</dd></dl></details>`;
}
