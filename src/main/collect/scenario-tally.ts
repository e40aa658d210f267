import { Distribution, type PortableDistribution } from '../../metrics/distribution.ts';
import { responseMsOf } from '../../protocol/latency.ts';
import { OUTCOME } from '../../protocol/report.ts';
import { columnsOf, type SampleBlock } from '../../protocol/samples.ts';
import {
  ITERATION_OUTCOME,
  type IterationErrorTally,
  MOST_NAMES,
  MOST_PLACES_OF_A_NAME,
  type NumberedName,
  OTHERS,
  type RequestPlace,
  type ScenariosPlan,
} from '../../protocol/scenario.ts';
import type { ScenarioRecords } from '../../protocol/scenario-records.ts';
import type { MetricKind } from '../../protocol/scenario-words.ts';
import { CutOff, type PortableCutOff } from './interrupted.ts';
import { RequestTally } from './request-tally.ts';

/** The records of one scenario's iterations, over all workers. */
export class IterationTally {
  /** By outcome. */
  readonly outcomes = new Float64Array(Object.keys(ITERATION_OUTCOME).length);
  readonly response = new Distribution();
  readonly duration = new Distribution();
  /** Think time requested, over all iterations that started. */
  thinkMs = 0;
  /** From when iterations were due until they started. */
  readonly startLag = new Distribution();
  readonly errors = new Map<string, Omit<IterationErrorTally, 'scenario'>>();
  /** Those interrupted in their own code. What else was interrupted is not among them. */
  readonly cutOff = new CutOff();
  /** The request before the first of those. */
  stuckAfter: string | null = null;

  get started(): number {
    return this.completed + this.failed + this.interrupted;
  }

  get completed(): number {
    return this.outcomes[ITERATION_OUTCOME.completed] ?? 0;
  }

  get failed(): number {
    return this.outcomes[ITERATION_OUTCOME.failed] ?? 0;
  }

  get interrupted(): number {
    return this.outcomes[ITERATION_OUTCOME.interrupted] ?? 0;
  }

  get dropped(): number {
    return this.outcomes[ITERATION_OUTCOME.dropped] ?? 0;
  }
}

/** Counts of groups, checks, and a test's own counted metrics. */
interface Counts {
  readonly name: string;
  good: number;
  bad: number;
  interrupted: number;
  readonly values: Distribution;
}

interface NamedRequest {
  readonly name: string;
  /** Where it went, in order of first use; empty for requests counted together. */
  readonly places: RequestPlace[];
  readonly tally: RequestTally;
}

interface PortableCounts extends Pick<Counts, 'name' | 'good' | 'bad' | 'interrupted'> {
  readonly values: PortableDistribution;
}

/** The same records as plain data. */
export interface PortableScenarios {
  readonly scenarios: readonly {
    readonly outcomes: Float64Array;
    readonly thinkMs: number;
    readonly response: PortableDistribution;
    readonly duration: PortableDistribution;
    readonly startLag: PortableDistribution;
    readonly errors: readonly Omit<IterationErrorTally, 'scenario'>[];
    readonly cutOff: PortableCutOff;
    readonly stuckAfter: string | null;
  }[];
  readonly requests: readonly {
    readonly name: string;
    readonly places: readonly RequestPlace[];
    readonly outcomes: Float64Array;
    readonly cutOff: PortableCutOff;
    readonly latency: PortableDistribution;
  }[];
  readonly groups: readonly PortableCounts[];
  readonly checks: readonly PortableCounts[];
  readonly metrics: readonly PortableCounts[];
  readonly laterRequests: number;
  /** By worker, here and below. */
  readonly rows: readonly number[];
  /** Times and numbers in turn. */
  readonly users: readonly Float64Array[];
}

/** All records of a run's scenarios, from the blocks that its workers sent. */
export class ScenarioTally {
  readonly scenarios: readonly IterationTally[];
  readonly requests: NamedRequest[] = [];
  readonly groups = new Map<string, Counts>();
  readonly checks = new Map<string, Counts>();
  /** In plan order. */
  readonly metrics: readonly (Counts & { readonly kind: MetricKind })[];
  /** Rows of iterations received, warm-up included, by worker. */
  readonly rows: number[];
  /** Requests that were due after the window, which nothing else counts. */
  laterRequests = 0;
  /** When the number of users changed, by worker. */
  readonly users: { readonly atMs: number; readonly users: number }[][];
  #longestElsewhereMs = 0;
  #longestIterationElsewhereMs = 0;
  readonly #byName = new Map<string, NamedRequest>();
  readonly #requestsOf: RequestTally[][];
  readonly #groupsOf: Counts[][];
  readonly #checksOf: Counts[][];

  constructor({ scenarios, metrics }: Pick<ScenariosPlan, 'scenarios' | 'metrics'>, workers: number) {
    const each = <T>(): T[][] => Array.from({ length: workers }, () => []);
    this.scenarios = scenarios.map(() => new IterationTally());
    this.metrics = Object.entries(metrics).map(([name, kind]) => ({ kind, ...countsOf(name) }));
    this.rows = Array.from({ length: workers }, () => 0);
    this.users = each();
    this.#requestsOf = each();
    this.#groupsOf = each();
    this.#checksOf = each();
  }

  /** The records of a worker's requests, by the numbers that it assigned to their names. */
  requestsOf(worker: number): readonly RequestTally[] {
    return this.#requestsOf[worker] ?? [];
  }

  /** The slowest good answer of all names; 0 without one. */
  get longestOkMs(): number {
    return Math.max(this.#longestElsewhereMs, ...this.requests.map(({ tally }) => tally.cutOff.longestOkMs));
  }

  /** The longest iteration that was completed; 0 without one. */
  get longestIterationMs(): number {
    return Math.max(
      this.#longestIterationElsewhereMs,
      ...this.scenarios.map(({ cutOff }) => cutOff.longestOkMs),
    );
  }

  /**
   * How many requests ended with their iterations and are no failures, by the good answers so far: each name's own, or
   * those of the run for a name without one.
   *
   * @param worker only those of this one
   */
  interrupted(worker?: number): number {
    const { longestOkMs } = this;
    return this.requests.reduce((sum, { tally }) => sum + tally.cutOff.interrupted(longestOkMs, worker), 0);
  }

  /** Lets the good answers of a whole run count, of which this is a part. */
  judgeBy(whole: ScenarioTally): void {
    this.#longestElsewhereMs = whole.longestOkMs;
    this.#longestIterationElsewhereMs = whole.longestIterationMs;
    for (const [index, { cutOff }] of this.scenarios.entries())
      cutOff.answered(whole.scenarios[index]?.cutOff.longestOkMs ?? 0);
    for (const { name, tally } of this.requests) {
      const same = whole.#byName.get(name) ?? whole.#byName.get(OTHERS);
      tally.cutOff.answered(same?.tally.cutOff.longestOkMs ?? 0);
    }
  }

  /** Which requests were ended too early to be called late is known once all answers are. */
  takeRequests(worker: number, block: SampleBlock, lastIntendedMs: number): void {
    const columns = columnsOf(block);
    const named = this.requestsOf(worker);
    for (let row = 0; row < block.count; row++) {
      const intendedMs = columns.intendedMs[row] ?? 0;
      const outcome = columns.outcome[row] ?? 0;
      const isLater = intendedMs >= lastIntendedMs;
      if (isLater) this.laterRequests++;
      if (outcome !== OUTCOME.ok && outcome !== OUTCOME.unfinished) continue;
      const cutOff = named[columns.request?.[row] ?? 0]?.cutOff;
      const serviceMs = columns.serviceMs[row] ?? Number.NaN;
      const tookMs = responseMsOf(0, columns.waitMs[row] ?? 0, serviceMs);
      if (outcome === OUTCOME.ok) cutOff?.answered(tookMs);
      else if (intendedMs >= 0 && !isLater) cutOff?.add(worker, [tookMs]);
    }
  }

  takeName(worker: number, { of, number, name, place }: NumberedName): void {
    if (of === 'request') {
      const own = this.#requestsOf[worker];
      if (own !== undefined) own[number] = this.#requestCalled(name, place === null ? [] : [place]).tally;
      return;
    }
    const [all, own] =
      of === 'group' ? [this.groups, this.#groupsOf[worker]] : [this.checks, this.#checksOf[worker]];
    if (own !== undefined) own[number] = calledIn(all, name);
  }

  take(worker: number, { iterations, errors, stuck, values, counts, users }: ScenarioRecords): void {
    this.rows[worker] = (this.rows[worker] ?? 0) + iterations.count;
    this.users[worker]?.push(...users);
    for (let row = 0; row < iterations.count; row++) {
      const tally = this.scenarios[iterations.scenario[row] ?? 0];
      if (tally === undefined) continue;
      const intendedMs = iterations.intendedMs[row] ?? 0;
      const outcome = iterations.outcome[row] ?? 0;
      const durationMs = iterations.durationMs[row] ?? 0;
      if (outcome === ITERATION_OUTCOME.completed) tally.cutOff.answered(durationMs);
      if (intendedMs < 0) continue;
      const startLagMs = iterations.startLagMs[row] ?? 0;
      const thinkMs = iterations.thinkMs[row] ?? 0;
      tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1;
      const isWhole = outcome === ITERATION_OUTCOME.completed || outcome === ITERATION_OUTCOME.failed;
      const responseMs = Math.max(0, startLagMs + durationMs - thinkMs);
      tally.response.add(responseMs, !isWhole);
      if (outcome === ITERATION_OUTCOME.dropped) continue;
      tally.startLag.add(startLagMs, false);
      tally.duration.add(durationMs, !isWhole);
      tally.thinkMs += thinkMs;
    }
    for (const error of errors) this.#takeError(error);
    for (const { scenario, ms, after } of stuck) {
      this.scenarios[scenario]?.cutOff.add(worker, [ms]);
      this.#takeStuckAfter(scenario, after);
    }
    for (const { of, number, values: list } of values) {
      const counted = of === 'group' ? this.#groupsOf[worker]?.[number] : this.metrics[number];
      for (const value of list) counted?.values.add(value, false);
    }
    for (const { of, number, good, bad, interrupted } of counts) {
      const counted =
        of === 'group'
          ? this.#groupsOf[worker]?.[number]
          : of === 'check'
            ? this.#checksOf[worker]?.[number]
            : this.metrics[number];
      if (counted === undefined) continue;
      counted.good = of === 'gauge' ? good : counted.good + good;
      // For a gauge, how often it was set.
      counted.bad += of === 'gauge' ? 1 : bad;
      counted.interrupted += interrupted;
    }
  }

  get portable(): PortableScenarios {
    return {
      scenarios: this.scenarios.map(({ response, duration, startLag, ...rest }) => ({
        ...{ outcomes: rest.outcomes, thinkMs: rest.thinkMs, errors: [...rest.errors.values()] },
        ...{ response: response.portable, duration: duration.portable, startLag: startLag.portable },
        ...{ cutOff: rest.cutOff.portable, stuckAfter: rest.stuckAfter },
      })),
      requests: this.requests.map(({ name, places, tally: { outcomes, cutOff, latency } }) => ({
        ...{ name, places, outcomes, cutOff: cutOff.portable, latency: latency.portable },
      })),
      groups: [...this.groups.values()].map(portableCounts),
      checks: [...this.checks.values()].map(portableCounts),
      metrics: this.metrics.map(portableCounts),
      laterRequests: this.laterRequests,
      rows: this.rows,
      users: this.users.map((points) =>
        Float64Array.from(points.flatMap(({ atMs, users }) => [atMs, users])),
      ),
    };
  }

  /** Adds records of other workers; `workers` has their indices here. */
  addPortable(other: PortableScenarios, workers: readonly number[]): void {
    for (const [
      index,
      { outcomes, thinkMs, errors, cutOff, stuckAfter, ...times },
    ] of other.scenarios.entries()) {
      const own = this.scenarios[index];
      if (own === undefined) continue;
      for (const [outcome, count] of outcomes.entries())
        own.outcomes[outcome] = (own.outcomes[outcome] ?? 0) + count;
      own.thinkMs += thinkMs;
      own.cutOff.addPortable(cutOff, workers);
      this.#takeStuckAfter(index, stuckAfter);
      for (const kind of ['response', 'duration', 'startLag'] as const) own[kind].addPortable(times[kind]);
      for (const error of errors) this.#takeError({ scenario: index, ...error });
    }
    for (const { name, places, outcomes, cutOff, latency } of other.requests) {
      const { tally } = this.#requestCalled(name, places);
      tally.addOutcomes(outcomes);
      tally.cutOff.addPortable(cutOff, workers);
      tally.latency.addPortable(latency);
    }
    for (const group of other.groups) addCounts(calledIn(this.groups, group.name), group);
    for (const check of other.checks) addCounts(calledIn(this.checks, check.name), check);
    for (const [index, metric] of other.metrics.entries()) {
      const own = this.metrics[index];
      if (own?.kind !== 'gauge') addCounts(own, metric);
      else if (metric.bad > 0) Object.assign(own, { good: metric.good, bad: own.bad + metric.bad });
    }
    this.laterRequests += other.laterRequests;
    for (const [at, worker] of workers.entries()) {
      this.rows[worker] = (this.rows[worker] ?? 0) + (other.rows[at] ?? 0);
      const points = other.users[at] ?? new Float64Array();
      for (let place = 0; place + 1 < points.length; place += 2)
        this.users[worker]?.push({ atMs: points[place] ?? 0, users: points[place + 1] ?? 0 });
    }
  }

  /** Frees the values kept for exact percentiles. */
  dropValues(): void {
    for (const { response, duration, startLag } of this.scenarios)
      for (const distribution of [response, duration, startLag]) distribution.dropValues();
    for (const { tally } of this.requests) tally.latency.dropValues();
    for (const { values } of [...this.groups.values(), ...this.metrics]) values.dropValues();
  }

  #takeStuckAfter(scenario: number, after: string | null): void {
    const own = this.scenarios[scenario];
    if (own !== undefined) own.stuckAfter ??= after;
  }

  #takeError({ scenario, kind, code, count, example, varies }: IterationErrorTally): void {
    const errors = this.scenarios[scenario]?.errors;
    const key = `${kind} ${code}`;
    const known = errors?.get(key) ?? { kind, code, example, count: 0 };
    const differs = varies === true || known.example !== example ? ({ varies: true } as const) : {};
    errors?.set(key, { ...known, count: known.count + count, ...differs });
  }

  #requestCalled(asked: string, places: readonly RequestPlace[]): NamedRequest {
    const name = this.#byName.size < MOST_NAMES || this.#byName.has(asked) ? asked : OTHERS;
    const request = this.#byName.get(name) ?? { name, places: [], tally: new RequestTally() };
    if (!this.#byName.has(name)) this.requests.push(request);
    this.#byName.set(name, request);
    if (name !== OTHERS) for (const place of places) addPlace(request.places, place);
    return request;
  }
}

function addPlace(places: RequestPlace[], { method, url }: RequestPlace): void {
  const isKnown = places.some((one) => one.method === method && one.url === url);
  if (!isKnown && places.length < MOST_PLACES_OF_A_NAME) places.push({ method, url });
}

function calledIn(all: Map<string, Counts>, asked: string): Counts {
  const name = all.size < MOST_NAMES || all.has(asked) ? asked : OTHERS;
  const counts = all.get(name) ?? countsOf(name);
  all.set(name, counts);
  return counts;
}

function portableCounts({ name, good, bad, interrupted, values }: Counts): PortableCounts {
  return { name, good, bad, interrupted, values: values.portable };
}

function addCounts(own: Counts | undefined, { good, bad, interrupted, values }: PortableCounts): void {
  if (own === undefined) return;
  own.good += good;
  own.bad += bad;
  own.interrupted += interrupted;
  own.values.addPortable(values);
}

function countsOf(name: string): Counts {
  return { name, good: 0, bad: 0, interrupted: 0, values: new Distribution() };
}
