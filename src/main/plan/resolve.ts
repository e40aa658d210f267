import { availableParallelism } from 'node:os';
import { parsePercentile } from '../../metrics/percentile-rank.ts';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { ClosedLoad } from '../../protocol/load.ts';
import { CLIENT_NAMES, type RunPlan, WORKER_MODES, type WorkerMode } from '../../protocol/plan.ts';
import type { Threshold } from '../../protocol/threshold.ts';
import { MS_PER_HOUR } from '../../protocol/units.ts';
import { counted, formatDuration } from '../text/format.ts';
import { VERSION } from '../text/version.ts';
import { parseStreams } from './connection/protocol.ts';
import {
  DEFAULT_CLIENT,
  DEFAULT_DURATION,
  DEFAULT_MODE,
  DEFAULT_PERCENTILES,
  DEFAULT_TIMEOUT,
  DEFAULT_WARMUP,
} from './defaults.ts';
import { type Expanded, expandSources, inWordsOf } from './expand.ts';
import { secretsGiven } from './given-secrets.ts';
import { withoutSecretsIn } from './hidden-error.ts';
import { choosePacing, durationOfMs, type UnresolvedOpenLoad } from './load.ts';
import { connectionsOf, type LoadParts, parseLoadParts } from './load-parts.ts';
import { presetOf } from './models/own-presets.ts';
import { hasOwnBody } from './models/preset-request.ts';
import { needsModel } from './models/presets.ts';
import { checkStreamRules, parseStreaming, type Streaming } from './models/stream-plan.ts';
import { parseNameAndSeed } from './name-and-seed.ts';
import { checkOpenFiles } from './open-files.ts';
import { checkShape } from './option-shapes.ts';
import type { RunOptions } from './options.ts';
import { WRITTEN_IN } from './options.ts';
import { Problems, type Told } from './problems.ts';
import { parseDurationMs } from './quantities.ts';
import { parseRequests, type UnresolvedRequest } from './requests/requests.ts';
import { endpointOf, isLocal, requestMessageOf, resolveEndpoints, settingsOf } from './target.ts';
import { termsOf } from './terms.ts';
import {
  checkThresholdNames,
  parseThresholds,
  percentilesIn,
  withErrorRate,
  withRules,
} from './thresholds.ts';
import { withProblems } from './worded-problem.ts';
import { given, type OptionWord, phrase, sentenceOf, the, type Words } from './words.ts';

const MAX_REQUESTS = 1_000_000_000_000;
const MAX_CPU_WORK = 1_000_000_000;
// A week: warm-up, duration and timeout together still fit one of Node's timers (2^31 ms, or 596 hours).
const LONGEST_MS = 168 * MS_PER_HOUR;
const SHORTEST_MS = 1;

/** A plan before its target's name is looked up, with everything that depends on the target's location open. */
export type UnresolvedPlan = Omit<RunPlan, 'settings' | 'mix' | 'isTargetLocal' | 'load' | 'notes'> & {
  readonly notes: readonly Words[];
  readonly mix: readonly UnresolvedRequest[];
  readonly load: ClosedLoad | UnresolvedOpenLoad;
};

/**
 * Checks all options of a run: nothing runs without having passed it.
 *
 * @param earlier problems found by the caller, which are reported with the others
 * @param columns column names of rows that are sent later, one by one
 * @param isSentFromHere if false, limits of this machine do not apply to the load
 * @throws VolleyError VOLLEY_USAGE, with all problems
 */
export function checkOptions(
  options: RunOptions,
  earlier: readonly Told[] = [],
  columns: readonly string[] | null = null,
  isSentFromHere = true,
): UnresolvedPlan {
  try {
    return checked(options, earlier, columns, isSentFromHere);
  } catch (error) {
    throw withoutSecretsIn(error, secretsGiven(options, process.env));
  }
}

function checked(
  options: RunOptions,
  earlier: readonly Told[],
  columns: readonly string[] | null,
  isSentFromHere: boolean,
): UnresolvedPlan {
  const problems = new Problems(withWrongNames(options, earlier));
  const identity = parseNameAndSeed(options, problems);
  const parsed = parseRequests({ ...options, seed: identity.seed }, `volley/${VERSION}`, problems, columns);
  const mode = problems.choice('mode', options.mode ?? DEFAULT_MODE, WORKER_MODES);
  const client = problems.choice('client', options.client ?? DEFAULT_CLIENT, CLIENT_NAMES);
  const requests = checkBudget(options, parsed, problems);
  const { givenMs, timeoutMs, warmupMs } = checkTimes(options, parsed?.mix ?? [], problems);
  if (parsed?.rows === 'once' && warmupMs !== null && warmupMs > 0) refuseToUseUpRows(options, problems);
  const percentiles = checkPercentiles(options.percentiles ?? DEFAULT_PERCENTILES, problems);
  const streaming = parseStreaming(options, problems);
  const { abortOn, thresholds } = checkRules(options, parsed?.mix ?? null, streaming, problems);
  const cpuWork = problems.count('cpu-work', options.cpuWork ?? 0, 0, MAX_CPU_WORK);
  const streams = parseStreams(options, problems);
  const loadParts = parseLoadParts(options, mode, requests, problems, parsed?.timesMs ?? null);
  const { workers, concurrency, openLoad } = loadParts;
  if (isSentFromHere) checkOpened(options, { ...loadParts, requests, warmupMs, streams, mode }, problems);
  if (
    problems.size > 0 ||
    parsed === null ||
    mode === null ||
    client === null ||
    timeoutMs === null ||
    cpuWork === null ||
    warmupMs === null
  ) {
    throw new VolleyError(ERROR_CODES.usage, problems.list);
  }
  const { timesMs: _timesMs, ...asked } = parsed;
  return {
    ...asked,
    ...identity,
    mode,
    workers,
    concurrency: connectionsOf(concurrency, openLoad),
    streams,
    client,
    load: openLoad ?? { model: 'closed' },
    stop: { requests, durationMs: givenMs ?? endMsOf(requests, openLoad) },
    warmupMs,
    timeoutMs,
    cpuWork,
    percentiles: [...new Set([...percentiles, ...percentilesIn(thresholds)])],
    thresholds: withImplied(thresholds, parsed.mix),
    abortOn,
    stream: streaming.stream,
    objectives: streaming.objectives,
    writtenIn: options[WRITTEN_IN],
  };
}

/** Checks whether this machine allows as many open connections as may be needed. */
function checkOpened(
  options: RunOptions,
  {
    workers,
    concurrency,
    maxInFlight,
    openLoad,
    requests,
    warmupMs,
    streams,
    mode,
  }: LoadParts & {
    readonly requests: number | null;
    readonly warmupMs: number | null;
    readonly streams: number;
    readonly mode: WorkerMode | null;
  },
  problems: Problems,
): void {
  // A budget smaller than the concurrency opens fewer connections.
  const opened = warmupMs === 0 ? Math.min(concurrency, requests ?? concurrency) : concurrency;
  if (openLoad === null || options.concurrency !== undefined)
    checkOpenFiles(opened, phrase`${the('concurrency')} ${given(concurrency)}`, mode, workers, problems);
  if (openLoad !== null && maxInFlight !== null) {
    const most = Math.ceil(maxInFlight / streams);
    checkOpenFiles(most, phrase`${the('max-in-flight')} ${given(maxInFlight)}`, mode, workers, problems);
  }
}

/** Adds options that do not exist. Refuses values of the wrong type: they cannot be read, so further checks are pointless. */
function withWrongNames(options: RunOptions, earlier: readonly Told[]): readonly Told[] {
  const shape = new Problems();
  const canBeRead = checkShape(options, shape);
  const all = [...earlier, ...shape.list];
  if (canBeRead) return all;
  throw withoutSecretsIn(new VolleyError(ERROR_CODES.usage, all), secretsGiven(options, process.env));
}

function checkTimes(
  { duration, timeout, warmup }: RunOptions,
  mix: readonly UnresolvedRequest[],
  problems: Problems,
): Readonly<Record<'givenMs' | 'timeoutMs' | 'warmupMs', number | null>> {
  const givenMs = optional(duration, (value) =>
    problems.durationMs('duration', value, SHORTEST_MS, LONGEST_MS),
  );
  const timeoutMs = problems.durationMs('timeout', timeout ?? DEFAULT_TIMEOUT, SHORTEST_MS, LONGEST_MS);
  checkExpectedTimes(mix, timeoutMs, problems);
  const warmupMs = problems.durationMs('warmup', warmup ?? DEFAULT_WARMUP, 0, LONGEST_MS);
  return { givenMs, timeoutMs, warmupMs };
}

/** @param mix null if unknown */
function checkRules(
  options: RunOptions,
  mix: readonly Pick<UnresolvedRequest, 'name'>[] | null,
  streaming: Streaming,
  problems: Problems,
): Pick<RunPlan, 'abortOn' | 'thresholds'> {
  const abortOn = parseThresholds(options.abortOn ?? [], problems, 'abort-on');
  const target = streaming.target === null ? [] : [streaming.target];
  const asked = withRules(parseThresholds(options.thresholds ?? [], problems), target);
  const thresholds = withRules(asked, abortOn);
  checkStreamRules({ thresholds, abortOn }, streaming, problems);
  const names = mix?.map(({ name }) => name);
  if (names !== undefined) checkThresholdNames(thresholds, names, problems);
  return { abortOn, thresholds };
}

function refuseToUseUpRows({ trace }: RunOptions, problems: Problems): void {
  if (trace !== undefined) {
    problems.add(
      phrase`${the('warmup')} with ${the('trace')}: a trace is replayed from its first request: leave it out.`,
    );
    return;
  }
  problems.add(
    phrase`${the('rows-mode')} ${given('once')} with ${the('warmup')}: a warm-up would use rows up: leave one out.`,
  );
}

/** When a run ends without a given duration; null if its number of requests ends it. */
function endMsOf(requests: number | null, openLoad: UnresolvedOpenLoad | null): number | null {
  const stagesMs = openLoad === null ? null : durationOfMs(openLoad.stages);
  return stagesMs ?? (requests === null ? parseDurationMs(DEFAULT_DURATION) : null);
}

/**
 * Validates options and looks the target's name up.
 *
 * @throws VolleyError VOLLEY_USAGE or VOLLEY_UNKNOWN_HOST
 */
export async function resolvePlan(options: RunOptions): Promise<RunPlan> {
  return completePlan(await readOptions(options));
}

/**
 * Validates options and reads the files that they name.
 *
 * @param earlier problems found by the caller, which are reported with the others
 * @param readersOfStdin what reads stdin in addition to these options
 * @param where with `isSentFromHere` false, limits of this machine do not apply to the load
 * @throws VolleyError VOLLEY_USAGE, with all problems
 */
export async function readOptions(
  options: RunOptions,
  earlier: readonly Told[] = [],
  readersOfStdin: readonly OptionWord[] = [],
  { isSentFromHere = true }: { readonly isSentFromHere?: boolean } = {},
): Promise<UnresolvedPlan> {
  const problems = [...withWrongNames(options, earlier)];
  const notes: Words[] = [];
  try {
    const expanded = await expandSources(options, problems, notes, readersOfStdin);
    if (!isSentFromHere) refuseToAsk(options, problems);
    const plan = checkExpanded(expanded, problems, null, isSentFromHere);
    return { ...plan, notes: [...notes, ...plan.notes] };
  } catch (error) {
    // A source, such as a list of URLs, is no longer among the options that were checked.
    throw withoutSecretsIn(error, secretsGiven(options, process.env));
  }
}

/** Requires a model when agents send: the target is not asked beforehand which models it has. */
function refuseToAsk(options: RunOptions, found: Told[]): void {
  const { preset: name, presets, model } = options;
  const preset = presetOf({ preset: name, presets }, new Problems());
  if (model !== undefined || preset === null || !needsModel(preset) || hasOwnBody(options)) return;
  const problems = new Problems();
  problems.add(
    phrase`${the('preset')} ${given(name)} over agents without ${the('model')}: say which model to ask.`,
  );
  found.push(...problems.list);
}

/** The same check for options from a source: problems are reported in the terms of that source. */
export function checkExpanded(
  expanded: Expanded,
  earlier: readonly Told[],
  columns: readonly string[] | null = null,
  isSentFromHere = true,
): UnresolvedPlan {
  try {
    return checkOptions(expanded.options, earlier, columns, isSentFromHere);
  } catch (error) {
    throw withProblems(error, (problem) => problem.with(inWordsOf(expanded)));
  }
}

/**
 * Looks the target's name up and completes what depends on its location.
 *
 * @param lookUp false if nothing is sent from here: names are kept
 * @throws VolleyError VOLLEY_UNKNOWN_HOST
 */
export async function completePlan(plan: UnresolvedPlan, lookUp = true): Promise<RunPlan> {
  const targets = plan.mix.map(({ target }) => target);
  // Scenarios without a base name the whole URL of each request.
  const isSomewhere = plan.scenarios?.base !== null;
  const endpoints = lookUp
    ? await resolveEndpoints(targets).catch((error: unknown) => {
        throw withoutSecretsIn(error, plan.supplies.secrets);
      })
    : targets.map(endpointOf);
  const mix = plan.mix.map(({ target, ...request }, index) => ({
    ...request,
    endpoint: isSomewhere ? (endpoints[index] ?? null) : null,
    message: requestMessageOf(target),
  }));
  const settings = settingsOf(first(plan.mix).target);
  const { routes } = settings;
  const isTargetLocal =
    isSomewhere &&
    (routes.unixSocket !== null || endpoints.some((endpoint) => endpoint !== null && isLocal(endpoint)));
  const { load } = plan;
  const terms = termsOf(plan.writtenIn);
  const notes = plan.notes.map((note) => sentenceOf(note, terms));
  const resolved = { ...plan, notes, settings, mix, isTargetLocal };
  if (load.model === 'closed') return { ...resolved, load };
  const pacing = choosePacing(load.pacing, plan.workers, availableParallelism(), isTargetLocal);
  return { ...resolved, load: { ...load, pacing } };
}

/** Adds the implied rule: no failures with expectations, a few with other rules, any number without rules. */
function withImplied(
  thresholds: readonly Threshold[],
  mix: readonly Pick<UnresolvedRequest, 'name' | 'expectation'>[],
): readonly Threshold[] {
  const names = mix.map(({ name }) => name);
  if (mix.some(({ expectation }) => expectation !== null)) return withErrorRate(thresholds, names, 0);
  return thresholds.length === 0 ? thresholds : withErrorRate(thresholds, names);
}

/** An answer that takes as long as the timeout never arrives, so a longer expected time has no effect. */
function checkExpectedTimes(
  mix: readonly Pick<UnresolvedRequest, 'expectation'>[],
  timeoutMs: number | null,
  problems: Problems,
): void {
  for (const { expectation } of mix) {
    const longestMs = expectation?.longestMs ?? null;
    if (longestMs === null || timeoutMs === null || longestMs < timeoutMs) continue;
    const [asked, bound] = [formatDuration(longestMs), formatDuration(timeoutMs)];
    problems.add(
      phrase`${the('expect-time')}: it is ${asked}, and an answer that takes ${bound} has timed out (${the('timeout')}): any answer would do. Give less, as in 200ms; a number without a unit is seconds.`,
    );
  }
}

/** Rows that are used once each limit the number of requests. */
function checkBudget(
  options: RunOptions,
  parsed: Pick<RunPlan, 'rows' | 'supplies'> | null,
  problems: Problems,
): number | null {
  const asked = optional(options.requests, (value) => problems.count('requests', value, 1, MAX_REQUESTS));
  if (parsed?.rows !== 'once') return asked;
  const rowCount = parsed.supplies.rows?.rowCount ?? 0;
  if (asked !== null && asked > rowCount) {
    problems.add(
      options.trace === undefined
        ? phrase`${the('requests')} ${given(asked)} with ${the('rows-mode')} once: the file has ${rowCount} rows: ask for at most as many.`
        : phrase`${the('requests')} ${given(asked)} with ${the('trace')}: it has ${counted(rowCount, 'request')}: ask for at most as many.`,
    );
  }
  return asked ?? rowCount;
}

function first<T>(list: readonly T[]): T {
  const [one] = list;
  if (one === undefined) throw new Error('a plan has at least one request');
  return one;
}

function checkPercentiles(asked: string | readonly string[], problems: Problems): string[] {
  const labels = (typeof asked === 'string' ? asked.split(',') : asked).map((label) => label.trim());
  for (const label of labels) {
    if (parsePercentile(label) === null) {
      problems.add(
        phrase`${the('percentiles')} ${given(label)}: give numbers between 0 and 100, such as 50,90,99.9.`,
      );
    }
  }
  return [...new Set(labels.map(canonical))];
}

/** Removes trailing zeros: 50.0 becomes 50. */
function canonical(label: string): string {
  return label.includes('.') ? label.replace(/\.?0+$/, '') : label;
}

function optional<T, R>(value: T | undefined, read: (value: T) => R | null): R | null {
  return value === undefined ? null : read(value);
}
