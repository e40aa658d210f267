import type { CodeShare } from '../../protocol/scenario.ts';
import type { MetricSummary, ScenarioRow, ScenariosSummary, Summary } from '../../protocol/summary.ts';
import { extremeText, percentileText } from '../text/bound-text.ts';
import { cutApart, cutToCells } from '../text/cell-width.ts';
import { beforeExample, iterationFailedAs } from '../text/failure-words.ts';
import { counted, formatCount, formatMs, formatPercent, NOTHING, shareText } from '../text/format.ts';
import { shortNumeral } from '../text/numerals.ts';
import { mostOfCode, placeOfCode } from '../text/scenario-code-words.ts';
import { shownReasonsOfAll } from '../text/shown-reasons.ts';
import { LABEL_WIDTH, rows } from './labelled-rows.ts';
import { namesFitted, renderPlainTable, type Table } from './table.ts';
import type { View } from './view.ts';
import { wrappedUpTo } from './wrap.ts';

const PREFERRED = ['50', '90', '95', '99'];
const MOST_ROWS = 12;
const MOST_ERRORS = 5;
const MOST_LINES_OF_AN_ERROR = 3;
const NAME_WIDTH = 34;
const DIGITS = 6;
/** Columns that are left out in this order where there is no room. */
const SCENARIO_LESS_IMPORTANT = ['p90', 'completed', 'p95', 'p50', 'started'];
const GROUP_LESS_IMPORTANT = ['p90', 'p95', 'entered', 'p50', 'max'];

/** What users did, in the order of a reader's questions: iterations and their times, then the details. */
export function scenarioLines({ scenarios, thresholds }: Summary, { width, paint }: View): string[] {
  if (scenarios === undefined) return [];
  const { total, checks } = scenarios;
  const failing = checks.filter(({ failed }) => failed > 0);
  return [
    ...rows('iterations', countsText(total), width),
    ...errorLines(scenarios, thresholds, width).map((line) => paint('bad', line)),
    ...rows('', timesText(total), width),
    ...rows('users', usersText(scenarios), width),
    ...(scenarios.code ? rows('own code', codeText(scenarios.code), width) : []),
    ...checkLines(scenarios, width).map((line, index) =>
      failing.length > 0 && index === 0 ? paint('bad', line) : line,
    ),
    ...scenarios.metrics.flatMap((metric, index) =>
      rows(index === 0 ? 'metrics' : '', `${metric.name} ${metricValue(metric)}`, width),
    ),
    ...(scenarios.teardownFailure === null
      ? []
      : rows('teardown', scenarios.teardownFailure, width).map((line) => paint('bad', line))),
    ...tableLines(scenariosTable(scenarios), width, SCENARIO_LESS_IMPORTANT),
    ...tableLines(groupsTable(scenarios), width, GROUP_LESS_IMPORTANT),
  ];
}

/** The same in tables, each with its title. */
export function scenarioTables(
  scenarios: ScenariosSummary,
  thresholds: Summary['thresholds'],
): readonly (readonly [title: string, Table])[] {
  const { total, checks, metrics } = scenarios;
  const rowsOfAll = scenarios.scenarios.length < 2 ? scenarios.scenarios : [...scenarios.scenarios, total];
  return [
    ['Iterations', iterationsTable(rowsOfAll)],
    [
      'Failed iterations',
      {
        heading: ['kind', 'code', 'count', 'example'],
        words: ['code', 'example'],
        rows: shownReasonsOfAll(scenarios, thresholds, MOST_ERRORS).map(({ kind, code, count, example }) => [
          ...[kind, code, formatCount(count)],
          example.replaceAll(/\s*\n\s*/g, ' '),
        ]),
      },
    ],
    ['Groups', groupsTable(scenarios)],
    [
      'Checks',
      {
        heading: ['check', 'made', 'failed'],
        rows: checks.map(({ name, made, failed }) => [
          cutName(name),
          formatCount(made),
          formatCount(failed) + shareText(failed, made),
        ]),
      },
    ],
    [
      'Metrics of the test',
      {
        heading: ['metric', 'value'],
        words: ['value'],
        rows: metrics.map((metric) => [cutName(metric.name), metricValue(metric)]),
      },
    ],
  ];
}

/** One row per scenario; empty for a single scenario. */
function scenariosTable({ scenarios }: ScenariosSummary): Table {
  return iterationsTable(scenarios.length < 2 ? [] : scenarios);
}

function iterationsTable(scenarios: readonly ScenarioRow[]): Table {
  const labels = labelsOf(scenarios[0]);
  const names = cutNames(scenarios);
  return {
    heading: ['scenario', 'started', 'completed', 'failed', ...labels.map((label) => `p${label}`)],
    rows: scenarios.map((row, index) => [
      names[index] ?? row.name,
      formatCount(row.started),
      formatCount(row.completed),
      formatCount(row.failed) + shareText(row.failed, row.started),
      ...labels.map((label) => timeText(row, label)),
    ]),
  };
}

/** One row per group. */
function groupsTable({ groups, total }: ScenariosSummary): Table {
  const labels = labelsOf(total);
  const shown = groups.slice(0, MOST_ROWS);
  const left = groups.length - shown.length;
  const names = cutNames(shown);
  return {
    heading: ['group', 'entered', 'failed', ...labels.map((label) => `p${label}`), 'max'],
    rows: [
      ...shown.map((group, index) => [
        names[index] ?? group.name,
        formatCount(group.entered),
        formatCount(group.failed) + shareText(group.failed, group.entered),
        ...labels.map((label) => percentileText(group.responseMs, label)),
        extremeText(group.responseMs, group.responseMs.max),
      ]),
      ...(left > 0 ? [[`and ${left} more`]] : []),
    ],
  };
}

function countsText({ started, completed, failed, interrupted, dropped, notStarted }: ScenarioRow): string {
  const rare = Object.entries({ interrupted, dropped, 'not started': notStarted })
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${formatCount(count)} ${name}`);
  return [
    `${formatCount(started)} started`,
    `${formatCount(completed)} completed`,
    `${formatCount(failed)} failed${shareText(failed, started)}`,
    ...rare,
  ].join(', ');
}

function timesText(total: ScenarioRow): string {
  const { thinkMs, started, failed } = total;
  if (!hasEnded(total)) return 'none ended';
  const times = labelsOf(total).map((label) => `p${label} ${timeText(total, label)}`);
  const think = thinkMs > 0 && started > 0 ? `, and thought ${formatMs(thinkMs / started)} on average` : '';
  const all = failed > 0 ? ', failed or not' : '';
  return `${times.join(', ')}: what the user waited in one${all}${think}`;
}

/** Of iterations that were all cut off no time is known. */
function timeText(row: ScenarioRow, label: string): string {
  return hasEnded(row) ? percentileText(row.responseMs, label) : NOTHING;
}

function hasEnded({ responseMs, completed, failed }: ScenarioRow): boolean {
  return responseMs.count > 0 && completed + failed > 0;
}

function usersText({ users }: ScenariosSummary): string {
  const { max, ever, setupFailures } = users;
  const failed = setupFailures === null ? '' : `; the setup of ${formatCount(setupFailures.count)} failed`;
  return `${formatCount(max)} at once at most, ${counted(ever, 'session')}${failed}`;
}

function codeText(code: CodeShare): string {
  const { share, longestMs, longestOf } = code;
  const part = `${formatPercent(share)} of a worker's event loop${mostOfCode(code)}`;
  if (longestOf === null) return part;
  const { scenario, after } = longestOf;
  return `${part}, up to ${formatMs(longestMs)} at a time ${placeOfCode(scenario, after)}`;
}

function errorLines(scenarios: ScenariosSummary, rules: Summary['thresholds'], width: number): string[] {
  const shown = shownReasonsOfAll(scenarios, rules, MOST_ERRORS);
  const left = scenarios.total.errors.length - shown.length;
  const indent = ' '.repeat(LABEL_WIDTH);
  return [
    ...shown.flatMap((error) => {
      const { kind, code, count, example } = error;
      const text = `${formatCount(count)} × ${iterationFailedAs(kind, code)}${beforeExample(error)}${example.replaceAll(/\s*\n\s*/g, ' ')}`;
      return wrappedUpTo(MOST_LINES_OF_AN_ERROR, text, width - LABEL_WIDTH - 2).map((line, index) =>
        index === 0 ? indent + line : `${indent}  ${line}`,
      );
    }),
    ...(left > 0 ? [`${indent}and ${counted(left, 'more reason')}`] : []),
  ];
}

function checkLines({ checks }: ScenariosSummary, width: number): string[] {
  const worstFirst = [...checks].sort((a, b) => b.failed / b.made - a.failed / a.made);
  const left = worstFirst.length - MOST_ROWS;
  return [
    ...worstFirst.slice(0, MOST_ROWS).flatMap(({ name, made, failed }, index) => {
      const sign = failed === 0 ? '✓' : '✗';
      const text =
        failed === 0 ? `all ${formatCount(made)}` : `${formatCount(failed)} of ${formatCount(made)} failed`;
      return rows(index === 0 ? 'checks' : '', `${sign} ${name}: ${text}${shareText(failed, made)}`, width);
    }),
    ...(left > 0 ? rows('', `and ${formatCount(left)} more`, width) : []),
  ];
}

function metricValue(metric: MetricSummary): string {
  switch (metric.kind) {
    case 'counter':
      return shortNumeral(metric.count, DIGITS);
    case 'rate':
      return `${formatCount(metric.good)} of ${formatCount(metric.of)}${shareText(metric.good, metric.of)}`;
    case 'gauge':
      return metric.value === null ? 'not set' : shortNumeral(metric.value, DIGITS);
    case 'trend': {
      const { percentiles, max, count } = metric.values;
      if (count === 0) return 'no value';
      const parts = PREFERRED.filter((label) => (percentiles[label] ?? null) !== null).map(
        (label) => `p${label} ${shortNumeral(percentiles[label] ?? 0, DIGITS)}`,
      );
      return `${[...parts, ...(max === null ? [] : [`max ${shortNumeral(max, DIGITS)}`])].join(', ')} of ${formatCount(count)}`;
    }
  }
}

function labelsOf(row: ScenarioRow | undefined): string[] {
  return PREFERRED.filter((label) => Object.hasOwn(row?.responseMs.percentiles ?? {}, label));
}

function tableLines(table: Table, width: number, lessImportant: readonly string[]): string[] {
  if (table.rows.length === 0) return [];
  return ['', ...renderPlainTable(namesFitted(table, width, lessImportant)).split('\n')];
}

function cutNames(rows: readonly { readonly name: string }[]): string[] {
  return cutApart(
    rows.map(({ name }) => name),
    NAME_WIDTH,
  );
}

function cutName(name: string): string {
  return cutToCells(name, NAME_WIDTH);
}
