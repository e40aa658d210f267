import type { Random } from '../../metrics/random.ts';
import { ITERATION_OUTCOME } from '../../protocol/scenario.ts';
import { Interrupted, type RequestError } from '../../protocol/scenario-errors.ts';
import type {
  Cookies,
  Http,
  RequestParams,
  Response,
  ScenarioDuration,
  Url,
} from '../../protocol/test-definition.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Answer } from './answer.ts';
import { AwaitedAnswer, type AwaitingUser } from './awaited-answer.ts';
import { holdsBy } from './check-result.ts';
import type { CodeOwner as MeteredOwner } from './code-meter.ts';
import { DiscreetUser } from './discreet-user.ts';
import { thinkMsOf } from './durations.ts';
import { type Failed, failureOf } from './failure-of.ts';
import { outcomeOf } from './outcome-of.ts';
import { randomOfIteration } from './random-of-iteration.ts';
import { Sleep, type SleepingUser, withoutSleep } from './sleep.ts';
import { type CodeScope, callAs, callUntilOver, scopeOf } from './unawaited.ts';
import { UserConnections } from './user-connections.ts';
import { CookiesView, NO_COOKIES, UserCookies } from './user-cookies.ts';
import type { Part, Start, Thrown, UserHost, UserScenario } from './user-host.ts';
import { type ActingUser, type Scope, UserHttp, VuView } from './vu-view.ts';

const RESOLVED = Promise.resolve();

/** What goes on when an iteration of a user is over; one for many users. */
export interface Follower {
  /** @param hasActed whether the user has sent or slept */
  iterated(user: User, hasActed: boolean): void;
}

/** A virtual user: runs the code of its scenario, iteration after iteration, over connections of its own. */
export class User extends DiscreetUser implements ActingUser, MeteredOwner, AwaitingUser, SleepingUser {
  readonly id: number;
  scenario: UserScenario;
  readonly scope: CodeScope = scopeOf(this);
  n = 0;
  iteration = 0;
  row: unknown;
  /** When the user could last continue: after an answer or a sleep, or at the intended start. */
  freeAtMs = 0;
  /** The request of the last answer that this iteration received. */
  lastRequest: string | null = null;
  heldMs = 0;
  readonly #host: UserHost;
  readonly #view = new VuView(this, null);
  #part: Part = 'exec';
  /** Its scenario's code is running: it may send and sleep only then. */
  #isRunning = false;
  #isInterrupted = false;
  /** Neither a request nor a sleep was under way then. */
  #wasAlone = false;
  /** Its code did not end and is no longer waited for. */
  #isAbandoned = false;
  /** When the iteration under way was to start; null without one. */
  #intendedMs: number | null = null;
  #startedMs = 0;
  #thinkMs = 0;
  #acts = 0;
  #random: Random | null = null;
  #abort: AbortController | null = null;
  // What not every user needs is made when one does: there may be very many who only sleep.
  #http: Http | null = null;
  #connections: UserConnections | null = null;
  #cookies: UserCookies | null = null;
  #vars: Record<string, unknown> | null = null;
  /** Numbers of the current groups that are counted. */
  #groups: Set<{ readonly number: number }> | null = null;
  /** The latest one that is not over, which leads to those before it. */
  #sleep: Sleep | null = null;
  /** Told of the end of the iteration. */
  #follower: Follower | null = null;
  /** Called with what another part has thrown, when that and all that it has started is over. */
  #over: ((thrown: Thrown | null) => void) | null = null;
  #thrown: Thrown | null = null;
  /** The current part has returned or thrown: it is over as soon as nothing is under way. */
  #hasReturned = false;

  constructor(id: number, scenario: UserScenario, host: UserHost) {
    super();
    this.id = id;
    this.scenario = scenario;
    this.#host = host;
  }

  get http(): Http {
    this.#http ??= new UserHttp(this);
    return this.#http;
  }

  get data(): unknown {
    return this.#host.data;
  }

  get vars(): Record<string, unknown> {
    this.#vars ??= {};
    return this.#vars;
  }

  get metrics(): UserHost['metrics'] {
    return this.#host.metrics;
  }

  get cookies(): Cookies {
    this.#cookies ??= new UserCookies(this.#host.maker.cookies);
    return new CookiesView(this.#cookies.jar, (url) => this.#host.maker.locate(url));
  }

  protected get host(): UserHost {
    return this.#host;
  }

  protected get kept(): readonly unknown[] {
    return [this.row, this.#vars, { cookie: this.#cookies?.values }];
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#isInterrupted) this.#abort.abort(new Interrupted());
    return this.#abort.signal;
  }

  /** Runs the scenario's setup for the user; returns null, or what it has thrown. */
  async setUp(scenario: UserScenario, row: unknown): Promise<Thrown | null> {
    const failure = await this.#around('vuSetup', scenario, row);
    this.#cookies?.keep();
    this.keepSeen();
    return failure;
  }

  /** The same for its teardown. */
  async tearDown(scenario: UserScenario, row: unknown): Promise<Thrown | null> {
    return this.#around('vuTeardown', scenario, row);
  }

  /** Runs and records one iteration, and then tells `follower`. */
  iterate({ scenario, n, intendedMs, row }: Start, follower: Follower): void {
    this.scenario = scenario;
    this.n = n;
    this.row = row;
    this.freeAtMs = intendedMs;
    this.#random = null;
    this.lastRequest = null;
    this.heldMs = 0;
    if (!scenario.keepsCookies) this.#cookies?.reset();
    this.forgetSeen();
    this.#startedMs = this.#host.clock.nowMs();
    this.#intendedMs = intendedMs;
    this.#follower = follower;
    this.#run('exec', null);
  }

  #endIteration(error: Thrown | null): void {
    if (this.#intendedMs !== null) this.#recordIteration(this.#intendedMs, error);
    this.#intendedMs = null;
    this.#follower?.iterated(this, this.#isAbandoned || this.#acts > 0);
  }

  #recordIteration(intendedMs: number, error: Thrown | null): void {
    const endMs = this.#host.clock.nowMs();
    this.iteration++;
    const failure = error === null || this.#isInterrupted ? null : failureOf(error.thrown, this.hiding());
    const { interrupted, completed, failed } = ITERATION_OUTCOME;
    const outcome = this.#isInterrupted ? interrupted : failure === null ? completed : failed;
    this.#tellEnd(outcome, intendedMs, endMs, this.heldMs, failure);
    if (this.scenario.newConnection) this.#connections?.close(false);
    if (!this.#isInterrupted && this.freeAtMs < endMs) this.freeAtMs = endMs;
  }

  #tellEnd(outcome: number, intendedMs: number, endMs: number, ownMs: number, failure: Failed | null): void {
    const [startedMs, thinkMs, after] = [this.#startedMs, this.#thinkMs, this.lastRequest];
    const ended = { outcome, intendedMs, startedMs, endMs, thinkMs, ownMs, after };
    this.#host.ended(this, this.scenario, ended, failure);
  }

  /** Interrupts the user: rejects everything it awaits, and refuses further requests. */
  interrupt(): void {
    if (!this.#isRunning || this.#isInterrupted) return;
    this.#wasAlone = !this.isWaiting;
    this.#isInterrupted = true;
    if (this.#part !== 'exec') this.#host.cutOff(this.scenario, this.#part);
    this.#host.meter.handOver(this);
    this.#abort?.abort(new Interrupted());
    for (let sleep = this.#sleep; sleep !== null; sleep = sleep.next) sleep.interrupt();
    this.#sleep = null;
    this.#connections?.interrupt();
    this.#becomeIdle();
  }

  /** Stops waiting for code that does not end: its iteration counts as interrupted. */
  abandon(): void {
    this.interrupt();
    if (this.#intendedMs === null) return;
    const intendedMs = this.#intendedMs;
    this.#isAbandoned = true;
    this.#intendedMs = null;
    for (const { number } of this.#groups ?? []) this.#host.records.group(number, 'interrupted');
    this.#groups = null;
    const endMs = this.#host.clock.nowMs();
    const aloneMs = this.#wasAlone ? endMs - Math.max(this.freeAtMs, this.#startedMs) : 0;
    this.#tellEnd(ITERATION_OUTCOME.interrupted, intendedMs, endMs, Math.max(this.heldMs, aloneMs), null);
  }

  /** Closes its connections. */
  leave(): void {
    this.#connections?.close(true);
  }

  random(): number {
    this.#random ??= randomOfIteration(this.#host.seed, this.scenario.place, this.n);
    return this.#random();
  }

  request(method: string, url: string | Url, params: RequestParams | undefined): Promise<Response> {
    const refusal = this.#refusal();
    if (refusal !== null) return this.#refused(refusal);
    const { clock, maker, meter } = this.#host;
    this.hasSent(url, params);
    const nowMs = clock.nowMs();
    meter.leave(this, nowMs);
    this.#acts++;
    const answer = new Promise<Response>((resolve, reject) => {
      this.#cookies ??= new UserCookies(maker.cookies);
      const cookies = this.scenario.hasCookies ? this.#cookies : NO_COOKIES;
      const request = maker.make(method, url, params, this.#part !== 'exec', cookies, this);
      const awaited = new AwaitedAnswer(this, request, this.freeAtMs, nowMs, resolve, reject);
      this.#connections ??= new UserConnections(this.#host);
      this.#connections.send(awaited);
    });
    meter.back(this);
    return answer;
  }

  sleep(time: ScenarioDuration, upTo: ScenarioDuration | undefined, scope: Scope | null): Promise<void> {
    const refusal = this.#refusal();
    if (refusal !== null) return this.#refused(refusal);
    const { clock, alarms, meter } = this.#host;
    meter.leave(this);
    const slept = new Promise<void>((resolve) => {
      const thinkMs = thinkMsOf(time, upTo, this);
      this.#acts++;
      this.#thinkMs += thinkMs;
      for (let around = scope; around !== null; around = around.around) around.thinkMs += thinkMs;
      this.#sleep = new Sleep(this, clock.nowMs() + thinkMs, this.#sleep, resolve);
      alarms.add(this.#sleep);
    });
    meter.back(this);
    return slept;
  }

  awake(sleep: Sleep): void {
    this.#sleep = withoutSleep(this.#sleep, sleep);
    if (this.freeAtMs < sleep.dueMs) this.freeAtMs = sleep.dueMs;
    this.#host.meter.handOver(this);
    sleep.resolve();
    this.#becomeIdle();
  }

  async group<T>(name: string, around: Scope | null, body: (vu: VuView) => T | Promise<T>): Promise<T> {
    const refusal = this.#refusal();
    if (refusal !== null) return this.#refused(refusal);
    const { records, groups, clock } = this.#host;
    const path = around === null ? name : `${around.path} > ${name}`;
    const number = groups.numberOf(path, this);
    const scope: Scope = { path, around, thinkMs: 0 };
    const fromMs = this.freeAtMs;
    const own = { number };
    if (this.#part === 'exec' && this.#host.isMeasured(fromMs)) {
      this.#groups ??= new Set();
      this.#groups.add(own);
    }
    try {
      const result = await body(new VuView(this, scope));
      if (this.#groups?.delete(own) === true) {
        records.group(number, this.#isInterrupted ? 'interrupted' : 'good');
        if (!this.#isInterrupted)
          records.value('group', number, Math.max(0, clock.nowMs() - fromMs - scope.thinkMs));
      }
      return result;
    } catch (error) {
      if (this.#groups?.delete(own) === true)
        records.group(number, this.#isInterrupted ? 'interrupted' : 'bad');
      throw error;
    }
  }

  check<T>(value: T, checks: Readonly<Record<string, (value: T) => boolean>>): boolean {
    let isGood = true;
    for (const name in checks) {
      const holds = holdsBy(name, checks[name], value);
      isGood &&= holds;
      if (this.#host.isMeasured(this.freeAtMs))
        this.#host.records.check(this.#host.checks.numberOf(name, this), holds);
    }
    return isGood;
  }

  answered(exchange: Exchange, endMs: number): Answer | RequestError | Interrupted {
    this.lastRequest = exchange.request?.plan.name ?? null;
    const outcome = outcomeOf(exchange, endMs, this.#host.tokenCount, this);
    if (this.freeAtMs < endMs) this.freeAtMs = endMs;
    this.#connections?.release(exchange);
    this.#becomeIdle();
    this.#host.meter.handOver(this);
    return outcome;
  }

  async #around(part: Part, scenario: UserScenario, row: unknown): Promise<Thrown | null> {
    if (scenario.definition[part] === undefined) return null;
    this.scenario = scenario;
    this.row = row;
    this.freeAtMs = this.#host.clock.nowMs();
    return new Promise((resolve) => this.#run(part, resolve));
  }

  /**
   * Runs a part of the scenario until everything it has started is over, and then calls `over` with what it has thrown; of
   * an iteration, what its end takes.
   */
  #run(part: Part, over: ((thrown: Thrown | null) => void) | null): void {
    this.#part = part;
    this.#thinkMs = 0;
    this.#acts = 0;
    this.#isInterrupted = false;
    this.#abort = null;
    this.#isRunning = true;
    this.#thrown = null;
    this.#hasReturned = false;
    this.#over = over;
    const { meter } = this.#host;
    meter.enter(this);
    callUntilOver(this, runPart, this.scenario.definition, part, this.#view);
    meter.returned(this);
  }

  returned(): void {
    this.#host.meter.leave(this);
    this.#hasReturned = true;
    this.#endIfIdle();
  }

  threw(error: unknown): void {
    this.#thrown = { thrown: error };
    this.returned();
  }

  pauses(): void {
    this.#host.meter.leave(this);
    // Steps that compute in a loop let others have their turns, and still hold their own iteration.
    const sinceMs = Math.max(this.freeAtMs, this.#startedMs);
    if (!this.isWaiting) this.heldMs = Math.max(this.heldMs, this.#host.clock.nowMs() - sinceMs);
  }

  goesOn(): void {
    this.#host.meter.goesOn(this);
  }

  get isWaiting(): boolean {
    if (this.#isInterrupted) return false;
    return this.#sleep !== null || (this.#connections !== null && this.#connections.underWay > 0);
  }

  /** Something that it has started is over. Deferred: the code that is told of that next may start another. */
  #becomeIdle(): void {
    if (this.#hasReturned && !this.isWaiting) void RESOLVED.then().then(() => this.#endIfIdle());
  }

  #endIfIdle(): void {
    if (!this.#isRunning || !this.#hasReturned || this.isWaiting) return;
    this.#isRunning = false;
    if (this.#over === null) this.#endIteration(this.#thrown);
    else this.#over(this.#thrown);
  }

  /**
   * Rejects in a later turn of the event loop, which code that catches it and tries again would otherwise block. Once the
   * code is abandoned the promise never settles: such a loop ends there.
   */
  #refused(refusal: Error): Promise<never> {
    if (this.#isAbandoned) return new Promise(() => {});
    return new Promise((_, reject) => {
      setImmediate(() => callAs(this, reject, refusal));
    });
  }

  #refusal(): Error | null {
    if (this.#isInterrupted) return new Interrupted();
    return this.#isRunning ? null : new Error('the iteration is over: await what it starts');
  }
}

function runPart(definition: UserScenario['definition'], part: Part, view: VuView): unknown {
  return definition[part]?.(view);
}
