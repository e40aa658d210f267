import type { KeptRun } from '../../../history/kept-run.ts';
import { NOTHING } from '../../../text/format.ts';
import { planAndMachineText, revisionOf, rulesOf, verdictOf } from '../../runs-text.ts';
import { dayText } from '../facts.ts';
import { html, type Markup } from '../markup.ts';
import { ms, percent, plainRate, unbroken } from '../numbers.ts';
import { trendCharts } from './charts.ts';
import { standingText, type TrendGroup } from './trend-view.ts';

/** A table with more rows is collapsed. */
const MOST_OPEN_ROWS = 30;

/** The results of one plan on one machine. */
export function groupPanel(group: TrendGroup): Markup {
  const { id, runs, newest } = group;
  const charts = trendCharts(id, runs);
  const table = runsTable(runs);
  return html`<p class="soft">${planAndMachineText(newest)}</p>
<p>${standingText(group)}.${versionsText(runs)}${runs.some(({ isGood }) => !isGood) && charts !== null ? ' A cross is a result that is no measure: failing, stopped, with a part lost, or with a broken rule.' : null}</p>
${charts ?? (isArms(newest) ? html`<p class="soft">Results of several arms have no line: <code>volley report</code> shows each.</p>` : null)}
${runs.length > MOST_OPEN_ROWS ? html`<details class="rows"><summary>All ${runs.length} results in rows</summary>${table}</details>` : table}`;
}

function isArms({ kind }: KeptRun): boolean {
  return kind === 'compare' || kind === 'modes';
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

function runsTable(runs: readonly KeptRun[]): Markup {
  const has = (of: (run: KeptRun) => boolean): boolean => runs.some(of);
  const [hasRevision, hasRules] = [
    has(({ revision }) => revision !== null),
    has(({ rules }) => rules.kept + rules.broken > 0),
  ];
  const head = ['ok', 'p50', '95 %', 'p99', 'failed', ...(hasRules ? ['rules'] : [])];
  return html`<table class="wide cards runs"><caption>The newest first. <code>volley report</code> and <code>volley compare</code> take each by its name.</caption><thead><tr><th scope="col">When</th>${hasRevision ? html`<th scope="col">Revision</th>` : null}${head.map((text) => html`<th scope="col" class="n">${text}</th>`)}<th scope="col">Verdict</th><th scope="col">Name</th></tr></thead><tbody>${runs.map(
    (run) =>
      html`<tr><th scope="row">${dayText(run.startedAt)}</th>${hasRevision ? html`<td data-l="Revision">${revisionOf(run)}${run.branch === null ? null : html` <span class="soft">${run.branch}</span>`}</td>` : null}<td class="n" data-l="ok">${run.throughputPerSecond === null ? NOTHING : plainRate(run.throughputPerSecond)}</td><td class="n" data-l="p50">${time(run, '50', run.p50Ms)}</td><td class="n soft" data-l="95 %">${intervalText(run)}</td><td class="n" data-l="p99">${time(run, '99', run.p99Ms)}</td><td class="n${(run.failedShare ?? 0) > 0 ? ' bad' : ''}" data-l="failed">${run.failedShare === null ? NOTHING : percent(run.failedShare)}</td>${hasRules ? html`<td class="n${run.rules.broken > 0 ? ' bad' : ''}" data-l="rules">${rulesText(run)}</td>` : null}<td data-l="Verdict"${run.isGood ? null : html` class="bad"`}>${verdictOf(run)}</td><td class="long" data-l="Name">${run.name}</td></tr>
`,
  )}</tbody></table>`;
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
