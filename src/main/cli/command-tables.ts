import { MOST_ROUNDS } from '../../protocol/comparison.ts';
import { METRICS } from '../../protocol/comparison-finding.ts';
import { FEWEST_ROUNDS, FEWEST_ROUNDS_AT_ALL } from '../compare/paired.ts';
import { DEFAULT_MARGIN, DEFAULT_ROUNDS, DEFAULT_SWEEP_BUDGET } from '../plan/defaults.ts';
import type { OptionTable } from '../plan/option-table/entry.ts';
import { DOCTOR_FORMS, LEVELS_FORMS, LIST_FORMS, ROUNDS_FORMS, RUN_FORMS } from './output-form.ts';

export const FAILURES = ['slower', 'different'] as const;

/** Options that a comparison has in addition to a run's, or words differently. */
export const COMPARISON_TABLE = {
  metric: {
    kind: 'choice',
    group: 'own',
    value: 'NAME',
    choices: METRICS,
    help: `What decides: ${METRICS.join(', ')}`,
    byDefault: 'throughput',
    commands: ['modes', 'compare'],
    differs: { compare: { byDefault: 'p50' } },
  },
  rounds: {
    kind: 'count',
    group: 'own',
    help: `Rounds, ${FEWEST_ROUNDS_AT_ALL} to ${MOST_ROUNDS}; fewer than ${FEWEST_ROUNDS} can show no difference`,
    byDefault: `${DEFAULT_ROUNDS}, or what many arms need`,
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
    help: 'Differences below this do not matter',
    byDefault: DEFAULT_MARGIN,
    commands: ['modes', 'compare'],
  },
  output: {
    kind: 'choice',
    group: 'output',
    alias: 'o',
    value: 'FORM',
    choices: ROUNDS_FORMS,
    help: `Form of the result on stdout: ${ROUNDS_FORMS.join(', ')}`,
    byDefault: 'text',
    commands: ['modes', 'compare'],
  },
  'fail-if': {
    kind: 'choice',
    group: 'own',
    value: 'WHAT',
    choices: FAILURES,
    help: 'Exit with 1 if B is slower (by the metric, or failing more), or different',
    commands: ['compare'],
  },
  force: {
    kind: 'flag',
    group: 'own',
    help: 'Compare saved results although their plans differ',
    commands: ['compare'],
  },
} as const satisfies OptionTable;

/** Options that a run does not have, or that a sweep means differently. */
export const SWEEP_TABLE = {
  budget: {
    kind: 'duration',
    group: 'own',
    help: 'Time for all levels together',
    byDefault: DEFAULT_SWEEP_BUDGET,
    commands: ['sweep'],
  },
  output: {
    kind: 'choice',
    group: 'output',
    alias: 'o',
    value: 'FORM',
    choices: LEVELS_FORMS,
    help: `Form of the result on stdout: ${LEVELS_FORMS.join(', ')}`,
    byDefault: 'text',
    commands: ['sweep'],
  },
} as const satisfies OptionTable;

/** Options that a run does not have, or that a batch means differently. */
export const BATCH_TABLE = {
  out: {
    kind: 'file',
    group: 'own',
    help: 'Where answered rows go: CSV, or JSONL by its name; the journal lies beside it',
    byDefault: 'stdout',
    commands: ['batch'],
  },
  select: {
    kind: 'list',
    group: 'own',
    value: 'RULE',
    help: 'A value of each JSON answer, as name=path; repeatable',
    byDefault: 'none',
    commands: ['batch'],
    isRepeatable: true,
  },
  'save-body': {
    kind: 'text',
    group: 'own',
    value: 'PATH',
    help: "Each answer's body as a file: a folder, or 'folder/{{id}}.jpg'",
    byDefault: 'none',
    commands: ['batch'],
  },
  default: {
    kind: 'text',
    group: 'own',
    help: 'What stands where an answer has no such value',
    byDefault: 'nothing',
    commands: ['batch'],
  },
  order: {
    kind: 'choice',
    group: 'own',
    value: 'ORDER',
    choices: ['input', 'completion'],
    help: 'Rows as they were (input) or as they were answered (completion)',
    byDefault: 'input',
    commands: ['batch'],
  },
  chunk: {
    kind: 'count',
    group: 'own',
    help: 'Rows that a worker is given at a time',
    byDefault: 'as many as take it 20 ms',
    commands: ['batch'],
  },
  retries: {
    kind: 'count',
    group: 'own',
    help: 'Attempts beyond the first, after connection errors, timeouts, 429 and 5xx',
    byDefault: '2, or 0 for methods that may not be repeated',
    commands: ['batch'],
  },
  'retry-unsafe': {
    kind: 'flag',
    group: 'own',
    help: 'Retry also POST and PATCH, which may then be done twice',
    commands: ['batch'],
  },
  'idempotency-key': {
    kind: 'text',
    group: 'own',
    help: "A header of this name with this value: '{{uuid}}'",
    byDefault: 'none',
    commands: ['batch'],
  },
  resume: {
    kind: 'flag',
    group: 'own',
    help: 'Go on after what is in the journal',
    commands: ['batch'],
  },
  'retry-failed': {
    kind: 'flag',
    group: 'own',
    help: 'The rows are what a batch has written: send those that failed',
    commands: ['batch'],
  },
  force: {
    kind: 'flag',
    group: 'own',
    help: 'Replace the answered rows that --out has already',
    commands: ['batch'],
  },
  'csv-safe': {
    kind: 'flag',
    group: 'own',
    help: 'No cell of the output is a formula for a spreadsheet',
    commands: ['batch'],
  },
  'allow-failures': {
    kind: 'flag',
    group: 'own',
    help: 'Failed rows do not make the exit code 1',
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
    help: 'A description in OpenAPI 3.0 or 3.1, JSON or YAML: a request for each operation',
    byDefault: 'none',
    commands: ['init'],
  },
  scenario: {
    kind: 'flag',
    group: 'own',
    help: 'Write what a user does: steps in YAML from a recording, else a module in TypeScript',
    commands: ['init'],
  },
  out: {
    kind: 'file',
    group: 'own',
    help: 'The plan that is written; - is stdout',
    byDefault: `${DEFAULT_PLAN_FILE}, with --scenario ${DEFAULT_FLOW_FILE} or ${DEFAULT_MODULE_FILE}`,
    commands: ['init'],
  },
  force: {
    kind: 'flag',
    group: 'own',
    help: 'Replace the plan where there is one already',
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
    help: `Form of the result on stdout: ${DOCTOR_FORMS.join(' or ')}`,
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
    help: "Where it may send: host:port, '*.name:port', 10.0.0.0/8:80-443; repeatable, and needed",
    commands: ['agent'],
    isRepeatable: true,
  },
  workers: {
    kind: 'count',
    group: 'own',
    alias: 'w',
    help: 'Workers; its share of a run goes by them',
    byDefault: 'cores less one, at least 1',
    commands: ['agent'],
  },
  mode: {
    kind: 'choice',
    group: 'own',
    value: 'MODE',
    choices: ['threads', 'processes'],
    help: 'What its workers are: threads or processes',
    byDefault: 'threads',
    commands: ['agent'],
  },
  name: {
    kind: 'text',
    group: 'own',
    value: 'NAME',
    help: 'What reports call it',
    byDefault: 'host and process',
    commands: ['agent'],
  },
  'max-rate': {
    kind: 'rate',
    group: 'own',
    help: 'Refuse a run in which its share is more than this',
    byDefault: 'any share',
    commands: ['agent'],
  },
  once: {
    kind: 'flag',
    group: 'own',
    help: 'End after one run, as jobs do',
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
    help: 'Form of the result: text, json, markdown or html; of a run also csv, junit, prometheus, hgrm, hdrlog',
    byDefault: 'text',
    commands: ['report'],
  },
} as const satisfies OptionTable;

/** What is shown, and where progress goes: these options never change a result. */
export const SCREEN_TABLE = {
  verbose: {
    kind: 'flag',
    group: 'output',
    help: 'Text reports also with figures on volley itself',
    commands: ['run', 'modes', 'compare', 'sweep', 'batch', 'demo', 'report'],
  },
  quiet: {
    kind: 'flag',
    group: 'output',
    alias: 'q',
    help: 'On stderr only errors and what failed',
    commands: ['run', 'modes', 'compare', 'sweep', 'batch', 'demo', 'doctor'],
  },
  'no-progress': {
    kind: 'flag',
    group: 'output',
    help: 'Nothing on stderr that says where the run stands',
    commands: ['run', 'modes', 'compare', 'sweep', 'batch', 'demo', 'doctor'],
  },
} as const satisfies OptionTable;

export const RUNS_TABLE = {
  limit: {
    kind: 'count',
    group: 'own',
    help: 'Show at most this many, the newest',
    byDefault: '20; on a page all',
    commands: ['runs'],
  },
  output: {
    kind: 'choice',
    group: 'output',
    alias: 'o',
    value: 'FORM',
    choices: LIST_FORMS,
    help: 'Form of the list on stdout: text, json or html',
    byDefault: 'text',
    commands: ['runs'],
  },
} as const satisfies OptionTable;
