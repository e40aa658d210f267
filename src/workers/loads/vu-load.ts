import { isAtTop, takeUncaughtErrors } from '../../machine/at-top.ts';
import type { WorkerChannel } from '../../protocol/messages.ts';
import {
  type CutOff,
  ITERATION_OUTCOME,
  LAST_OF_CODE_MS,
  type ScenarioReport,
  type ScenariosPlan,
  type UserFailures,
} from '../../protocol/scenario.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { TokenCount } from '../../protocol/stream.ts';
import type { Supplies } from '../../protocol/supplies.ts';
import type { TestDefinition } from '../../protocol/test-definition.ts';
import { type Hide, hiding } from '../../requests/secrets.ts';
import type { Clock } from '../../time/clock.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Job, JobHost } from '../jobs/job.ts';
import { Alarms } from '../vus/alarms.ts';
import { CodeMeter } from '../vus/code-meter.ts';
import type { Discreet } from '../vus/discreet-user.ts';
import { type Failed, shownExample } from '../vus/failure-of.ts';
import { LastEnded, uncaughtFailure } from '../vus/last-ended.ts';
import { metricRecorders } from '../vus/metric-recorders.ts';
import { Names } from '../vus/name-numbers.ts';
import type { Pool } from '../vus/pool.ts';
import { type RequestBase, RequestMaker } from '../vus/request-maker.ts';
import { RowSource, rowsOfTable } from '../vus/row-source.ts';
import { ScenarioRecorder } from '../vus/scenario-recorder.ts';
import { placeOf } from '../vus/script-place.ts';
import { hearUnawaited, ownerNow } from '../vus/unawaited.ts';
import type { Awaited } from '../vus/user-connections.ts';
import type { Ended, UserHost, UserScenario } from '../vus/user-host.ts';
import { UserParts } from '../vus/user-parts.ts';
import type { Load, LoadHost } from './load.ts';
import { poolOf } from './user-pools.ts';

/** What users may ask of their worker. */
export interface VuLoadHost extends LoadHost, JobHost {
  isMeasured(intendedMs: number): boolean;
  /** Closes its connections; it has nothing in flight. */
  dropExchange(exchange: Exchange, readsRest: boolean): void;
}

/** What a worker of scenarios needs in addition to its shard. */
interface VuLoadParts {
  readonly channel: WorkerChannel;
  readonly definition: TestDefinition;
  readonly supplies: Supplies;
  /** Watches every request and answer; null if they are not watched. */
  readonly watch: RequestWatch | null;
}

/** Watches what goes over the wire. */
export interface RequestWatch {
  /** Watches a connection, whose answers must be kept whole. */
  connection(exchange: Exchange): void;
  /** A request has ended, with or without an answer. */
  ended(exchange: Exchange, endMs: number): void;
  /** An iteration has failed. */
  failed(failure: Failed): void;
}

/** Virtual users: pools decide when, scenarios what. */
export class VuLoad implements Load, Job, UserHost {
  readonly restedMs = 0;
  readonly notStarted = 0;
  readonly clock: Clock;
  readonly alarms: Alarms;
  readonly meter: CodeMeter;
  readonly maker: RequestMaker;
  readonly records: ScenarioRecorder;
  readonly groups: Names;
  readonly checks: Names;
  readonly metrics: UserHost['metrics'];
  readonly seed: number;
  readonly data: unknown;
  readonly hide: Hide;
  readonly tokenCount: TokenCount;
  readonly #watch: RequestWatch | null;
  readonly #host: VuLoadHost;
  readonly #plan: ScenariosPlan;
  readonly #pools: readonly Pool<unknown>[];
  readonly #lastEnded: LastEnded;
  #stopHearing: (() => void) | null = null;
  /** Users waiting for the coordinator to catch up. */
  #waiting: (() => void)[] = [];
  #windowAtMs = 0;
  #beganAtMs: number | null = null;
  #users = 0;
  #idleIterations = 0;
  readonly #usedUp = new Set<number>();
  readonly #parts = new UserParts();
  #lateRejections: UserFailures | null = null;

  constructor(
    shard: Shard,
    plan: ScenariosPlan,
    host: VuLoadHost,
    { channel, definition, supplies, watch }: VuLoadParts,
  ) {
    this.#host = host;
    this.#plan = plan;
    this.clock = host.clock;
    this.seed = shard.seed;
    this.tokenCount = shard.stream?.count ?? 'auto';
    this.data = supplies.scenarioData;
    this.hide = hidingLater(supplies.secrets);
    this.#watch = watch;
    this.alarms = new Alarms(host.clock);
    this.meter = new CodeMeter(host.clock);
    this.records = new ScenarioRecorder(channel);
    for (const error of takeUncaughtErrors()) this.#failedLate(uncaughtFailure(error, this.hide));
    const tell: ConstructorParameters<typeof Names>[1] = (name) => channel.post({ type: 'name', name }, []);
    this.groups = new Names('group', tell);
    this.checks = new Names('check', tell);
    this.maker = new RequestMaker(requestBaseOf(shard, plan, watch !== null), new Names('request', tell));
    this.metrics = metricRecorders(plan.metrics, (kind, number, value) => {
      if (this.isMeasured(this.clock.nowMs())) this.records.metric(kind, number, value);
    });
    this.#lastEnded = new LastEnded(
      (scenario, ended, failure) => this.#record(scenario, ended, failure),
      () => host.finishIfIdle(),
    );
    const scenarios = scenariosOf(plan, definition);
    const rows = rowsOf(plan, scenarios, supplies, shard.seed);
    this.#pools = plan.pools.map((pool) =>
      poolOf(pool, {
        clock: host.clock,
        alarms: this.alarms,
        users: this,
        scenarios,
        rows,
        index: shard.index,
        workers: shard.workers,
        seed: shard.seed,
        room: () => this.#room(),
        cameAndWent: (change) => this.#cameAndWent(change),
        parts: this.#parts,
        idled: () => {
          this.#idleIterations++;
        },
        usedUp: ({ index }) => {
          this.#usedUp.add(index);
        },
        dropped: (scenario, intendedMs) => this.#dropped(scenario, intendedMs),
        finishIfIdle: () => host.finishIfIdle(),
      }),
    );
  }

  get isDone(): boolean {
    return this.#lastEnded.isEmpty && this.#pools.every(({ isDone }) => isDone);
  }

  begin(nowMs: number, windowAtMs: number): void {
    this.#stopHearing = hearUnawaited();
    this.#beganAtMs = nowMs;
    this.#windowAtMs = windowAtMs;
    for (const pool of this.#pools) pool.begin(windowAtMs);
  }

  stop(): void {
    this.#parts.stop();
    for (const pool of this.#pools) pool.stop();
    this.#host.finishIfIdle();
  }

  end(): void {
    for (const pool of this.#pools) pool.end();
  }

  close(): void {
    this.#stopHearing?.();
    this.#stopHearing = null;
    this.#lastEnded.flush();
    for (const failure of this.#lastEnded.takeLeft()) this.#failedLate(failure);
    this.alarms.close();
    this.records.close();
  }

  report(): ScenarioReport {
    const notStarted = this.#plan.scenarios.map(() => 0);
    for (const pool of this.#pools) pool.addNotStarted(notStarted);
    return {
      iterations: this.records.iterations,
      notStarted,
      ...this.#parts.report,
      lateRejections: this.#lateRejections,
      idleIterations: this.#idleIterations,
      usedUp: [...this.#usedUp],
      code: this.meter.use(this.#beganAtMs === null ? 0 : this.clock.nowMs() - this.#beganAtMs),
    };
  }

  onRoom(): void {
    for (const goOn of this.#waiting.splice(0)) goOn();
  }

  /** Never called: `keeps` has taken the exchange. */
  onFree(): void {}

  keeps(exchange: Exchange, endMs: number): boolean {
    const awaited = exchange.awaiting;
    exchange.awaiting = null;
    this.#watch?.ended(exchange, endMs);
    if (awaited === null) return true;
    if (hasAnswer(exchange)) awaited.answered(exchange, endMs);
    // A client may report a failure again when its socket closes, within this turn of the event loop: the next
    // request must not have started yet, or it would be blamed.
    else if (exchange.endedByUs === 'unfinished') awaited.answered(exchange, endMs);
    else setImmediate(() => awaited.answered(exchange, endMs));
    exchange.releaseBody();
    return true;
  }

  send(exchange: Exchange, awaited: Awaited, nowMs: number): void {
    exchange.awaiting = awaited;
    const { request, intendedMs, dispatchedMs } = awaited;
    this.#host.send(exchange, request, intendedMs, dispatchedMs, nowMs);
  }

  addExchange(): Exchange {
    const exchange = this.#host.addExchange();
    this.#watch?.connection(exchange);
    return exchange;
  }

  dropExchange(exchange: Exchange, readsRest: boolean): void {
    this.#host.dropExchange(exchange, readsRest);
  }

  isMeasured(intendedMs: number): boolean {
    return this.#host.isMeasured(intendedMs);
  }

  unawaited(user: Discreet, promise: Promise<unknown>, reason: unknown): void {
    this.#lastEnded.unawaited(user, promise, reason);
  }

  awaited(promise: Promise<unknown>): void {
    this.#lastEnded.awaited(promise);
  }

  uncaught(user: Discreet, error: unknown): void {
    this.#lastEnded.uncaught(user, error);
  }

  /** Takes an uncaught exception; false if it is not of the scenarios' code. */
  takeUncaught(error: unknown): boolean {
    const owner = ownerNow();
    if (owner !== null) owner.uncaught(error);
    // Of the code at the top of a module, such as its timers.
    else if (placeOf(error) !== null || isAtTop()) this.#failedLate(uncaughtFailure(error, this.hide));
    else return false;
    return true;
  }

  ended(user: object, scenario: UserScenario, ended: Ended, failure: Failed | null): void {
    this.#lastEnded.add({ user, scenario, ended, failure });
  }

  cutOff({ index }: UserScenario, part: CutOff['part']): void {
    this.#parts.cutOff(index, part);
  }

  /** No iteration fails with it. */
  #failedLate(failure: Failed): void {
    this.#watch?.failed(failure);
    const { count, example } = this.#lateRejections ?? { count: 0, example: shownExample(failure) };
    this.#lateRejections = { count: count + 1, example };
  }

  #record(
    scenario: UserScenario,
    { outcome, intendedMs, startedMs, endMs, thinkMs, ownMs, after }: Ended,
    failure: Failed | null,
  ): void {
    if (failure !== null) this.#watch?.failed(failure);
    if (failure !== null && this.isMeasured(intendedMs)) this.records.failed(scenario.index, failure);
    if (outcome === ITERATION_OUTCOME.interrupted && ownMs >= LAST_OF_CODE_MS && this.isMeasured(intendedMs))
      this.records.stuck({ scenario: scenario.index, ms: ownMs, after });
    this.records.ended({
      scenario: scenario.index,
      outcome,
      intendedMs: intendedMs - this.#windowAtMs,
      startLagMs: startedMs - intendedMs,
      durationMs: endMs - startedMs,
      thinkMs,
    });
  }

  #dropped(scenario: UserScenario, intendedMs: number): void {
    const nowMs = this.clock.nowMs();
    this.records.ended({
      scenario: scenario.index,
      outcome: ITERATION_OUTCOME.dropped,
      intendedMs: intendedMs - this.#windowAtMs,
      startLagMs: Math.max(0, nowMs - intendedMs),
      durationMs: 0,
      thinkMs: 0,
    });
  }

  #room(): Promise<void> | null {
    if (!this.#host.isFull) return null;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #cameAndWent(change: 1 | -1): void {
    this.#users += change;
    this.records.users(this.clock.nowMs() - this.#windowAtMs, this.#users);
  }
}

/** Made when it is needed, which is when something has failed. */
function hidingLater(secrets: readonly string[]): Hide {
  let hide: Hide | null = null;
  return (text) => {
    hide ??= hiding(secrets);
    return hide(text);
  };
}

/** A complete answer, whatever its status. */
function hasAnswer({ failure, endedByUs }: Exchange): boolean {
  if (endedByUs !== null) return false;
  return failure === null || failure.kind === 'status' || failure.kind === 'expectation';
}

/** Shared by all requests of a worker. */
function requestBaseOf(
  { mix, client, settings, stream }: Shard,
  { base }: ScenariosPlan,
  isWatched: boolean,
): RequestBase {
  const [plan] = mix;
  if (plan === undefined) throw new Error('a plan has at least one request');
  const { protocol, routes } = settings;
  return {
    plan,
    basePath: base === null ? '' : plan.message.path.replace(/\/+$/, ''),
    settings,
    // A watcher wants the answers' individual fields.
    hasTextHeads: !isWatched && client === 'wire' && protocol === 'http/1.1' && routes.proxy === null,
    hasStreams: stream !== null,
  };
}

function scenariosOf(plan: ScenariosPlan, definition: TestDefinition): UserScenario[] {
  const places = Object.keys(definition.scenarios);
  return plan.scenarios.map(({ name, newConnection, hasCookies, keepsCookies }, index) => {
    const own = definition.scenarios[name];
    if (own === undefined) throw new Error(`the module has no scenario '${name}' any more`);
    const place = places.indexOf(name);
    return { index, place, name, newConnection, hasCookies, keepsCookies, definition: own };
  });
}

function rowsOf(
  plan: ScenariosPlan,
  scenarios: readonly UserScenario[],
  { scenarioRows, scenarioItems }: Supplies,
  seed: number,
): RowSource[] {
  return plan.scenarios.map(({ deal, rowCount }, index) => {
    const cells = scenarioRows?.[index] ?? null;
    const source = scenarios[index]?.definition.rows?.source;
    const items = scenarioItems?.[index] ?? (source?.type === 'items' ? source.items : []);
    const rowAt = cells === null ? (row: number) => items[row] : rowsOfTable(cells, source?.type === 'jsonl');
    return new RowSource(deal, rowCount, rowAt, seed);
  });
}
