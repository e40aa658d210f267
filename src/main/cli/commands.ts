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
    describe: 'Run one load in every mode and compare them',
    positionals: [URL],
    ...optionsOf('modes'),
    run: async (parsed, problems) => (await import('./modes-command.ts')).modesCommand(parsed, problems),
  },
  compare: {
    name: 'compare',
    describe: 'Compare two targets, or saved results',
    positionals: [
      {
        name: 'baseline',
        shown: 'a',
        describe: 'A URL, a file written by --out or --html, or last~1',
        isFile: true,
      },
      { name: 'candidate', shown: 'b', describe: 'The same, to compare with a', isFile: true },
    ],
    ...optionsOf('compare'),
    run: async (parsed, problems) => (await import('./compare-command.ts')).compareCommand(parsed, problems),
  },
  replay: {
    name: 'replay',
    describe: 'Replay the requests of a recorded trace',
    positionals: [
      {
        name: 'recording',
        shown: 'trace',
        describe: 'JSONL or CSV: timestamp, url, method, body; or timestamp, input_length, output_length',
        isFile: true,
      },
      URL,
    ],
    ...optionsOf('run'),
    unlisted: [
      ...(['urls', 'curl', 'curl-file', 'har', 'har-hosts', 'rows', 'rows-mode'] as const),
      ...(['rate', 'every', 'stages', 'warmup', 'vus', 'iterations', 'only'] as const),
      ...(['prompt', 'prompts', 'synthetic-prompts', 'trace'] as const),
    ],
    run: async (parsed, problems) => (await import('./replay-command.ts')).replayCommand(parsed, problems),
  },
  sweep: {
    name: 'sweep',
    describe: 'Raise the load to find what a target can take',
    positionals: [URL],
    ...optionsOf('sweep'),
    run: async (parsed, problems) => (await import('./sweep-command.ts')).sweepCommand(parsed, problems),
  },
  batch: {
    name: 'batch',
    describe: 'Send a request for each row and keep the answers',
    positionals: [
      { name: 'input', describe: 'Rows: CSV, or JSONL by its name; - is stdin', isFile: true },
      { name: 'url', describe: 'Target; {{column}} is the cell of a row' },
    ],
    ...optionsOf('batch'),
    run: async (parsed, problems) => (await import('./batch-command.ts')).batchCommand(parsed, problems),
  },
  init: {
    name: 'init',
    describe: 'Write a plan from a URL, curl, HAR or OpenAPI',
    positionals: [URL],
    ...optionsOf('init'),
    hasNoResult: true,
    run: async (parsed, problems) => (await import('./init-command.ts')).initCommand(parsed, problems),
  },
  demo: {
    name: 'demo',
    describe: 'Run volley modes against the reference server',
    positionals: [],
    ...optionsOf('demo'),
    run: async (parsed, problems) => (await import('./demo-command.ts')).demoCommand(parsed, problems),
  },
  serve: {
    name: 'serve',
    describe: 'Run a test server with known delays and faults',
    positionals: [],
    ...optionsOf('serve'),
    hasNoResult: true,
    run: async (parsed, problems) => (await import('./serve-command.ts')).serveCommand(parsed, problems),
  },
  doctor: {
    name: 'doctor',
    describe: 'Check what this machine can measure, in 10 s',
    positionals: [],
    ...optionsOf('doctor'),
    run: async (parsed, problems) => (await import('./doctor-command.ts')).doctorCommand(parsed, problems),
  },
  report: {
    name: 'report',
    describe: 'Print a saved result, or compare two',
    positionals: [
      {
        name: 'result',
        describe: 'A file written by --out or --html; last is the newest kept by --save',
        isFile: true,
      },
      {
        name: 'b',
        describe: 'Another one, to compare with the first',
        isFile: true,
        isOptional: true,
      },
    ],
    ...optionsOf('report'),
    run: async (parsed, problems) => (await import('./report-command.ts')).reportCommand(parsed, problems),
  },
  runs: {
    name: 'runs',
    describe: 'List the results kept by --save',
    positionals: [
      {
        name: 'words',
        describe: 'Only results with this in their target, name, branch, revision or verdict',
        isOptional: true,
      },
    ],
    ...optionsOf('runs'),
    hasNoResult: true,
    run: async (parsed, problems) => (await import('./runs-command.ts')).runsCommand(parsed, problems),
  },
  models: {
    name: 'models',
    describe: 'List presets for model servers: what each sends',
    positionals: [
      {
        name: 'preset',
        describe: 'Only this one',
        choices: PRESET_NAMES,
        isOptional: true,
      },
    ],
    ...optionsOf('models'),
    hasNoResult: true,
    run: async (parsed, problems) => (await import('./models-command.ts')).modelsCommand(parsed, problems),
  },
  agent: {
    name: 'agent',
    describe: 'Let runs from other machines use this one',
    positionals: [],
    ...optionsOf('agent'),
    hasNoResult: true,
    run: async (parsed, problems) => (await import('./agent-command.ts')).agentCommand(parsed, problems),
  },
  agents: {
    name: 'agents',
    describe: 'List the agents of a pool',
    positionals: [],
    ...optionsOf('agents'),
    hasNoResult: true,
    run: async (parsed, problems) => (await import('./agent-command.ts')).agentsCommand(parsed, problems),
  },
  completion: {
    name: 'completion',
    describe: 'Print a completion script for a shell',
    positionals: [{ name: 'shell', describe: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'] }],
    ...optionsOf('completion'),
    hasNoResult: true,
    run: async (parsed, problems) =>
      (await import('./completion-command.ts')).completionCommand(parsed, problems, Object.values(COMMANDS)),
  },
};
