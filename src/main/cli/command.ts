import type { Options } from 'yargs';
import type { ExitCode } from '../../protocol/exit-codes.ts';
import type { CommandName, OptionTable } from '../plan/option-table/entry.ts';
import type { Parsed } from './parsed.ts';

export interface Positional {
  readonly name: string;
  /** How it is shown, where its name is too long, or is an option's letter. */
  readonly shown?: string;
  readonly describe: string;
  /** The words that it takes, where it takes no others. */
  readonly choices?: readonly string[];
  readonly isFile?: true;
  readonly isOptional?: true;
}

export interface Command {
  /** `$0` is what runs where no command is named. */
  readonly name: string;
  /** Its name in the tables of options, where `volley run` has those of `volley <url>`. */
  readonly key: CommandName;
  readonly describe: string;
  readonly positionals: readonly Positional[];
  readonly table: OptionTable;
  /** The same, as yargs takes them. */
  readonly options: Readonly<Record<string, Options>>;
  /** `problems` are those that parsing has found; the command reports them with its own. */
  run(parsed: Parsed, problems: string[]): Promise<ExitCode>;
}

/** The command and its arguments, as they are typed. */
export function usageOf({ name, positionals }: Command): string {
  const words = positionals.map(usageOfPositional);
  return ['volley', ...(name === '$0' ? [] : [name]), ...words].join(' ');
}

/** `<url>`, or `[words]` where it may be left out. */
export function usageOfPositional({ name, shown = name, isOptional }: Positional): string {
  return isOptional === true ? `[${shown}]` : `<${shown}>`;
}
