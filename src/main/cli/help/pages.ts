import { GROUPS, type Group, type OptionEntry, type OptionTable } from '../../plan/option-table/entry.ts';
import { type OptionName, RUN_TABLE } from '../../plan/option-table/run-table.ts';
import { VERSION } from '../../text/version.ts';
import { type Command, usageOf, usageOfPositional } from '../command.ts';
import { COMMANDS } from '../commands.ts';
import { type Definition, definitionList, joined, paragraph } from './definition-list.ts';
import { EXIT_CODE_ORDER, EXIT_CODE_ROWS, EXIT_CODES_IN_SHORT } from './exit-codes.ts';
import { metricSections } from './metrics.ts';
import { definitionOf, meantBy } from './option-terms.ts';
import type { Page } from './topic.ts';
import { GROUP_TOPICS } from './topic-names.ts';

/** The options to know first, in the order in which they are needed. */
const FIRST_OPTIONS = [
  'concurrency',
  'duration',
  'requests',
  'rate',
  'method',
  'header',
  'json',
  'expect-status',
  'threshold',
  'output',
] as const satisfies readonly OptionName[];

/** Commands that are rarely needed and left off the short page; then those left off the page of 24 lines. */
const SELDOM = ['completion', 'agents'];
const LESS_OFTEN = [...SELDOM, 'models', 'replay'];
const TITLE = `volley ${VERSION}: load tests for HTTP services, with numbers that add up`;
export const EXAMPLES: readonly string[] = [
  'volley localhost:8080/ -c 100 -d 30s',
  "volley localhost:8080/ -r 200 -d 1m --threshold 'p99<50ms'",
  'volley localhost:8080/orders --json \'{"id":{{n}}}\' -n 1k',
  'volley compare http://old.test/ http://new.test/',
  'volley --on-port 3000 -- node server.js',
];

/** A page of the help for a width in columns; without a topic, the page that `volley` alone prints. */
export function helpPage(topic: Page | null, columns: number): string {
  switch (topic?.of) {
    case undefined:
      return barePage(columns);
    case 'short':
      return shortPage(columns);
    case 'all':
      return allPage(columns);
    case 'metrics':
      return joined(metricSections(columns));
    case 'group':
      return joined([
        [`volley: ${GROUPS[topic.group]}`],
        groupLines(topic.group, runTable(), columns).slice(1),
      ]);
    case 'command':
      return commandPage(topic.command, columns);
  }
}

function barePage(columns: number): string {
  return joined([
    paragraph(TITLE, columns),
    commandLines(columns, LESS_OFTEN),
    ['Examples', ...EXAMPLES.slice(0, 2).map((line) => `  ${line}`)],
    paragraph('volley --help lists the options; volley demo runs a demonstration.', columns),
  ]);
}

function shortPage(columns: number): string {
  return joined([
    paragraph(TITLE, columns),
    commandLines(columns, SELDOM),
    [
      'Most used options',
      ...definitionList(
        FIRST_OPTIONS.map((name) => definitionOf(name, RUN_TABLE[name])),
        columns,
      ),
    ],
    ['Examples', ...EXAMPLES.map((line) => `  ${line}`)],
    paragraph(EXIT_CODES_IN_SHORT, columns),
    furtherLines(columns),
  ]);
}

function allPage(columns: number): string {
  const others = Object.values(COMMANDS).filter(({ name }) => name !== '$0' && name !== 'run');
  return joined([
    paragraph(TITLE, columns),
    commandLines(columns),
    ...GROUP_TOPICS.map((group) => groupLines(group, runTable(), columns)),
    ...others.map((command) => ownLines(command, columns)).filter((lines) => lines.length > 0),
    exitCodeLines(columns),
    furtherLines(columns),
  ]);
}

function commandPage(command: Command, columns: number): string {
  const groups = (Object.keys(GROUPS) as Group[]).map((group) =>
    groupLines(group, listedOf(command), columns, command),
  );
  return joined([
    [usageOf(command), ...paragraph(command.describe, columns, 2)],
    ...(command.positionals.length === 0
      ? []
      : [
          [
            'Arguments',
            ...definitionList(
              command.positionals.map(
                (positional): Definition => [usageOfPositional(positional), positional.describe],
              ),
              columns,
            ),
          ],
        ]),
    ...groups.filter((lines) => lines.length > 0),
    furtherLines(columns),
  ]);
}

function listedOf({ table, unlisted = [] }: Command): OptionTable {
  const left = new Set<string>(unlisted);
  return Object.fromEntries(Object.entries(table).filter(([name]) => !left.has(name)));
}

function commandLines(columns: number, leftOut: readonly string[] = []): string[] {
  const shown = Object.values(COMMANDS).filter(({ name }) => !leftOut.includes(name));
  const rows = shown.map((command): Definition => [usageOf(command), command.describe]);
  return ['Commands', ...definitionList(rows, columns)];
}

/** A group of a command's options under its title; empty if it has none of them. */
function groupLines(group: Group, table: OptionTable, columns: number, command?: Command): string[] {
  const rows = Object.entries(table)
    .filter(([, entry]) => entry.group === group)
    .map(([name, entry]) => definitionOf(name, meantBy(command?.key ?? 'run', entry)));
  return rows.length === 0 ? [] : [GROUPS[group], ...definitionList(rows, columns)];
}

/** The options that a command has in addition to a run's, or defines differently. */
export function ownEntriesOf({ key, table }: Command): [option: string, entry: OptionEntry][] {
  const run = new Set<unknown>(Object.values(RUN_TABLE));
  return Object.entries(table)
    .filter(([, entry]) => !run.has(entry) || entry.differs?.[key] !== undefined)
    .map(([option, entry]) => [option, meantBy(key, entry)]);
}

/** The same as they are shown. */
export function ownOptionsOf(command: Command): Definition[] {
  return ownEntriesOf(command).map(([option, entry]) => definitionOf(option, entry));
}

function ownLines(command: Command, columns: number): string[] {
  const rows = ownOptionsOf(command);
  return rows.length === 0 ? [] : [`volley ${command.name}`, ...definitionList(rows, columns)];
}

function exitCodeLines(columns: number): string[] {
  return [
    'Exit codes',
    ...definitionList(EXIT_CODE_ROWS, columns),
    ...paragraph(EXIT_CODE_ORDER, columns, 2),
  ];
}

function furtherLines(columns: number): string[] {
  const rows: Definition[] = [
    ['volley --help all', 'every option'],
    ['volley --help GROUP', `one group: ${GROUP_TOPICS.join(', ')}`],
    ['volley --help metrics', 'what each number means, and its name in other tools'],
    ['volley <command> --help', 'the options of one command, with its defaults'],
    ['docs/how-to.md', 'a command for each question; details: docs/cli.md'],
  ];
  return ['More', ...definitionList(rows, columns)];
}

function runTable(): OptionTable {
  return RUN_TABLE;
}
