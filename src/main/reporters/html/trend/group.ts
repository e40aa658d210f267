import type { KeptRun } from '../../../history/kept-run.ts';
import { NOTHING } from '../../../text/format.ts';
import { planAndMachineText, revisionOf, rulesOf, verdictOf } from '../../runs-text.ts';
import { dayText } from '../facts.ts';
import { html, type Markup, type Shown } from '../markup.ts';
import { failedPercent, ms, plainRate, unbroken } from '../numbers.ts';
import { neverFailed, trendCharts } from './charts.ts';
import { hasSeveralArms, standingText, type TrendGroup } from './trend-view.ts';

/** A table with more rows is collapsed. */
const MOST_OPEN_ROWS = 30;

/** The results of one plan on one machine. */
export function groupPanel(group: TrendGroup): Markup {
  const { id, runs, newest } = group;
  const charts = trendCharts(id, runs);
  const table = runsTable(runs);
  return html`<p class="soft">${planAndMachineText(newest)}</p>
${hasSeveralArms(newest) && group.standing.outcome === 'too-few' ? null : html`<p>${standingText(group)}.${versionsText(runs)}${charts !== null && neverFailed(runs) ? ' No request failed in any of them.' : null}${runs.some(({ isGood }) => !isGood) && charts !== null ? ' A cross is a result that does not count: failing, stopped, incomplete, or with a broken rule.' : null}</p>`}
${charts ?? (hasSeveralArms(newest) ? html`<p class="soft">Results of several arms have no line: <code>volley report</code> shows each.</p>` : null)}
${runs.length > MOST_OPEN_ROWS ? html`<details class="rows"><summary>All ${runs.length} results in rows</summary>${table}</details>` : table}`;
}

/** Names changes of volley's or Node's version, which may themselves cause a step. */
function versionsText(runs: readonly KeptRun[]): string {
  const versions = (of: (run: KeptRun) => string): string[] => [...new Set(runs.map(of))].toReversed();
  const changed = [
    ...several(
      'volley',
      versions(({ tool }) => tool.version),
    ),
    ...several(
      'Node',
      versions(({ tool }) => tool.node),
    ),
  ];
  return changed.length === 0
    ? ''
    : ` Measured with ${changed.join(' and ')}: a step where that changed may be its own.`;
}

function several(name: string, versions: readonly string[]): string[] {
  return versions.length < 2 ? [] : [`${name} ${versions.join(', ')}`];
}

/** A column; it is left out if no result has anything for it. */
interface Column {
  readonly heading: string;
  readonly className?: string;
  cell(run: KeptRun): Shown;
  isBad?(run: KeptRun): boolean;
  isIn?(run: KeptRun): boolean;
}

const COLUMNS: readonly Column[] = [
  {
    heading: 'Revision',
    className: 'twice',
    cell: (run) =>
      html`${revisionOf(run)}${run.branch === null ? null : html` <span class="soft">${run.branch}</span>`}`,
    isIn: ({ revision }) => revision !== null,
  },
  {
    heading: 'ok',
    className: 'n',
    cell: ({ throughputPerSecond }) =>
      throughputPerSecond === null ? NOTHING : plainRate(throughputPerSecond),
    isIn: ({ throughputPerSecond }) => throughputPerSecond !== null,
  },
  {
    heading: 'p50',
    className: 'n',
    cell: (run) => time(run, '50', run.p50Ms),
    isIn: ({ p50Ms }) => p50Ms !== null,
  },
  {
    heading: '95 %',
    className: 'n soft',
    cell: intervalText,
    isIn: ({ p50Interval }) => p50Interval !== null,
  },
  {
    heading: 'p99',
    className: 'n',
    cell: (run) => time(run, '99', run.p99Ms),
    isIn: ({ p99Ms }) => p99Ms !== null,
  },
  {
    heading: 'failed',
    className: 'n',
    cell: ({ failedShare }) => (failedShare === null ? NOTHING : failedPercent(failedShare)),
    isBad: ({ failedShare }) => (failedShare ?? 0) > 0,
    isIn: ({ failedShare }) => failedShare !== null,
  },
  {
    heading: 'rules',
    className: 'n',
    cell: rulesText,
    isBad: ({ rules }) => rules.broken > 0,
    isIn: ({ rules }) => rules.kept + rules.broken > 0,
  },
  {
    heading: 'Verdict',
    cell: verdictOf,
    isBad: ({ verdict, interrupted, degraded }) => verdict === 'failing' || interrupted || degraded,
  },
  { heading: 'Name', className: 'whole', cell: ({ name }) => name },
];

function runsTable(runs: readonly KeptRun[]): Markup {
  const columns = COLUMNS.filter(({ isIn }) => isIn === undefined || runs.some(isIn));
  return html`<table class="wide cards runs"><caption>The newest first. <code>volley report</code> and <code>volley compare</code> take each by its name.</caption><thead><tr><th scope="col">When</th>${columns.map(({ heading, className }) => html`<th scope="col"${className?.startsWith('n') === true ? html` class="n"` : null}>${heading}</th>`)}</tr></thead><tbody>${runs.map(
    (run) =>
      html`<tr><th scope="row">${dayText(run.startedAt)}</th>${columns.map((column) => cellOf(column, run))}</tr>
`,
  )}</tbody></table>`;
}

function cellOf({ heading, className, cell, isBad }: Column, run: KeptRun): Markup {
  const names = [...(className === undefined ? [] : [className]), ...(isBad?.(run) === true ? ['bad'] : [])];
  return html`<td${names.length === 0 ? null : html` class="${names.join(' ')}"`} data-l="${heading}">${cell(run)}</td>`;
}

function time({ atLeast }: KeptRun, percentile: string, valueMs: number | null): string {
  return `${atLeast.includes(percentile) ? '≥\u00a0' : ''}${ms(valueMs)}`;
}

/** The broken rules as they were written, each once over several rounds. */
function rulesText({ rules, brokenRules }: KeptRun): Markup | string {
  return brokenRules.length === 0
    ? rulesOf(rules)
    : html`✗ ${brokenRules.map((rule, index) => html`${index > 0 ? ', ' : null}<code>${rule}</code>`)}`;
}

/** The interval of p50; an unknown end is left open. */
function intervalText({ p50Interval }: KeptRun): string {
  if (p50Interval === null) return NOTHING;
  const { low, high } = p50Interval;
  return unbroken(`${low === null ? '' : ms(low)} – ${high === null ? '' : ms(high)}`.trim());
}
