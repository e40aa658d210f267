import { DEFAULT_PERCENTILES, DEFAULT_ROUND_WARMUP, DEFAULT_TIMEOUT, DEFAULT_WARMUP } from '../defaults.ts';
import type { OptionTable } from './entry.ts';
import { LOADS, SENDS } from './load-options.ts';

/** What is measured, and what the result has to keep. */
export const MEASURE_OPTIONS = {
  set: {
    kind: 'setting',
    group: 'target',
    help: 'A value for {{name}}, as name=value; repeatable',
    byDefault: 'none',
    commands: LOADS,
    isRepeatable: true,
    isSecret: true,
    // There they are `variables`, an object.
    inPlan: false,
    library: null,
  },
  timeout: {
    kind: 'duration',
    group: 'load',
    help: 'From when a request is given to a connection until its last byte',
    byDefault: DEFAULT_TIMEOUT,
    commands: SENDS,
    mayChangeOnResume: true,
  },
  warmup: {
    kind: 'duration',
    group: 'load',
    help: 'The same load before the measurement begins, left out of the result',
    byDefault: DEFAULT_WARMUP,
    commands: LOADS,
    differs: {
      modes: { byDefault: DEFAULT_ROUND_WARMUP },
      compare: { byDefault: DEFAULT_ROUND_WARMUP },
    },
  },
  'cpu-work': {
    kind: 'count',
    group: 'engine',
    help: 'Hash each body so many times before the next request, in the worker',
    byDefault: '0',
    commands: LOADS,
  },
  percentiles: {
    kind: 'percentiles',
    group: 'output',
    help: 'Percentiles to compute, comma-separated',
    byDefault: DEFAULT_PERCENTILES,
    commands: SENDS,
    mayChangeOnResume: true,
  },
  threshold: {
    kind: 'rule',
    group: 'expectations',
    help: 'Exit with 1 unless it holds: p99<50ms, error-rate<1%; repeatable',
    byDefault: 'none',
    commands: ['run'],
    isRepeatable: true,
    library: 'thresholds',
  },
  'abort-on': {
    kind: 'rule',
    group: 'expectations',
    help: 'The same, checked every second: the run ends as soon as it does not hold',
    byDefault: 'none',
    commands: ['run'],
    isRepeatable: true,
  },
  seed: {
    kind: 'count',
    group: 'engine',
    help: 'For everything random',
    byDefault: 'random, and printed',
    commands: SENDS,
    mayChangeOnResume: true,
  },
} as const satisfies OptionTable;

/** What becomes of a run, where it is not a run of the library. */
export const RESULT_OPTIONS = {
  'dry-run': {
    kind: 'flag',
    group: 'output',
    help: 'Print the plan and the first of each request; send nothing',
    commands: ['run'],
    inPlan: false,
    library: null,
  },
  once: {
    kind: 'flag',
    group: 'output',
    help: 'Send each request of the mix once, and print it with its answer',
    commands: ['run'],
    inPlan: false,
    library: null,
  },
  repeat: {
    kind: 'count',
    group: 'output',
    help: 'Measure so many rounds, for an interval on every headline figure',
    byDefault: '1',
    commands: ['run'],
    library: null,
  },
  output: {
    kind: 'choice',
    group: 'output',
    alias: 'o',
    value: 'FORM',
    choices: ['text', 'json', 'markdown', 'csv', 'junit', 'prometheus'],
    help: 'Form of the result on stdout: text, json, markdown, csv, junit or prometheus',
    byDefault: 'text',
    commands: ['run', 'batch'],
    library: null,
  },
  out: {
    kind: 'file',
    group: 'output',
    help: 'Also save the result as JSON to this file',
    byDefault: 'none',
    commands: LOADS,
    library: null,
  },
  save: {
    kind: 'flag',
    group: 'output',
    help: 'Keep the result in .volley/runs, where volley runs lists it',
    commands: LOADS,
    library: null,
  },
  samples: {
    kind: 'file',
    group: 'output',
    help: 'Write every request to this file, which ends in .csv or .jsonl',
    byDefault: 'none',
    commands: ['run'],
    library: null,
  },
  'step-summary': {
    kind: 'flag',
    group: 'output',
    help: 'Append the result as Markdown to $GITHUB_STEP_SUMMARY',
    commands: ['run'],
    library: null,
  },
} as const satisfies OptionTable;
