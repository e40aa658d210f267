import type { Options } from 'yargs';
import type { ExitCode } from '../../protocol/exit-codes.ts';
import type { OptionTable } from '../plan/option-table/entry.ts';
import { optionsOf } from './command-options.ts';
import type { Parsed } from './parsed.ts';

export interface Command {
  /** `$0` is what runs where no command is named. */
  readonly name: string;
  readonly describe: string;
  readonly positionals: readonly { readonly name: string; readonly describe: string }[];
  readonly table: OptionTable;
  /** The same, as yargs takes them. */
  readonly options: Readonly<Record<string, Options>>;
  /** `problems` are those that parsing has found; the command reports them with its own. */
  run(parsed: Parsed, problems: string[]): Promise<ExitCode>;
}

const URL = { name: 'url', describe: 'http://… or https://…; host:port/path means http' };

/** A new command is one file and one entry here. Each is loaded only when it runs. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  run: {
    name: '$0',
    describe: 'Run a load test',
    positionals: [URL],
    ...optionsOf('run'),
    run: async (parsed, problems) => (await import('./run-command.ts')).runCommand(parsed, problems),
  },
  plan: {
    name: 'run',
    describe: 'Run a load test that a plan file describes: several requests, thresholds, every option',
    positionals: [{ name: 'plan', describe: 'A plan in YAML or JSON (docs/plans.md)' }],
    ...optionsOf('run'),
    run: async (parsed, problems) => (await import('./plan-command.ts')).planCommand(parsed, problems),
  },
  modes: {
    name: 'modes',
    describe: 'The same load as sequential, inline, threads and processes, in interleaved rounds',
    positionals: [URL],
    ...optionsOf('modes'),
    run: async (parsed, problems) => (await import('./modes-command.ts')).modesCommand(parsed, problems),
  },
  compare: {
    name: 'compare',
    describe: 'Two targets in interleaved rounds, or two saved results: is B faster or slower than A?',
    positionals: [
      { name: 'baseline', describe: 'A: a URL, or a file that --out has written' },
      { name: 'candidate', describe: 'B: the same' },
    ],
    ...optionsOf('compare'),
    run: async (parsed, problems) => (await import('./compare-command.ts')).compareCommand(parsed, problems),
  },
  batch: {
    name: 'batch',
    describe: 'One request for each row of a file, and the answers beside the rows',
    positionals: [
      { name: 'input', describe: 'Rows: CSV, or JSONL by its name; - is stdin' },
      { name: 'url', describe: 'Where to; {{column}} stands for the cell of a row' },
    ],
    ...optionsOf('batch'),
    run: async (parsed, problems) => (await import('./batch-command.ts')).batchCommand(parsed, problems),
  },
  demo: {
    name: 'demo',
    describe: 'No target at hand: volley modes against the reference server, in half a minute',
    positionals: [],
    ...optionsOf('demo'),
    run: async (parsed, problems) => (await import('./demo-command.ts')).demoCommand(parsed, problems),
  },
  serve: {
    name: 'serve',
    describe: 'The reference server: known delays, statuses, sizes and faults',
    positionals: [],
    ...optionsOf('serve'),
    run: async (parsed, problems) => (await import('./serve-command.ts')).serveCommand(parsed, problems),
  },
  report: {
    name: 'report',
    describe: 'Render a saved result again',
    positionals: [{ name: 'result', describe: 'A file that --out has written' }],
    ...optionsOf('report'),
    run: async (parsed, problems) => (await import('./report-command.ts')).reportCommand(parsed, problems),
  },
};
