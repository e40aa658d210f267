import type { Options } from 'yargs';
import type { ExitCode } from '../../protocol/exit-codes.ts';
import { BATCH_OPTIONS } from './batch-options.ts';
import { COMPARE_OPTIONS, DEMO_OPTIONS, MODES_OPTIONS } from './comparison-options.ts';
import type { Parsed } from './parsed.ts';
import { RUN_OPTIONS } from './run-options.ts';

export interface Command {
  /** `$0` is what runs where no command is named. */
  readonly name: string;
  readonly describe: string;
  readonly positionals: readonly { readonly name: string; readonly describe: string }[];
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
    options: RUN_OPTIONS,
    run: async (parsed, problems) => (await import('./run-command.ts')).runCommand(parsed, problems),
  },
  plan: {
    name: 'run',
    describe: 'Run a load test that a plan file describes: several requests, thresholds, every option',
    positionals: [{ name: 'plan', describe: 'A plan in YAML or JSON (docs/plans.md)' }],
    options: RUN_OPTIONS,
    run: async (parsed, problems) => (await import('./plan-command.ts')).planCommand(parsed, problems),
  },
  modes: {
    name: 'modes',
    describe: 'The same load as sequential, inline, threads and processes, in interleaved rounds',
    positionals: [URL],
    options: MODES_OPTIONS,
    run: async (parsed, problems) => (await import('./modes-command.ts')).modesCommand(parsed, problems),
  },
  compare: {
    name: 'compare',
    describe: 'Two targets in interleaved rounds, or two saved results: is B faster or slower than A?',
    positionals: [
      { name: 'baseline', describe: 'A: a URL, or a file that --out has written' },
      { name: 'candidate', describe: 'B: the same' },
    ],
    options: COMPARE_OPTIONS,
    run: async (parsed, problems) => (await import('./compare-command.ts')).compareCommand(parsed, problems),
  },
  batch: {
    name: 'batch',
    describe: 'One request for each row of a file, and the answers beside the rows',
    positionals: [
      { name: 'input', describe: 'Rows: CSV, or JSONL by its name; - is stdin' },
      { name: 'url', describe: 'Where to; {{column}} stands for the cell of a row' },
    ],
    options: BATCH_OPTIONS,
    run: async (parsed, problems) => (await import('./batch-command.ts')).batchCommand(parsed, problems),
  },
  demo: {
    name: 'demo',
    describe: 'No target at hand: volley modes against the reference server, in half a minute',
    positionals: [],
    options: DEMO_OPTIONS,
    run: async (parsed, problems) => (await import('./demo-command.ts')).demoCommand(parsed, problems),
  },
  serve: {
    name: 'serve',
    describe: 'The reference server: known delays, statuses, sizes and faults',
    positionals: [],
    options: {
      host: { type: 'string', describe: 'Address to listen on', defaultDescription: '127.0.0.1' },
      port: { type: 'string', describe: 'Port to listen on; 0 is a free one', defaultDescription: '8080' },
      cert: { type: 'string', describe: 'Certificate in PEM form; with --key, serves https and HTTP/2' },
      key: { type: 'string', describe: 'Key of the certificate in PEM form' },
      h2c: { type: 'boolean', describe: 'HTTP/2 without TLS, by prior knowledge, and nothing else' },
      'close-every': { type: 'string', describe: 'Close every N-th connection as soon as it is accepted' },
    },
    run: async (parsed, problems) => (await import('./serve-command.ts')).serveCommand(parsed, problems),
  },
  report: {
    name: 'report',
    describe: 'Render a saved result again',
    positionals: [{ name: 'result', describe: 'A file that --out has written' }],
    options: {
      output: {
        alias: 'o',
        type: 'string',
        describe: 'Form of the result: text, json or markdown; of a run also csv, junit, prometheus',
        defaultDescription: 'text',
      },
    },
    run: async (parsed, problems) => (await import('./report-command.ts')).reportCommand(parsed, problems),
  },
};
