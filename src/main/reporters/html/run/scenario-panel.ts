import type {
  LatencySummary,
  MetricSummary,
  ScenarioRow,
  ScenariosSummary,
} from '../../../../protocol/summary.ts';
import { counted } from '../../../text/format.ts';
import { shortNumeral } from '../../../text/numerals.ts';
import { mostOfCode, placeOfCode } from '../../../text/scenario-code-words.ts';
import { shownReasons } from '../../../text/shown-reasons.ts';
import type { LogX } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { count, failedPercent, ms, percent, unbroken } from '../numbers.ts';
import { axisOf } from './histogram.ts';
import { densitiesOf, extremeText, percentileText } from './latencies.ts';
import { ridge } from './requests.ts';
import type { RunView } from './run-view.ts';
import { underRow } from './under-row.ts';

const LABELS = ['50', '90', '99'];
const DIGITS = 6;
const ITERATION_COLUMNS = 11;
const MOST_ERRORS = 3;
/** Limit on rows, since a browser would have to lay out thousands. */
const MOST_ROWS = 200;

/** Iterations, groups, checks and metrics of users; null without scenarios. */
export function scenarioPanel({ summary: { scenarios } }: RunView): Markup | null {
  if (scenarios === undefined) return null;
  const timed = [...scenarios.scenarios, ...scenarios.groups].flatMap(({ responseMs }) =>
    densitiesOf(responseMs),
  );
  const axis = timed.length === 0 ? null : axisOf(timed);
  return html`${iterations(scenarios, axis)}
${groups(scenarios, axis)}
${checks(scenarios)}
${metrics(scenarios)}
${facts(scenarios).map(
  (fact) => html`<p>${fact}</p>
`,
)}`;
}

function iterations({ scenarios, total }: ScenariosSummary, axis: LogX | null): Markup {
  const rows = scenarios.length > 1 ? [...scenarios, total] : scenarios;
  return html`<table class="wide cards many"><caption>Iterations: what the user waited in one, without think time</caption>
<thead><tr><th scope="col">Scenario</th><th scope="col" class="n">Started</th><th scope="col" class="n">Completed</th><th scope="col" class="n">Failed</th><th scope="col" class="n">Cut off</th><th scope="col" class="n">Dropped</th>${timeHeads()}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row" class="long">${row.name}</th><td class="n" data-l="Started">${count(row.started)}</td><td class="n" data-l="Completed">${count(row.completed)}</td>${failedCell(row.failed, row.started)}<td class="n" data-l="Cut off">${count(row.interrupted)}</td><td class="n${lost(row) > 0 ? ' bad' : ''}" data-l="Dropped">${count(lost(row))}</td>${timeCells(row.responseMs, axis)}</tr>
${row.errors.length === 0 ? null : underRow(ITERATION_COLUMNS, errorsText(row))}`,
  )}</tbody></table>`;
}

/** What iterations failed of, the most frequent first. */
function errorsText({ errors }: ScenarioRow): string {
  const shown = shownReasons(errors, MOST_ERRORS);
  const texts = shown.map(({ kind, code, count: times }) => `${count(times)} × ${kind} (${code})`);
  const left = errors.length - shown.length;
  const more = left > 0 ? `, and ${counted(left, 'more reason')}` : '';
  return unbroken(`${texts.join(', ')}${more}`);
}

/** Iterations that were due but never started. */
function lost({ dropped, notStarted }: ScenarioRow): number {
  return dropped + notStarted;
}

function groups({ groups: all }: ScenariosSummary, axis: LogX | null): Markup | null {
  if (all.length === 0) return null;
  return html`<table class="wide cards"><caption>Groups, without think time${moreText(all.length)}</caption>
<thead><tr><th scope="col">Group</th><th scope="col" class="n">Entered</th><th scope="col" class="n">Failed</th><th scope="col" class="n">Cut off</th>${timeHeads()}</tr></thead>
<tbody>${all.slice(0, MOST_ROWS).map(
    (group) =>
      html`<tr><th scope="row" class="long">${group.name}</th><td class="n" data-l="Entered">${count(group.entered)}</td>${failedCell(group.failed, group.entered)}<td class="n" data-l="Cut off">${count(group.interrupted)}</td>${timeCells(group.responseMs, axis)}</tr>
`,
  )}</tbody></table>`;
}

function checks({ checks: all }: ScenariosSummary): Markup | null {
  if (all.length === 0) return null;
  const worstFirst = all.toSorted((a, b) => b.failed / b.made - a.failed / a.made);
  return html`<table class="wide cards"><caption>Checks${moreText(all.length)}</caption>
<thead><tr><th scope="col">Check</th><th scope="col" class="n">Made</th><th scope="col" class="n">Passed</th><th scope="col" class="n">Failed</th></tr></thead>
<tbody>${worstFirst.slice(0, MOST_ROWS).map(
    ({ name, made, passed, failed }) =>
      html`<tr><th scope="row" class="long">${name}</th><td class="n" data-l="Made">${count(made)}</td><td class="n" data-l="Passed">${count(passed)}</td>${failedCell(failed, made)}</tr>
`,
  )}</tbody></table>`;
}

function metrics({ metrics: all }: ScenariosSummary): Markup | null {
  if (all.length === 0) return null;
  return html`<table class="wide cards"><caption>Metrics of the test</caption>
<thead><tr><th scope="col">Metric</th><th scope="col">Kind</th><th scope="col">Value</th></tr></thead>
<tbody>${all.map(
    (metric) =>
      html`<tr><th scope="row" class="long">${metric.name}</th><td data-l="Kind">${metric.kind}</td><td data-l="Value">${metricText(metric)}</td></tr>
`,
  )}</tbody></table>`;
}

function metricText(metric: MetricSummary): string {
  switch (metric.kind) {
    case 'counter':
      return shortNumeral(metric.count, DIGITS);
    case 'rate':
      return metric.share === null
        ? 'no value'
        : `${percent(metric.share)} (${count(metric.good)} of ${count(metric.of)})`;
    case 'gauge':
      return metric.value === null ? 'no value' : shortNumeral(metric.value, DIGITS);
    case 'trend': {
      const { percentiles, max } = metric.values;
      const parts = LABELS.flatMap((label) => {
        const value = percentiles[label];
        return typeof value === 'number' ? [`p${label} ${shortNumeral(value, DIGITS)}`] : [];
      });
      return max === null ? 'no value' : [...parts, `max ${shortNumeral(max, DIGITS)}`].join(', ');
    }
  }
}

function facts({ users, code, teardownFailure }: ScenariosSummary): string[] {
  const { setupFailures, teardownFailures } = users;
  return [
    `${counted(users.max, 'user')} at once at most, ${counted(users.ever, 'session')}.`,
    ...(code
      ? [
          `The scenarios' own code took ${percent(code.share)} of a worker's event loop${mostOfCode(code)}${
            code.longestOf === null
              ? ''
              : `, up to ${ms(code.longestMs)} at a time ${placeOfCode(code.longestOf.scenario, code.longestOf.after)}`
          }.`,
        ]
      : []),
    ...(setupFailures === null
      ? []
      : [`The setup of ${counted(setupFailures.count, 'user')} failed: ${setupFailures.example}`]),
    ...(teardownFailures === null
      ? []
      : [`The teardown of ${counted(teardownFailures.count, 'user')} failed: ${teardownFailures.example}`]),
    ...(teardownFailure === null ? [] : [teardownFailure]),
  ];
}

function failedCell(failed: number, of: number): Markup {
  return html`<td class="n${failed > 0 ? ' bad' : ''}" data-l="Failed">${count(failed)}${failed > 0 && of > 0 ? ` (${failedPercent(failed / of)})` : null}</td>`;
}

function timeHeads(): Markup {
  return html`<th scope="col" class="shape">Shape</th>${LABELS.map((label) => html`<th scope="col" class="n">p${label}</th>`)}<th scope="col" class="n">Max</th>`;
}

function timeCells(times: LatencySummary, axis: LogX | null): Markup {
  const cells = densitiesOf(times);
  const marks = ['50', '99'].map((label) => times.percentiles[label] ?? null);
  return html`<td class="shape">${axis === null || cells.length === 0 ? null : ridge(cells, axis, marks)}</td>${LABELS.map((label) => html`<td class="n" data-l="p${label}">${percentileText(times, label)}</td>`)}<td class="n" data-l="Max">${extremeText(times, times.max)}</td>`;
}

function moreText(all: number): string {
  return all > MOST_ROWS ? `; ${count(all - MOST_ROWS)} more are in the JSON` : '';
}
