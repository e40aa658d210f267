import { RUN_TABLE } from '../../plan/option-table/run-table.ts';
import type { Command, Positional } from '../command.ts';
import { meantBy, takesValue } from '../help/option-terms.ts';
import { topicNames } from '../help/topic-names.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Values allowed in a place: fixed words, a file, or anything. */
export type Values = readonly string[] | 'file' | 'any';

export interface CompletedOption {
  readonly name: string;
  readonly letter: string | null;
  readonly help: string;
  /** Null if it takes none. */
  readonly values: Values | null;
  readonly isRepeatable: boolean;
}

/** What can be typed after a command. */
export interface CompletedCommand {
  /** Empty for a run, which names no command. */
  readonly name: string;
  readonly describe: string;
  readonly options: readonly CompletedOption[];
  readonly positionals: readonly Values[];
}

/** The number after `--location` is optional, which a shell cannot know. */
const OFTEN_WITHOUT = RUN_TABLE.location;

/** Everything that can be completed, from the tables of options. */
export function vocabulary(commands: readonly Command[]): CompletedCommand[] {
  const common = commonOptions(topicNames(commands));
  return commands.map((command) => ({
    name: command.name === '$0' ? '' : command.name,
    describe: command.describe,
    options: [...optionsOf(command), ...common],
    positionals: command.positionals.map(valuesOfPositional),
  }));
}

function commonOptions(topics: readonly string[]): CompletedOption[] {
  return [
    { name: 'help', letter: 'h', help: 'Explain', values: topics, isRepeatable: false },
    { name: 'version', letter: null, help: 'Print the version', values: null, isRepeatable: false },
  ];
}

function optionsOf({ key, table }: Command): CompletedOption[] {
  return Object.entries(table).map(([name, entry]) => {
    const { alias = null, help, kind, choices, isRepeatable = false } = meantBy(key, entry);
    const hasValue = takesValue(entry) && entry !== OFTEN_WITHOUT;
    const values = choices ?? (kind === 'file' ? 'file' : 'any');
    return { name, letter: alias, help, values: hasValue ? values : null, isRepeatable };
  });
}

function valuesOfPositional({ choices, isFile }: Positional): Values {
  return choices ?? (isFile === true ? 'file' : 'any');
}
