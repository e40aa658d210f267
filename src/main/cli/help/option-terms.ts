import type { CommandName, Kind, OptionEntry } from '../../plan/option-table/entry.ts';
import type { Definition } from './definition-list.ts';

/** Placeholder for a value of each kind; a flag has none. */
const VALUE_OF: Readonly<Record<Exclude<Kind, 'flag' | 'redirects'>, string>> = {
  text: 'TEXT',
  file: 'FILE',
  choice: 'NAME',
  count: 'N',
  rate: 'R',
  duration: 'T',
  version: 'V',
  statuses: 'LIST',
  percentiles: 'LIST',
  body: 'TEXT',
  json: 'TEXT',
  list: 'RULE',
  header: 'LINE',
  rule: 'RULE',
  setting: 'NAME=VALUE',
};

/** Defaults that only mean that the option is not given. */
const NOTHING = new Set([undefined, 'none', 'off', 'nothing', 'no limit', 'closed model']);
const NO_LETTER = '    ';

/** An option as it is written, with a placeholder for its value: `-c, --concurrency N`. */
export function termOf(name: string, entry: OptionEntry): string {
  return `${entry.alias === undefined ? '' : `-${entry.alias}, `}--${name}${valueText(entry)}`;
}

function valueText({ kind, value }: OptionEntry): string {
  if (kind === 'flag') return '';
  return kind === 'redirects' ? ' [N]' : ` ${value ?? VALUE_OF[kind]}`;
}

export function takesValue({ kind }: OptionEntry): boolean {
  return kind !== 'flag';
}

/** The same with its help, for a list in which long names are aligned. */
export function definitionOf(name: string, entry: OptionEntry): Definition {
  const { alias, help, byDefault } = entry;
  const shown = NOTHING.has(byDefault)
    ? ''
    : ` (default ${byDefault === 'default' ? "'default'" : byDefault})`;
  return [(alias === undefined ? NO_LETTER : '') + termOf(name, entry), help + shown];
}

/** An option as a command defines it. */
export function meantBy(command: CommandName, entry: OptionEntry): OptionEntry {
  return { ...entry, ...entry.differs?.[command] };
}
