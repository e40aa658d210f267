import { MOST_ROUNDS } from '../../protocol/comparison.ts';
import { METRICS } from '../../protocol/comparison-finding.ts';
import { RESULT_FORMS } from '../../protocol/result-forms.ts';
import { FEWEST_ROUNDS, FEWEST_ROUNDS_AT_ALL } from '../compare/paired.ts';
import { DEFAULT_MARGIN, DEFAULT_ROUNDS, DEFAULT_SWEEP_BUDGET } from '../plan/defaults.ts';
import type { OptionTable } from '../plan/option-table/entry.ts';
import { COMPARISON_FORMS } from '../reporters/comparison-text.ts';
import { DOCTOR_FORMS, LEVELS_FORMS, LIST_FORMS, ROUNDS_FORMS, RUN_FORMS } from './output-form.ts';

export const FAILURES = ['slower', 'different'] as const;

const ONLY_OF_RUNS = RESULT_FORMS.filter((form) => !ROUNDS_FORMS.some((other) => other === form));

/** Options that a comparison has in addition to a run's, or words differently. */
export const COMPARISON_TABLE = {
  metric: {
    kind: 'choice',
    group: 'own',
    value: 'NAME',
    choices: METRICS,
    help: `Figure that decides: ${METRICS.join(', ')}`,
    byDefault: 'throughput',
    commands: ['modes', 'compare'],
    differs: { compare: { byDefault: 'p50' } },
  },
  rounds: {
    kind: 'count',
    group: 'own',
    help: `Rounds, ${FEWEST_ROUNDS_AT_ALL} to ${MOST_ROUNDS}; fewer than ${FEWEST_ROUNDS} can show no difference`,
    byDefault: `${DEFAULT_ROUNDS}, or more if many arms need them`,
    commands: ['modes', 'compare', 'demo'],
    differs: {
      compare: { byDefault: String(DEFAULT_ROUNDS) },
      demo: { byDefault: String(DEFAULT_ROUNDS) },
    },
  },
  margin: {
    kind: 'text',
    group: 'own',
    value: 'P',
    help: 'Smallest difference that matters',
    byDefault: DEFAULT_MARGIN,
    commands: ['modes', 'compare'],
  },
  output: {
    kind: 'choice',
    group: 'output',
    alias: 'o',
    value: 'FORM',
    choices: ROUNDS_FORMS,
    help: `Format of the result on stdout: ${ROUNDS_FORMS.join(', ')}`,
    byDefault: 'text',
    commands: ['modes', 'compare'],
  },
  'fail-if': {
    kind: 'choice',
    group: 'own',
    value: 'WHAT',
    choices: FAILURES,
    help: 'Exit with 1 if B is slower (worse in the metric, or fails more), or different (also if better)',
    commands: ['compare'],
  },
  force: {
    kind: 'flag',
    group: 'own',
    help: 'Compare saved results even if their plans differ',
    commands: ['compare'],
  },
} as const satisfies OptionTable;

/** Options that a run does not have, or that a sweep means differently. */
export const SWEEP_TABLE = {
  budget: {
    kind: 'duration',
    group: 'own',
    help: 'Time limit for all levels together',
    byDefault: DEFAULT_SWEEP_BUDGET,
    commands: ['sweep'],
  },
  output: {
    kind: 'choice',
    group: 'output',
    alias: 'o',
    value: 'FORM',
    choices: LEVELS_FORMS,
    help: `Format of the result on stdout: ${LEVELS_FORMS.join(', ')}`,
    byDefault: 'text',
    commands: ['sweep'],
  },
} as const satisfies OptionTable;

/** Options that a run does not have, or that a batch means differently. */
export const BATCH_TABLE = {
  out: {
    kind: 'file',
    group: 'own',
    help: 'Write answered rows to this file, with a journal next to it: JSONL if it ends in .jsonl, else CSV',
    byDefault: 'stdout',
    commands: ['batch'],
  },
  select: {
    kind: 'list',
    group: 'own',
    value: 'RULE',
    help: 'Copy a value from each JSON answer, as name=path; repeatable',
    byDefault: 'none',
    commands: ['batch'],
    isRepeatable: true,
  },
  'save-body': {
    kind: 'text',
    group: 'own',
    value: 'PATH',
    help: "Save each answer's body as a file: a folder, or 'folder/{{id}}.jpg'",
    byDefault: 'none',
    commands: ['batch'],
  },
  default: {
    kind: 'text',
    group: 'own',
    help: 'Text for a selected value that an answer does not have',
    byDefault: 'nothing',
    commands: ['batch'],
  },
  order: {
    kind: 'choice',
    group: 'own',
    value: 'ORDER',
    choices: ['input', 'completion'],
    help: 'Write rows in the order of the input or of completion',
    byDefault: 'input',
    commands: ['batch'],
  },
  chunk: {
    kind: 'count',
    group: 'own',
    help: 'Rows that a worker gets at a time',
    byDefault: 'about 20 ms of work',
    commands: ['batch'],
  },
  retries: {
    kind: 'count',
    group: 'own',
    help: 'Further attempts after connection errors, timeouts, 429 and 5xx',
    byDefault: '2, or 0 for methods that are not safe to repeat',
    commands: ['batch'],
  },
  'retry-unsafe': {
    kind: 'flag',
    group: 'own',
    help: 'Also retry POST and PATCH, which may then take effect twice',
    commands: ['batch'],
  },
  'idempotency-key': {
    kind: 'text',
    group: 'own',
    help: "Send an idempotency-key header with this value: '{{uuid}}'",
    byDefault: 'none',
    commands: ['batch'],
  },
  resume: {
    kind: 'flag',
    group: 'own',
    help: 'Resume after the rows in the journal',
    commands: ['batch'],
  },
  'retry-failed': {
    kind: 'flag',
    group: 'own',
    help: "Read a batch's own output and send the failed rows again",
    commands: ['batch'],
  },
  force: {
    kind: 'flag',
    group: 'own',
    help: 'Replace answered rows already in --out',
    commands: ['batch'],
  },
  'csv-safe': {
    kind: 'flag',
    group: 'own',
    help: 'Escape cells that a spreadsheet would run as formulas',
    commands: ['batch'],
  },
  'allow-failures': {
    kind: 'flag',
    group: 'own',
    help: 'Do not exit with 1 if rows failed',
    commands: ['batch'],
  },
} as const satisfies OptionTable;

export const DEFAULT_PLAN_FILE = 'plan.yaml';

/** File names for `init --scenario`. */
export const DEFAULT_FLOW_FILE = 'flow.yaml';
export const DEFAULT_MODULE_FILE = 'scenario.ts';

/** Options of `volley init`, which writes a starter plan. */
export const INIT_TABLE = {
  openapi: {
    kind: 'file',
    group: 'own',
    help: 'OpenAPI 3.0 or 3.1 description, JSON or YAML: a request for each operation',
    byDefault: 'none',
    commands: ['init'],
  },
  scenario: {
    kind: 'flag',
    group: 'own',
    help: 'Write a scenario: YAML steps from a recording, else a TypeScript module',
    commands: ['init'],
  },
  out: {
    kind: 'file',
    group: 'own',
    help: 'File to write; - is stdout',
    byDefault: `${DEFAULT_PLAN_FILE}, with --scenario ${DEFAULT_FLOW_FILE} or ${DEFAULT_MODULE_FILE}`,
    commands: ['init'],
  },
  force: {
    kind: 'flag',
    group: 'own',
    help: 'Replace the file if it exists',
    commands: ['init'],
  },
} as const satisfies OptionTable;

export const DOCTOR_TABLE = {
  output: {
    kind: 'choice',
    group: 'output',
    alias: 'o',
    value: 'FORM',
    choices: DOCTOR_FORMS,
    help: `Format of the result on stdout: ${DOCTOR_FORMS.join(' or ')}`,
    byDefault: 'text',
    commands: ['doctor'],
  },
} as const satisfies OptionTable;

/** What an agent is and what it lets runs do. */
export const AGENT_TABLE = {
  'allow-target': {
    kind: 'list',
    group: 'own',
    value: 'RULE',
    help: "Targets that runs may use: host:port, '*.name:port', 10.0.0.0/8:80-443; repeatable, required",
    commands: ['agent'],
    isRepeatable: true,
  },
  'allow-code': {
    kind: 'flag',
    group: 'own',
    help: 'Run the code of scenarios that runs bring along, with the rights of this process; needs a cluster key',
    commands: ['agent'],
  },
  workers: {
    kind: 'count',
    group: 'own',
    alias: 'w',
    help: 'Workers; they set its share of a run',
    byDefault: 'cores − 1, at least 1',
    commands: ['agent'],
  },
  mode: {
    kind: 'choice',
    group: 'own',
    value: 'MODE',
    choices: ['threads', 'processes'],
    help: 'What a worker is: threads or processes',
    byDefault: 'threads',
    commands: ['agent'],
  },
  name: {
    kind: 'text',
    group: 'own',
    value: 'NAME',
    help: 'Name of this agent in reports',
    byDefault: 'host and process',
    commands: ['agent'],
  },
  'max-rate': {
    kind: 'rate',
    group: 'own',
    help: 'Refuse runs whose share for this agent is above this',
    byDefault: 'any share',
    commands: ['agent'],
  },
  once: {
    kind: 'flag',
    group: 'own',
    help: 'Exit after one run',
    commands: ['agent'],
  },
} as const satisfies OptionTable;

export const REPORT_TABLE = {
  output: {
    kind: 'choice',
    group: 'output',
    alias: 'o',
    value: 'FORM',
    choices: RUN_FORMS,
    help: `Format of the result: ${COMPARISON_FORMS.join(', ')} or html; for a run also ${ONLY_OF_RUNS.join(', ')}`,
    byDefault: 'text',
    commands: ['report'],
  },
} as const satisfies OptionTable;

/** What is shown, and where progress goes: these options never change a result. */
export const SCREEN_TABLE = {
  verbose: {
    kind: 'flag',
    group: 'output',
    help: 'Add figures on volley itself to text reports',
    commands: ['run', 'modes', 'compare', 'sweep', 'batch', 'demo', 'report'],
  },
  quiet: {
    kind: 'flag',
    group: 'output',
    alias: 'q',
    help: 'Print only errors and failures on stderr',
    commands: ['run', 'modes', 'compare', 'sweep', 'batch', 'demo', 'doctor'],
  },
  'no-progress': {
    kind: 'flag',
    group: 'output',
    help: 'Print no progress on stderr',
    commands: ['run', 'modes', 'compare', 'sweep', 'batch', 'demo', 'doctor'],
  },
} as const satisfies OptionTable;

export const RUNS_TABLE = {
  limit: {
    kind: 'count',
    group: 'own',
    help: 'Show only the newest N',
    byDefault: '20; all on a page',
    commands: ['runs'],
  },
  output: {
    kind: 'choice',
    group: 'output',
    alias: 'o',
    value: 'FORM',
    choices: LIST_FORMS,
    help: 'Format of the list on stdout: text, json or html',
    byDefault: 'text',
    commands: ['runs'],
  },
} as const satisfies OptionTable;
