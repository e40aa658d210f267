import type { Options } from 'yargs';
import type { ExitCode } from '../../protocol/exit-codes.ts';
import type { CommandName, OptionTable } from '../plan/option-table/entry.ts';
import type { OptionName } from '../plan/option-table/run-table.ts';
import type { Parsed } from './parsed.ts';

export interface Positional {
  readonly name: string;
  /** Shown instead of the name, if that is too long or is the letter of an option. */
  readonly shown?: string;
  readonly describe: string;
  /** The only words allowed. */
  readonly choices?: readonly string[];
  readonly isFile?: true;
  readonly isOptional?: true;
}

export interface Command {
  /** `$0` runs if no command is named. */
  readonly name: string;
  /** Its name in the tables of options; `volley run` shares those of `volley <url>`. */
  readonly key: CommandName;
  readonly describe: string;
  readonly positionals: readonly Positional[];
  readonly table: OptionTable;
  /** Options that it refuses, each for a reason of its own: its help leaves them out. */
  readonly unlisted?: readonly OptionName[];
  /** It prints text that can be had again, not a result. */
  readonly hasNoResult?: true;
  /** The same options as yargs expects them. */
  readonly options: Readonly<Record<string, Options>>;
  /** @param problems found while parsing, which the command reports together with its own */
  run(parsed: Parsed, problems: string[]): Promise<ExitCode>;
}

/** The command and its arguments as they are typed. */
export function usageOf({ name, positionals }: Command): string {
  const words = positionals.map(usageOfPositional);
  return ['volley', ...(name === '$0' ? [] : [name]), ...words].join(' ');
}

/** `<url>`, or `[words]` if it is optional. */
export function usageOfPositional({ name, shown = name, isOptional }: Positional): string {
  return isOptional === true ? `[${shown}]` : `<${shown}>`;
}
