import type { Rate, Stage } from '../../../protocol/load.ts';
import { EXECUTORS } from '../../../protocol/scenario.ts';
import { MS_PER_SECOND } from '../../../protocol/units.ts';
import { phrase, the, type Words } from '../words.ts';

/** Command-line options on the size of a load. */
export interface Size {
  readonly vus: number | undefined;
  readonly iterations: number | undefined;
  readonly durationMs: number | undefined;
  readonly rate: Rate | undefined;
  /** Of users or of iterations a second, in place of all others. */
  readonly stages?: readonly Stage[] | undefined;
}

/** A load as made by user code, not checked yet. */
export type RawLoad = Readonly<Record<string, unknown>>;

/** An option that does not fit a load, and advice. */
export interface Misfit {
  readonly option: 'vus' | 'iterations' | 'duration' | 'rate' | 'stages';
  readonly advice: Words;
}

/**
 * The same load at another size. A ramp becomes constant if its size and its duration are given, and users who run for
 * a fixed time become users who share a number of iterations if that is given.
 */
export function resizedLoad(load: RawLoad, size: Size): RawLoad | Misfit {
  const executor = EXECUTORS.find((known) => known === load['executor']);
  // An unknown executor is reported with the rest of the module.
  if (executor === undefined) return load;
  if (size.stages !== undefined) return staged(load, executor, size.stages);
  switch (executor) {
    case 'constant-vus':
    case 'ramping-vus':
    case 'per-vu-iterations':
    case 'shared-iterations':
      return size.rate === undefined
        ? ofUsers(load, executor, size)
        : {
            option: 'rate',
            advice: phrase`in ${executor} each user starts its next iteration when its last one is over: give ${the('vus')}, or write an executor with a rate.`,
          };
    case 'constant-arrival-rate':
    case 'ramping-arrival-rate':
      return ofArrivals(load, executor, size);
  }
}

function ofUsers(
  load: RawLoad,
  executor: 'constant-vus' | 'ramping-vus' | 'per-vu-iterations' | 'shared-iterations',
  { vus: asked, iterations, durationMs }: Size,
): RawLoad | Misfit {
  const vus = asked ?? load['vus'];
  if (executor === 'per-vu-iterations' || executor === 'shared-iterations')
    return {
      ...load,
      vus,
      ...(iterations === undefined ? {} : { iterations }),
      ...(durationMs === undefined ? {} : { maxDuration: durationMs }),
    };
  const { duration, stages, startVUs, gracefulRampDown, ...common } = load;
  const isRamp = executor === 'ramping-vus';
  if (iterations !== undefined) {
    if (vus === undefined)
      return {
        option: 'iterations',
        advice: phrase`the number of users changes in ${executor}: give ${the('vus')}, the number of users who share them.`,
      };
    const maxDuration = durationMs ?? (isRamp ? undefined : duration);
    return {
      ...common,
      ...{ executor: 'shared-iterations', vus, iterations },
      ...(maxDuration === undefined ? {} : { maxDuration }),
    };
  }
  if (!isRamp) return { ...load, vus, duration: durationMs ?? duration };
  if (vus === undefined)
    return {
      option: 'duration',
      advice: phrase`the stages of ${executor} say how long each lasts: add ${the('vus')}, for a constant number of users.`,
    };
  if (durationMs === undefined)
    return {
      option: 'vus',
      advice: phrase`the number of users changes in ${executor}: add ${the('duration')}, for a constant number of users.`,
    };
  return { ...common, executor: 'constant-vus', vus, duration: durationMs };
}

function ofArrivals(
  load: RawLoad,
  executor: 'constant-arrival-rate' | 'ramping-arrival-rate',
  { vus, iterations, durationMs, rate }: Size,
): RawLoad | Misfit {
  if (vus !== undefined)
    return {
      option: 'vus',
      advice: phrase`users of ${executor} come as its iterations need them: give ${the('rate')}, or write maxVUs.`,
    };
  if (iterations !== undefined)
    return {
      option: 'iterations',
      advice: phrase`iterations of ${executor} start by a schedule: give ${the('rate')} and ${the('duration')}.`,
    };
  const { stages, startRate, ...common } = load;
  const level = rate === undefined ? {} : { rate: rate.requests, timeUnit: rate.periodMs };
  if (executor === 'constant-arrival-rate')
    return { ...load, ...level, ...(durationMs === undefined ? {} : { duration: durationMs }) };
  if (rate === undefined)
    return {
      option: 'duration',
      advice: phrase`the stages of ${executor} say how long each lasts: add ${the('rate')}, for a constant rate.`,
    };
  if (durationMs === undefined)
    return {
      option: 'rate',
      advice: phrase`the rate of ${executor} changes: add ${the('duration')}, for a constant rate.`,
    };
  return { ...common, ...level, executor: 'constant-arrival-rate', duration: durationMs };
}

/** The same load with other stages; a load without stages gets them in place of its constant number. */
function staged(
  load: RawLoad,
  executor: (typeof EXECUTORS)[number],
  stages: readonly Stage[],
): RawLoad | Misfit {
  switch (executor) {
    case 'per-vu-iterations':
    case 'shared-iterations':
      return {
        option: 'stages',
        advice: phrase`${executor} ends with its iterations, whatever the time: give ${the('iterations')} or ${the('vus')}, or write ramping-vus.`,
      };
    case 'constant-vus':
    case 'ramping-vus': {
      const odd = stages.flatMap(({ from, to }) => [from, to]).find((number) => !isNumberOfUsers(number));
      if (odd !== undefined)
        return {
          option: 'stages',
          advice: phrase`in ${executor} the numbers are users: give whole ones, such as 30s:0..100,1m:100.`,
        };
      const { vus, duration, ...kept } = load;
      const [startVUs, steps] = targetsOf(stages, MS_PER_SECOND);
      return { ...kept, executor: 'ramping-vus', startVUs, stages: steps };
    }
    case 'constant-arrival-rate':
    case 'ramping-arrival-rate': {
      const { rate, duration, ...kept } = load;
      const timeUnit = Math.max(...stages.flatMap(({ from, to }) => [from.periodMs, to.periodMs]));
      const [startRate, steps] = targetsOf(stages, timeUnit);
      return { ...kept, executor: 'ramping-arrival-rate', startRate, timeUnit, stages: steps };
    }
  }
}

function isNumberOfUsers({ requests, periodMs }: Rate): boolean {
  return periodMs === MS_PER_SECOND && Number.isInteger(requests);
}

/** The number at the start, and the stages as a load has them: each goes on from the last one's number, or jumps first. */
function targetsOf(
  stages: readonly Stage[],
  unitMs: number,
): [start: number, steps: { readonly duration: number; readonly target: number }[]] {
  const numberOf = ({ requests, periodMs }: Rate): number => (requests * unitMs) / periodMs;
  const start = stages[0] === undefined ? 0 : numberOf(stages[0].from);
  let last = start;
  const steps = stages.flatMap(({ durationMs, from, to }) => {
    const jump = numberOf(from) === last ? [] : [{ duration: 0, target: numberOf(from) }];
    last = numberOf(to);
    return [...jump, { duration: durationMs ?? 0, target: last }];
  });
  return [start, steps];
}
