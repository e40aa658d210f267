import { ARRIVALS, type Rate, type Stage } from '../../../protocol/load.ts';
import {
  EXECUTORS,
  type IterationArrivals,
  type UserLoad,
  type UserStage,
} from '../../../protocol/scenario.ts';
import { durationOfMs } from '../load.ts';
import { type AdviceOnField, Fields } from './fields.ts';

export const MOST_USERS = 1_000_000;
export const MOST_ITERATIONS = 1_000_000_000;
const MOST_PER_SECOND = 10_000_000;
const GRACE_MS = 30_000;
const MAX_DURATION_MS = 600_000;
const SECOND_MS = 1_000;

const ALWAYS = ['executor', 'startTime', 'gracefulStop'];
const OF_ARRIVALS = ['timeUnit', 'maxVUs', 'preAllocatedVUs', 'arrivals', 'whenBusy'];
const FIELDS: Readonly<Record<(typeof EXECUTORS)[number], readonly string[]>> = {
  'constant-vus': ['vus', 'duration'],
  'ramping-vus': ['startVUs', 'stages', 'gracefulRampDown'],
  'per-vu-iterations': ['vus', 'iterations', 'maxDuration'],
  'shared-iterations': ['vus', 'iterations', 'maxDuration'],
  'constant-arrival-rate': ['rate', 'duration', ...OF_ARRIVALS],
  'ramping-arrival-rate': ['startRate', 'stages', ...OF_ARRIVALS],
};

/** Of all executors. */
const ALL = [...ALWAYS, ...new Set(Object.values(FIELDS).flat())];

/**
 * Reads the load of a scenario, or of a test.
 *
 * @param name its name in problems
 * @param mostUsers limit on concurrent users if none is given
 * @param adviceOn advice on a field that is like none that it has
 */
export function readLoad(
  name: string,
  value: unknown,
  mostUsers: number,
  problems: string[],
  adviceOn?: AdviceOnField,
): UserLoad {
  const given = new Fields(name, value, ALL, []);
  const executor = given.choice('executor', EXECUTORS, 'constant-vus');
  if (!given.has('executor') || given.value('executor') === executor)
    return loadOf(executor, name, value, mostUsers, problems, adviceOn);
  const found: string[] = [];
  const load = loadOf(executor, name, value, mostUsers, found, adviceOn);
  // Which fields an unknown executor has is not known: only values are told that are wrong in any case.
  const isOfValue = (problem: string): boolean =>
    ALL.some((field) => given.has(field) && problem.startsWith(`${given.nameOf(field)} `));
  problems.push(...found.filter(isOfValue));
  return load;
}

function loadOf(
  executor: (typeof EXECUTORS)[number],
  name: string,
  value: unknown,
  mostUsers: number,
  problems: string[],
  adviceOn: AdviceOnField | undefined,
): UserLoad {
  const fields = new Fields(name, value, [...ALWAYS, ...FIELDS[executor]], problems, adviceOn);
  fields.choice('executor', EXECUTORS);
  const startMs = fields.duration('startTime', 0, 0);
  const gracefulStopMs = fields.duration('gracefulStop', 0, GRACE_MS);
  const common = { startMs, gracefulStopMs };
  switch (executor) {
    case 'constant-vus': {
      const users = fields.count('vus', 1, MOST_USERS);
      const stages = [{ durationMs: fields.duration('duration', 1), target: users }];
      // No user leaves before the end.
      return {
        ...({ type: 'users', executor, startUsers: users, stages } as const),
        gracefulRampDownMs: gracefulStopMs,
        ...common,
      };
    }
    case 'ramping-vus': {
      const startUsers = fields.count('startVUs', 0, MOST_USERS, 0);
      const stages = stagesIn(fields, problems);
      if (startUsers === 0 && stages.length > 0 && stages.every(({ target }) => target === 0))
        fields.problem('stages', 'no user ever comes: give one a target above zero');
      const gracefulRampDownMs = fields.duration('gracefulRampDown', 0, GRACE_MS);
      return { type: 'users', executor, startUsers, stages, gracefulRampDownMs, ...common };
    }
    case 'per-vu-iterations':
    case 'shared-iterations': {
      const users = fields.count('vus', 1, MOST_USERS);
      const iterations = fields.count('iterations', 1, MOST_ITERATIONS);
      const maxDurationMs = fields.duration('maxDuration', 1, MAX_DURATION_MS);
      return { type: 'iterations', executor, users, iterations, maxDurationMs, ...common };
    }
    case 'constant-arrival-rate':
    case 'ramping-arrival-rate':
      return { ...arrivalsIn(fields, executor, mostUsers, problems), ...common };
  }
}

function arrivalsIn(
  fields: Fields,
  executor: IterationArrivals['executor'],
  mostUsers: number,
  problems: string[],
): Omit<IterationArrivals, 'startMs' | 'gracefulStopMs'> {
  const stages = arrivalStages(fields, executor, problems);
  const maxUsers = fields.count('maxVUs', 1, MOST_USERS, mostUsers);
  const firstUsers = fields.count('preAllocatedVUs', 0, MOST_USERS, 0);
  if (firstUsers > maxUsers)
    fields.problem('preAllocatedVUs', `there may be ${maxUsers} users at most (maxVUs)`);
  const arrivals = fields.choice('arrivals', ARRIVALS, 'constant');
  const whenBusy = fields.choice('whenBusy', ['queue', 'drop'] as const, 'queue');
  const durationMs = durationOfMs(stages) ?? 0;
  return { type: 'arrivals', executor, stages, durationMs, arrivals, maxUsers, firstUsers, whenBusy };
}

function stagesIn(fields: Fields, problems: string[]): UserStage[] {
  return fields.list('stages').map((stage, index) => {
    const one = new Fields(`${fields.nameOf('stages')}[${index}]`, stage, ['duration', 'target'], problems);
    return { durationMs: one.duration('duration', 0), target: one.count('target', 0, MOST_USERS) };
  });
}

function arrivalStages(fields: Fields, executor: string, problems: string[]): Stage[] {
  const periodMs = fields.duration('timeUnit', 1, SECOND_MS);
  if (executor === 'constant-arrival-rate') {
    const rate = rateIn(fields, 'rate', periodMs);
    if (rate.requests === 0) fields.problem('rate', 'no iteration is ever due: give more than 0');
    return [{ durationMs: fields.duration('duration', 1), from: rate, to: rate }];
  }
  let from = fields.has('startRate') ? rateIn(fields, 'startRate', periodMs) : { requests: 0, periodMs };
  const stages = fields.list('stages').map((stage, index): Stage => {
    const one = new Fields(`${fields.nameOf('stages')}[${index}]`, stage, ['duration', 'target'], problems);
    const to = rateIn(one, 'target', periodMs);
    const read = { durationMs: one.duration('duration', 0), from, to };
    from = to;
    return read;
  });
  const lasting = stages.filter(({ durationMs }) => durationMs !== 0);
  if (stages.length > 0 && lasting.every((stage) => stage.from.requests + stage.to.requests === 0))
    fields.problem('stages', 'no iteration is ever due: give a stage that lasts a target above zero');
  return lasting;
}

/** Reads a rate; a fraction is kept exact by a longer period. */
function rateIn(fields: Fields, field: string, periodMs: number): Rate {
  const value = fields.value(field);
  if (typeof value === 'number' && value >= 0 && (value * SECOND_MS) / periodMs <= MOST_PER_SECOND) {
    const digits = /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
    return { requests: Math.round(value * 10 ** digits), periodMs: periodMs * 10 ** digits };
  }
  fields.problem(field, 'give a number of iterations from 0, for each timeUnit (by default a second)');
  return { requests: 1, periodMs };
}
