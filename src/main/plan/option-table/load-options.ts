import { ARRIVALS, PACINGS } from '../../../protocol/load.ts';
import { CLIENT_NAMES, WORKER_MODES } from '../../../protocol/plan.ts';
import {
  DEFAULT_ARRIVALS,
  DEFAULT_CLIENT,
  DEFAULT_CONCURRENCY,
  DEFAULT_DURATION,
  DEFAULT_MODE,
  DEFAULT_PACING,
  DEFAULT_ROUND_DURATION,
  DEFAULT_SWEEP_DURATION,
  DEFAULT_SWEEP_RANGE,
} from '../defaults.ts';
import type { CommandName, OptionTable } from './entry.ts';

/** Commands that put a load on a target, and all commands that send requests. */
export const LOADS = ['run', 'modes', 'compare', 'sweep'] as const satisfies readonly CommandName[];
export const SENDS = [...LOADS, 'batch'] as const satisfies readonly CommandName[];

/** All but sweeps, which set the size of the load themselves. */
export const OF_A_FIXED_LOAD = ['run', 'modes', 'compare'] as const satisfies readonly CommandName[];
const OF_A_FIXED_LOAD_OR_BATCH = [...OF_A_FIXED_LOAD, 'batch'] as const satisfies readonly CommandName[];

const REQUESTS_OF_A_ROUND = { help: 'Requests of each round: 500, 10k, 2m' };
const OF_A_ROUND = { byDefault: `${DEFAULT_ROUND_DURATION} a round, without -n` };

/** Options on how much is sent, when, and by which workers. */
export const LOAD_OPTIONS = {
  workers: {
    kind: 'count',
    group: 'engine',
    alias: 'w',
    help: 'Workers; inline has exactly one',
    byDefault: 'cores − 1, at most the concurrency',
    commands: SENDS,
    differs: { modes: { help: 'Numbers of workers for threads and processes, such as 1,2,4' } },
    mayChangeOnResume: true,
  },
  concurrency: {
    kind: 'count',
    group: 'load',
    alias: 'c',
    help: 'Connections, in total over all workers',
    byDefault: String(DEFAULT_CONCURRENCY),
    commands: SENDS,
    differs: {
      sweep: {
        help: 'Connections, from the first level to the last: 1..256',
        byDefault: `${DEFAULT_SWEEP_RANGE}, without --rate`,
      },
    },
    mayChangeOnResume: true,
  },
  requests: {
    kind: 'count',
    group: 'load',
    alias: 'n',
    help: 'Requests in total: 500, 10k, 2m',
    byDefault: 'no limit',
    commands: LOADS,
    differs: {
      modes: REQUESTS_OF_A_ROUND,
      compare: REQUESTS_OF_A_ROUND,
      sweep: { help: 'Requests of each level: 500, 10k, 2m' },
    },
  },
  duration: {
    kind: 'duration',
    group: 'load',
    alias: 'd',
    help: 'Stop starting requests after this: 500ms, 10s, 1m30s; 10 is 10s',
    byDefault: `${DEFAULT_DURATION} without -n`,
    commands: LOADS,
    differs: {
      modes: OF_A_ROUND,
      compare: OF_A_ROUND,
      sweep: { byDefault: `${DEFAULT_SWEEP_DURATION} a level, without -n` },
    },
  },
  mode: {
    kind: 'choice',
    group: 'engine',
    value: 'M',
    choices: WORKER_MODES,
    help: 'What a worker is: threads, processes, or inline (one event loop)',
    byDefault: DEFAULT_MODE,
    commands: ['run', 'compare', 'sweep', 'batch'],
    mayChangeOnResume: true,
  },
  client: {
    kind: 'choice',
    group: 'engine',
    value: 'NAME',
    choices: CLIENT_NAMES,
    help: 'HTTP client: undici, or wire, which costs less CPU per request',
    byDefault: DEFAULT_CLIENT,
    commands: SENDS,
    of: 'connection',
    mayChangeOnResume: true,
  },
  rate: {
    kind: 'rate',
    group: 'load',
    alias: 'r',
    help: 'Requests a second, in the open model: 200, 3000/m',
    byDefault: 'closed model',
    commands: SENDS,
    differs: {
      sweep: { help: 'Requests a second, from the first level to the last: 1..64' },
      batch: { help: 'Start at most N requests a second (200, 50/s, 3000/m)', byDefault: 'no limit' },
    },
    mayChangeOnResume: true,
  },
  every: {
    kind: 'duration',
    group: 'load',
    help: 'A rate, as the time between two starts: 10ms',
    byDefault: 'closed model',
    commands: OF_A_FIXED_LOAD_OR_BATCH,
    differs: { batch: { help: 'The same limit, as the time between two starts', byDefault: 'no limit' } },
    mayChangeOnResume: true,
  },
  stages: {
    kind: 'text',
    group: 'load',
    value: 'LIST',
    help: 'A rate that changes over time: 10s:100,30s:100..1000,1m:1000',
    byDefault: 'closed model',
    commands: OF_A_FIXED_LOAD,
  },
  arrivals: {
    kind: 'choice',
    group: 'load',
    value: 'KIND',
    choices: ARRIVALS,
    help: 'Spacing of the starts: constant or poisson',
    byDefault: DEFAULT_ARRIVALS,
    commands: LOADS,
  },
  'max-in-flight': {
    kind: 'count',
    group: 'load',
    help: 'With a rate: maximum connections at once; further requests wait in a queue',
    byDefault: '10000, or what open files allow',
    commands: LOADS,
  },
  pacing: {
    kind: 'choice',
    group: 'engine',
    value: 'KIND',
    choices: [...PACINGS, 'auto'],
    help: 'With a rate: precise (polls) or eco (1 ms ticks); auto chooses',
    byDefault: DEFAULT_PACING,
    commands: LOADS,
  },
} as const satisfies OptionTable;
