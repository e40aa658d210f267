import type { IterationArrivals, UserPool } from '../../protocol/scenario.ts';
import { usersOfWorker } from '../../time/user-schedule.ts';
import { Pool, type PoolHost } from './pool.ts';
import type { User } from './user.ts';
import type { UserScenario } from './user-host.ts';

/** Iterations in the order in which they are due. */
export interface Arrivals {
  /** When the next is due, from the start of the load; infinite after the last one. */
  readonly nextMs: number;
  /** Takes the next one. */
  take(): Due;
}

/** An iteration's number, and when it is due, from the start of the load. */
export interface Due {
  readonly number: number;
  readonly intendedMs: number;
}

/** Iterations started by a schedule: taken by the most recently freed user, else by a new user, else queued or dropped. */
export class ArrivalsPool extends Pool<UserScenario> {
  readonly #load: IterationArrivals;
  readonly #arrivals: Arrivals;
  readonly #most: number;
  /** A stack: the most recently freed user is last. */
  readonly #free: User[] = [];
  #line: Due[] = [];
  #users = 0;
  #startAtMs = 0;
  #hasEnded = false;
  /** A user has begun. */
  #hasUsers = false;
  #missed: number[] = [];

  constructor(pool: UserPool, load: IterationArrivals, arrivals: Arrivals, host: PoolHost) {
    super(pool, host);
    this.#load = load;
    this.#arrivals = arrivals;
    this.#most = usersOfWorker(load.maxUsers, host.index, host.workers);
  }

  get isDone(): boolean {
    return !this.#hasNext && this.#line.length === 0 && this.alive.size === 0;
  }

  get #hasNext(): boolean {
    return this.#arrivals.nextMs !== Number.POSITIVE_INFINITY && !this.isStopped && !this.#isOver;
  }

  /** All its scenarios have ended with their last rows: what waits in line has one. */
  get #isOver(): boolean {
    return this.pool.parts.every(({ scenario }) => this.isUsedUp({ index: scenario }));
  }

  /** No user is left, and none will come: their setups have failed. */
  get #isDeserted(): boolean {
    return this.alive.size === 0 && (this.#users === this.#most || !this.#hasNext);
  }

  begin(windowAtMs: number): void {
    const { alarms, index, workers } = this.host;
    const { startMs, durationMs, gracefulStopMs, firstUsers } = this.#load;
    this.#startAtMs = windowAtMs + startMs;
    const endMs = this.#startAtMs + durationMs;
    alarms.set(endMs, () => this.#endStarts());
    alarms.set(endMs + gracefulStopMs, () => this.end());
    for (let count = usersOfWorker(firstUsers, index, workers); count > 0; count--) this.#hire(null);
    this.#wait();
  }

  override stop(): void {
    if (this.isStopped) return;
    super.stop();
    const nowMs = this.host.clock.nowMs();
    while (this.#startAtMs + this.#arrivals.nextMs <= nowMs && this.#startAtMs > 0) {
      const { number } = this.#arrivals.take();
      if (this.#findsRow(number)) this.#miss(number);
    }
    this.#dropLine();
    this.#dismiss();
  }

  override end(): void {
    this.#hasEnded = true;
    super.end();
  }

  addNotStarted(counts: number[]): void {
    for (const [scenario, count = 0] of this.#missed.entries())
      counts[scenario] = (counts[scenario] ?? 0) + count;
  }

  #endStarts(): void {
    // Queued iterations are still started until the users have to stop.
    if (this.#line.length === 0) this.#dismiss();
    this.host.finishIfIdle();
  }

  #wait(): void {
    if (!this.#hasNext) return;
    this.host.alarms.set(this.#startAtMs + this.#arrivals.nextMs, (nowMs) => this.#release(nowMs));
  }

  #release(nowMs: number): void {
    while (this.#hasNext && this.#startAtMs + this.#arrivals.nextMs <= nowMs) {
      const { number, intendedMs } = this.#arrivals.take();
      if (this.#findsRow(number)) this.#assign({ number, intendedMs: this.#startAtMs + intendedMs });
    }
    this.#wait();
    if (this.#isOver) this.#endStarts();
  }

  #findsRow(number: number): boolean {
    const { scenario, occurrence } = this.deal(number);
    return this.hasRow(scenario, occurrence);
  }

  #assign(due: Due): void {
    const user = this.#free.pop();
    if (user !== undefined) this.#work(user, due);
    else if (this.#users < this.#most) {
      // Ahead of it there may be some whose users could not begin.
      this.#line.push(due);
      this.#hire(this.#line.shift() ?? due);
    } else if (this.#isDeserted) this.#miss(due.number);
    else if (this.#load.whenBusy === 'queue') this.#line.push(due);
    else this.host.dropped(this.deal(due.number).scenario, due.intendedMs);
  }

  /** Adds a user, for a due iteration or for later ones. */
  #hire(due: Due | null): void {
    const place = this.#users++ * this.host.workers + this.host.index;
    const { scenario } = this.deal(due?.number ?? 0);
    const user = this.newUser(place, scenario, scenario);
    void this.setUp(user, scenario).then((isReady) => {
      if (isReady) {
        this.#hasUsers = true;
        if (due === null) this.goOn(user, scenario);
        else this.#work(user, due);
        return;
      }
      if (due !== null) this.#handBack(due);
      void this.leave(user, scenario, false);
      if (this.#isDeserted) this.#missLine();
    });
  }

  /** The user who was to do it could not begin: another one who comes or is free takes it, but none comes for it. */
  #handBack(due: Due): void {
    const user = this.#free.pop();
    if (user !== undefined) this.#work(user, due);
    else if (this.#load.whenBusy === 'queue' && !this.isStopped) this.#line.unshift(due);
    else this.#miss(due.number);
  }

  #work(user: User, { number, intendedMs }: Due): void {
    const { scenario, occurrence } = this.deal(number);
    if (this.alive.has(user)) this.alive.set(user, scenario);
    this.iterate(user, this.startOf(user, scenario, occurrence, intendedMs));
  }

  protected override goOn(user: User, scenario: UserScenario): void {
    const due = this.#hasEnded ? undefined : this.#line.shift();
    if (due === undefined) this.#becameFree(user, scenario);
    else this.#work(user, due);
  }

  #becameFree(user: User, scenario: UserScenario): void {
    if (this.#hasNext) this.#free.push(user);
    else void this.leave(user, scenario, true);
    this.host.finishIfIdle();
  }

  /** Lets all free users leave. */
  #dismiss(): void {
    for (const user of this.#free.splice(0)) void this.leave(user, this.deal(0).scenario, true);
  }

  /** It is not started, and more users would not have helped. */
  #miss(number: number): void {
    const { index } = this.deal(number).scenario;
    this.#missed[index] = (this.#missed[index] ?? 0) + 1;
  }

  #missLine(): void {
    for (const { number } of this.#line.splice(0)) this.#miss(number);
    this.host.finishIfIdle();
  }

  #dropLine(): void {
    const line = this.#line;
    this.#line = [];
    for (const { number, intendedMs } of line)
      if (this.#hasUsers) this.host.dropped(this.deal(number).scenario, intendedMs);
      else this.#miss(number);
  }
}
