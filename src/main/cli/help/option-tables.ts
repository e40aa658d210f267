import type { OptionEntry } from '../../plan/option-table/entry.ts';
import { COMMANDS } from '../commands.ts';
import { meantBy, termOf } from './option-terms.ts';
import { ownEntriesOf } from './pages.ts';

const HEADING = /^## Options of (?:a run|`volley (?<command>[a-z]+)`)$/;
const FIRST_ROWS = ['| option | meaning | default |', '|---|---|---|'];
/** Between what the help says of an option and what only the page says. */
const REMARK = '<br>';

/** A text in quotes where a word begins, or a word. */
const WORDS = /'[^']+'(?=$|[\s,;:.)])|\S+/g;
/** What a word stands between. */
const BARE = /^(\(?)(.*?)([,;:.)]*)$/;
/** Words that are typed as they stand: `'name: value'`, `--rows`, `-`, `p99<50ms`, `.csv`, `host:port`, `50/s`; not HTTP/2. */
const IS_TYPED = /^(?:'.*'|--?|--?[A-Za-z][\w-]*|.*[=<>{}$*@[\]].*|\.\w.*|.*:\S.*|.*\/(?!\d+$).*)$/;

/**
 * A page of the documentation with its tables of options as the tables of the commands have them. A row keeps the remark
 * that the page adds to it, and a table's place is below the heading `Options of …`.
 */
export function withOptionTables(page: string): string {
  const sections = page.split(/^(?=## )/m);
  return sections.map(withOptionTable).join('');
}

function withOptionTable(section: string): string {
  const lines = section.split('\n');
  const heading = HEADING.exec(lines[0] ?? '');
  const from = lines.indexOf(FIRST_ROWS[0] as string);
  if (heading === null || from < 0) return section;
  const length = lines.slice(from).findIndex((line) => !line.startsWith('|'));
  const remarks = remarksIn(lines.slice(from + FIRST_ROWS.length, from + length));
  const rows = entriesOf(heading.groups?.['command']).map(([name, entry]) => rowOf(name, entry, remarks));
  return [...lines.slice(0, from), ...FIRST_ROWS, ...rows, ...lines.slice(from + length)].join('\n');
}

function entriesOf(name = 'run'): [string, OptionEntry][] {
  const command = COMMANDS[name];
  if (command === undefined) throw new Error(`there is no command ${name}`);
  // What sends a load has a run's options, and the page says which: its table has the others.
  if (name !== 'run' && 'client' in command.table)
    return ownEntriesOf(command).filter(([option, entry]) => !isAsOfRun(option, entry));
  return Object.entries(command.table).map(([option, entry]) => [option, meantBy(command.key, entry)]);
}

function isAsOfRun(option: string, { help, byDefault }: OptionEntry): boolean {
  const entry = COMMANDS['run']?.table[option];
  return entry !== undefined && entry.help === help && entry.byDefault === byDefault;
}

function rowOf(name: string, entry: OptionEntry, remarks: ReadonlyMap<string, string>): string {
  const { kind, help, choices, byDefault = kind === 'flag' ? 'off' : 'none' } = entry;
  const isChoice = choices?.includes(byDefault) === true;
  const meaning = inMarkdown(help) + (remarks.get(name) ?? '');
  return `| \`${termOf(name, entry)}\` | ${meaning} | ${isChoice ? `\`${byDefault}\`` : inMarkdown(byDefault)} |`;
}

/** By the option's name. */
function remarksIn(rows: readonly string[]): Map<string, string> {
  return new Map(
    rows.map((row) => {
      const [, term = '', meaning = ''] = row.split(/(?<!\\)\|/);
      const at = meaning.indexOf(REMARK);
      return [/--([a-z0-9-]+)/.exec(term)?.[1] ?? '', at < 0 ? '' : meaning.slice(at).trimEnd()];
    }),
  );
}

function inMarkdown(text: string): string {
  return text.replace(WORDS, asTyped).replaceAll('|', '\\|');
}

function asTyped(word: string): string {
  if (word.startsWith("'") && word.endsWith("'")) return `\`${word}\``;
  const [, before = '', bare = '', after = ''] = BARE.exec(word) ?? [];
  return IS_TYPED.test(bare) ? `${before}\`${bare}\`${after}` : word;
}
