import { GROUPS, type OptionEntry } from '../../plan/option-table/entry.ts';
import { RUN_TABLE } from '../../plan/option-table/run-table.ts';
import { VERSION } from '../../text/version.ts';
import { type Command, usageOf } from '../command.ts';
import { COMMANDS } from '../commands.ts';
import type { Definition } from './definition-list.ts';
import { EXIT_CODE_ORDER, EXIT_CODE_ROWS } from './exit-codes.ts';
import { metricGroups } from './metrics.ts';
import { definitionOf, meantBy } from './option-terms.ts';
import { EXAMPLES, ownOptionsOf } from './pages.ts';
import { GROUP_TOPICS } from './topic-names.ts';

/** The manual page for man, with the same content as all pages of the help. */
export function manualPage(): string {
  const commands = Object.values(COMMANDS);
  const lines = [
    `.TH VOLLEY 1 "" ${inQuotes(`volley ${VERSION}`)} "User Commands"`,
    ...section('NAME'),
    escaped('volley - load tests for HTTP services'),
    ...section('SYNOPSIS'),
    ...commands.flatMap((command) => [`.B ${escaped(usageOf(command))}`, '.RI [ options ]', '.br']),
    ...section('DESCRIPTION'),
    escaped(
      'Sends requests over threads, processes or one event loop, times each of them on one clock, and merges everything into one result that adds up.',
    ),
    ...section('COMMANDS'),
    ...list(commands.map((command): Definition => [usageOf(command), command.describe])),
    ...section('OPTIONS'),
    ...GROUP_TOPICS.flatMap((group) => [
      ...subsection(GROUPS[group]),
      ...list(optionsWhere((entry) => entry.group === group)),
    ]),
    ...commands.flatMap(ownSection),
    ...section('NUMBERS'),
    ...metricGroups().flatMap(([title, rows]) => [...subsection(title), ...list(rows)]),
    ...section('EXIT STATUS'),
    ...list(EXIT_CODE_ROWS),
    '.PP',
    escaped(EXIT_CODE_ORDER),
    ...section('EXAMPLES'),
    '.nf',
    ...EXAMPLES.map(escaped),
    '.fi',
  ];
  return `${lines.join('\n')}\n`;
}

function optionsWhere(holds: (entry: OptionEntry) => boolean): Definition[] {
  return Object.entries(RUN_TABLE as Readonly<Record<string, OptionEntry>>)
    .filter(([, entry]) => holds(entry))
    .map(([name, entry]) => definitionOf(name, meantBy('run', entry)));
}

function ownSection(command: Command): string[] {
  const rows = command.key === 'run' ? [] : ownOptionsOf(command);
  return rows.length === 0
    ? []
    : [...section(`OPTIONS OF VOLLEY ${command.name.toUpperCase()}`), ...list(rows)];
}

function section(title: string): string[] {
  return [`.SH ${inQuotes(title)}`];
}

function subsection(title: string): string[] {
  return [`.SS ${inQuotes(title)}`];
}

function list(rows: readonly Definition[]): string[] {
  return rows.flatMap(([term, text]) => ['.TP', `.B ${escaped(term.trim())}`, escaped(text)]);
}

function inQuotes(text: string): string {
  return `"${escaped(text).replaceAll('"', '\\(dq')}"`;
}

/** Escapes text so that roff prints it as it is: hyphens can be copied, and no line is taken for a request. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll('−', '\\(mi')
    .replaceAll('≥', '\\(>=')
    .replaceAll('’', '\\(cq')
    .replace(/^([.'])/, '\\&$1');
}
