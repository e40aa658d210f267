import { ARRIVALS, type OpenLoad, PACINGS, type Pacing, type Rate, type Stage } from '../../protocol/load.ts';
import type { WorkerMode } from '../../protocol/plan.ts';
import { MS_PER_HOUR, MS_PER_SECOND } from '../../protocol/units.ts';
import { DEFAULT_ARRIVALS, DEFAULT_MAX_IN_FLIGHT, DEFAULT_PACING } from './defaults.ts';
import { openFilesFor } from './open-files.ts';
import type { RunOptions } from './options.ts';
import type { Problems } from './problems.ts';
import { parseDurationMs, parseRate } from './quantities.ts';
import { given, listed, phrase, the } from './words.ts';

const LONGEST_STAGES_MS = 168 * MS_PER_HOUR;
const MAX_PER_SECOND = 10_000_000;

/** The open model before the target's location is known, which decides how a worker waits. */
export type UnresolvedOpenLoad = Omit<OpenLoad, 'pacing'> & { readonly pacing: Pacing | 'auto' };

/** Options that define the open model, and options that only apply to it. */
const MODELS = ['rate', 'every', 'stages'] as const;
const DETAILS = ['arrivals', 'maxInFlight', 'pacing'] as const;
const NAMES: Readonly<Record<(typeof MODELS)[number] | (typeof DETAILS)[number], string>> = {
  rate: 'rate',
  every: 'every',
  stages: 'stages',
  arrivals: 'arrivals',
  maxInFlight: 'max-in-flight',
  pacing: 'pacing',
};

/** Reads the open model's options; null for the closed model, or if a problem has been noted. */
export function parseOpenLoad(
  options: RunOptions,
  maxInFlight: number,
  problems: Problems,
  timesMs: readonly number[] | null = null,
): UnresolvedOpenLoad | null {
  const before = problems.size;
  const said = [...MODELS, 'trace' as const]
    .filter((name) => options[name] !== undefined)
    .map((name) => the(name === 'trace' ? name : NAMES[name]));
  if (said.length === 0) {
    for (const name of DETAILS.filter((detail) => options[detail] !== undefined)) {
      problems.add(
        phrase`${the(NAMES[name])} ${given(options[name])} has no effect without a schedule: add ${the('rate')}, ${the('every')} or ${the('stages')}.`,
      );
    }
    return null;
  }
  if (said.length > 1)
    problems.add(phrase`${listed(said, ' and ')} each say what the rate is: give one of them.`);
  if (options.stages !== undefined && options.duration !== undefined) {
    problems.add(
      phrase`${the('duration')} ${given(options.duration)} with ${the('stages')}: the stages say how long the run lasts: leave it out.`,
    );
  }
  if (options.trace !== undefined && options.arrivals !== undefined)
    problems.add(
      phrase`${the('arrivals')} ${given(options.arrivals)} with ${the('trace')}: the trace says when requests come: leave it out.`,
    );
  const stages = options.trace === undefined ? parseStages(options, problems) : stagesOf(timesMs ?? []);
  const arrivals = problems.choice('arrivals', options.arrivals ?? DEFAULT_ARRIVALS, ARRIVALS);
  const pacing = problems.choice('pacing', options.pacing ?? DEFAULT_PACING, [...PACINGS, 'auto'] as const);
  if (arrivals === null || pacing === null || problems.size > before) return null;
  return timesMs === null
    ? { model: 'open', stages, arrivals, maxInFlight, pacing }
    : { model: 'open', stages, arrivals: 'recorded', timesMs, maxInFlight, pacing };
}

/** The mean rate of recorded arrivals, over the time until one mean interval after the last of them. */
function stagesOf(timesMs: readonly number[]): Stage[] {
  const count = timesMs.length;
  const lastMs = timesMs.at(-1) ?? 0;
  const durationMs = Math.max(1, lastMs + lastMs / Math.max(1, count - 1));
  const rate = { requests: count, periodMs: durationMs };
  return [{ durationMs, from: rate, to: rate }];
}

/** Total duration of the stages; null if one has no end. */
export function durationOfMs(stages: readonly Stage[]): number | null {
  return stages.reduce<number | null>(
    (sum, { durationMs }) => (sum === null || durationMs === null ? null : sum + durationMs),
    0,
  );
}

/**
 * Precise pacing keeps a core busy for each worker. It pays only if each worker has a core to itself, with one more
 * for a target on this machine; with fewer cores it is worse than a tick per millisecond.
 */
export function choosePacing(
  pacing: Pacing | 'auto',
  workers: number,
  cores: number,
  isTargetLocal: boolean,
): Pacing {
  if (pacing !== 'auto') return pacing;
  return workers + (isTargetLocal ? 1 : 0) <= cores ? 'precise' : 'eco';
}

function parseStages(options: RunOptions, problems: Problems): Stage[] {
  if (options.stages !== undefined) return parseStageList(options.stages, problems);
  const rate =
    options.every === undefined
      ? rateOf('rate', String(options.rate), problems)
      : rateEvery(options.every, problems);
  return rate === null ? [] : [{ durationMs: null, from: rate, to: rate }];
}

/** What the numbers of stages are. */
interface StageWords {
  readonly number: string;
  readonly nothing: string;
  readonly example: string;
}

const OF_RATES: StageWords = {
  number: 'rate',
  nothing: 'no request is ever due: give at least one stage a rate above zero',
  example: '10s:100 or 30s:100..1000',
};

/** Reads `10s:100,30s:100..1000`. */
export function parseStageList(text: string, problems: Problems, words: StageWords = OF_RATES): Stage[] {
  const stages: Stage[] = [];
  for (const part of text.split(',')) {
    const [, time = '', first = '', second = first] =
      /^([^:]+):([^.:]*(?:\.\d[^.:]*)?)(?:\.\.(.+))?$/.exec(part.trim()) ?? [];
    const durationMs = parseDurationMs(time);
    const from = parseRate(first);
    const to = parseRate(second);
    if (
      durationMs === null ||
      durationMs === 0 ||
      from === null ||
      to === null ||
      !isPossible(from) ||
      !isPossible(to)
    ) {
      problems.add(
        phrase`${the('stages')} ${given(part)}: give time:${words.number} or time:${words.number}..${words.number}, such as ${words.example}.`,
      );
    } else {
      stages.push({ durationMs, from, to });
    }
  }
  if ((durationOfMs(stages) ?? 0) > LONGEST_STAGES_MS)
    problems.add(phrase`${the('stages')} ${given(text)}: they last more than 168h in all: give less.`);
  if (stages.length > 0 && stages.every(({ from, to }) => from.requests + to.requests === 0)) {
    problems.add(phrase`${the('stages')} ${given(text)}: ${words.nothing}.`);
  }
  return stages;
}

/** Reads a rate above zero; null if a problem has been noted. */
export function rateOf(option: string, text: string, problems: Problems): Rate | null {
  const rate = parseRate(text);
  if (rate !== null && rate.requests > 0 && isPossible(rate)) return rate;
  problems.add(
    phrase`${the(option)} ${given(text)}: give requests a second, such as 200, 50/s or 3000/m, up to 10m.`,
  );
  return null;
}

function rateEvery(text: string | number, problems: Problems): Rate | null {
  const periodMs = typeof text === 'number' ? text : parseDurationMs(text);
  if (periodMs !== null && periodMs > 0 && isPossible({ requests: 1, periodMs }))
    return { requests: 1, periodMs };
  problems.add(phrase`${the('every')} ${given(text)}: give the time between two starts, such as 10ms or 2s.`);
  return null;
}

function isPossible({ requests, periodMs }: Rate): boolean {
  return (requests * MS_PER_SECOND) / periodMs <= MAX_PER_SECOND;
}

/** The default of 10,000 connections, or what open files allow. */
export function defaultMaxInFlight(mode: WorkerMode | null, workers: number): number {
  return Math.max(1, Math.min(DEFAULT_MAX_IN_FLIGHT, openFilesFor(mode, workers).connections));
}
