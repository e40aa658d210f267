import type { Options } from 'yargs';
import type { CommandName, OptionEntry, OptionTable } from '../plan/option-table/entry.ts';
import { RUN_TABLE } from '../plan/option-table/run-table.ts';
import { cut, quoted } from '../text/quoted.ts';
import {
  AGENT_TABLE,
  BATCH_TABLE,
  COMPARISON_TABLE,
  DOCTOR_TABLE,
  INIT_TABLE,
  REPORT_TABLE,
  RUNS_TABLE,
  SCREEN_TABLE,
  SWEEP_TABLE,
} from './command-tables.ts';
import type { Parsed } from './parsed.ts';
import { SERVE_TABLE } from './serve-table.ts';

/** A command's own options come first in the help. */
const TABLES: readonly OptionTable[] = [
  BATCH_TABLE,
  INIT_TABLE,
  SERVE_TABLE,
  AGENT_TABLE,
  COMPARISON_TABLE,
  SWEEP_TABLE,
  DOCTOR_TABLE,
  REPORT_TABLE,
  RUNS_TABLE,
  RUN_TABLE,
  SCREEN_TABLE,
];
const DESCRIBED = TABLES.flatMap((table) => Object.entries(table));

interface OwnOptions {
  readonly key: CommandName;
  readonly table: OptionTable;
  readonly options: Readonly<Record<string, Options>>;
}

/** Several commands share those of a run. */
const known = new Map<CommandName, OwnOptions>();

/** The options of a command, from its tables and as yargs expects them. */
export function optionsOf(command: CommandName): OwnOptions {
  const found = known.get(command);
  if (found !== undefined) return found;
  const own = DESCRIBED.filter(([, { commands }]) => commands.includes(command));
  const options = {
    key: command,
    table: Object.fromEntries(own),
    options: Object.fromEntries(own.map(([name, entry]) => [name, parsedAs(entry)])),
  };
  known.set(command, options);
  return options;
}

/** Values stay text: they are read and checked when the plan is resolved. */
function parsedAs({ kind, alias }: OptionEntry): Options {
  return { ...(alias === undefined ? {} : { alias }), type: kind === 'flag' ? 'boolean' : 'string' };
}

/** A sentence for each option that was given several times but is allowed only once. */
export function repeatedOptions(parsed: Parsed, table: OptionTable): string[] {
  return Object.entries(table).flatMap(([name, { isRepeatable, isSecret }]) => {
    const given = parsed.all(name);
    if (given.length < 2 || isRepeatable) return [];
    const shown = isSecret ? '' : ` (${cut(given.map(quoted).join(', '))})`;
    return [`--${name} was given ${given.length} times${shown}: give it once.`];
  });
}

/** The options that a command does not share with a run; the shared ones are checked together. */
export function ownTableOf(table: OptionTable): OptionTable {
  const ofARun = new Set<OptionEntry>(Object.values(RUN_TABLE));
  return Object.fromEntries(Object.entries(table).filter(([, entry]) => !ofARun.has(entry)));
}
