import { PRESET_NAMES } from '../../protocol/stream.ts';
import type { Command, Positional } from './command.ts';
import { optionsOf } from './command-options.ts';

const URL: Positional = { name: 'url', describe: 'http://… or https://…; host:port/path means http' };

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
    describe: 'Run a plan file or scenarios (docs/scenarios.md)',
    positionals: [
      {
        name: 'plan',
        describe: 'A plan in YAML or JSON (docs/plans.md), or a module of scenarios (docs/scenarios.md)',
        isFile: true,
      },
    ],
    ...optionsOf('run'),
    run: async (parsed, problems) => (await import('./plan-command.ts')).planCommand(parsed, problems),
  },
  modes: {
    name: 'modes',
    describe: 'The same load in every mode, side by side',
    positionals: [URL],
    ...optionsOf('modes'),
    run: async (parsed, problems) => (await import('./modes-command.ts')).modesCommand(parsed, problems),
  },
  compare: {
    name: 'compare',
    describe: 'Two targets, or saved results: which is faster?',
    positionals: [
      { name: 'baseline', shown: 'a', describe: 'A URL, a file of --out or --html, or last~1', isFile: true },
      { name: 'candidate', shown: 'b', describe: 'The same; is it slower?', isFile: true },
    ],
    ...optionsOf('compare'),
    run: async (parsed, problems) => (await import('./compare-command.ts')).compareCommand(parsed, problems),
  },
  replay: {
    name: 'replay',
    describe: 'Requests as a trace has recorded them',
    positionals: [
      {
        name: 'recording',
        shown: 'trace',
        describe: 'JSONL or CSV: timestamp, input_length, output_length',
        isFile: true,
      },
      URL,
    ],
    ...optionsOf('run'),
    run: async (parsed, problems) => (await import('./replay-command.ts')).replayCommand(parsed, problems),
  },
  sweep: {
    name: 'sweep',
    describe: 'More and more load: where does it bend?',
    positionals: [URL],
    ...optionsOf('sweep'),
    run: async (parsed, problems) => (await import('./sweep-command.ts')).sweepCommand(parsed, problems),
  },
  batch: {
    name: 'batch',
    describe: 'One request for each row, the answer beside it',
    positionals: [
      { name: 'input', describe: 'Rows: CSV, or JSONL by its name; - is stdin', isFile: true },
      { name: 'url', describe: 'Where to; {{column}} stands for the cell of a row' },
    ],
    ...optionsOf('batch'),
    run: async (parsed, problems) => (await import('./batch-command.ts')).batchCommand(parsed, problems),
  },
  init: {
    name: 'init',
    describe: 'Write a plan: from a URL, curl, HAR or OpenAPI',
    positionals: [URL],
    ...optionsOf('init'),
    run: async (parsed, problems) => (await import('./init-command.ts')).initCommand(parsed, problems),
  },
  demo: {
    name: 'demo',
    describe: 'volley modes against the reference server',
    positionals: [],
    ...optionsOf('demo'),
    run: async (parsed, problems) => (await import('./demo-command.ts')).demoCommand(parsed, problems),
  },
  serve: {
    name: 'serve',
    describe: 'The reference server: known delays and faults',
    positionals: [],
    ...optionsOf('serve'),
    run: async (parsed, problems) => (await import('./serve-command.ts')).serveCommand(parsed, problems),
  },
  doctor: {
    name: 'doctor',
    describe: 'What this machine can measure, in ten seconds',
    positionals: [],
    ...optionsOf('doctor'),
    run: async (parsed, problems) => (await import('./doctor-command.ts')).doctorCommand(parsed, problems),
  },
  report: {
    name: 'report',
    describe: 'Render a saved result again',
    positionals: [
      {
        name: 'result',
        describe: 'A file that --out or --html has written; last is the last that --save has kept',
        isFile: true,
      },
      {
        name: 'b',
        describe: 'Another one, to hold against the first',
        isFile: true,
        isOptional: true,
      },
    ],
    ...optionsOf('report'),
    run: async (parsed, problems) => (await import('./report-command.ts')).reportCommand(parsed, problems),
  },
  runs: {
    name: 'runs',
    describe: 'List the results that --save has kept',
    positionals: [
      {
        name: 'words',
        describe: 'Only those whose target, branch, revision or verdict has this in it',
        isOptional: true,
      },
    ],
    ...optionsOf('runs'),
    run: async (parsed, problems) => (await import('./runs-command.ts')).runsCommand(parsed, problems),
  },
  models: {
    name: 'models',
    describe: 'Presets for servers of models: what each sends',
    positionals: [
      {
        name: 'preset',
        describe: 'Only this one',
        choices: PRESET_NAMES,
        isOptional: true,
      },
    ],
    ...optionsOf('models'),
    run: async (parsed, problems) => (await import('./models-command.ts')).modelsCommand(parsed, problems),
  },
  agent: {
    name: 'agent',
    describe: 'Lend this machine to runs over many',
    positionals: [],
    ...optionsOf('agent'),
    run: async (parsed, problems) => (await import('./agent-command.ts')).agentCommand(parsed, problems),
  },
  agents: {
    name: 'agents',
    describe: 'List the agents of a pool',
    positionals: [],
    ...optionsOf('agents'),
    run: async (parsed, problems) => (await import('./agent-command.ts')).agentsCommand(parsed, problems),
  },
  completion: {
    name: 'completion',
    describe: 'A script that completes commands and options',
    positionals: [{ name: 'shell', describe: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'] }],
    ...optionsOf('completion'),
    run: async (parsed, problems) =>
      (await import('./completion-command.ts')).completionCommand(parsed, problems, Object.values(COMMANDS)),
  },
};
