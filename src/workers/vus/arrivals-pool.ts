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
  #missed: number[] = [];

  constructor(pool: UserPool, load: IterationArrivals, arrivals: Arrivals, host: PoolHost) {
    super(pool, host);
    this.#load = load;
    this.#arrivals = arrivals;
    this.#most = usersOfWorker(load.maxUsers, host.index, host.workers);
  }

  get isDone(): boolean {
    const hasNext = this.#arrivals.nextMs !== Number.POSITIVE_INFINITY && !this.isStopped;
    return !hasNext && this.#line.length === 0 && this.alive.size === 0;
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
      const { scenario } = this.deal(this.#arrivals.take().number);
      this.#missed[scenario.index] = (this.#missed[scenario.index] ?? 0) + 1;
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
    const { nextMs } = this.#arrivals;
    if (nextMs === Number.POSITIVE_INFINITY || this.isStopped) return;
    this.host.alarms.set(this.#startAtMs + nextMs, (nowMs) => this.#release(nowMs));
  }

  #release(nowMs: number): void {
    while (!this.isStopped && this.#startAtMs + this.#arrivals.nextMs <= nowMs) {
      const { number, intendedMs } = this.#arrivals.take();
      const due = { number, intendedMs: this.#startAtMs + intendedMs };
      const user = this.#free.pop();
      if (user !== undefined) this.#work(user, due);
      else if (this.#users < this.#most) this.#hire(due);
      else if (this.#load.whenBusy === 'queue') this.#line.push(due);
      else this.host.dropped(this.deal(number).scenario, due.intendedMs);
    }
    this.#wait();
  }

  /** Adds a user, for a due iteration or for later ones. */
  #hire(due: Due | null): void {
    const place = this.#users++ * this.host.workers + this.host.index;
    const { scenario } = this.deal(due?.number ?? 0);
    const user = this.newUser(place, scenario, scenario);
    void this.setUp(user, scenario).then((isReady) => {
      if (isReady) {
        if (due === null) this.#becameFree(user, scenario);
        else this.#work(user, due);
        return;
      }
      if (due !== null) this.host.dropped(scenario, due.intendedMs);
      void this.leave(user, scenario, false);
    });
  }

  #work(user: User, { number, intendedMs }: Due): void {
    const { scenario, occurrence } = this.deal(number);
    if (this.alive.has(user)) this.alive.set(user, scenario);
    const start = this.startOf(user, scenario, occurrence, intendedMs);
    if (start !== null) {
      this.iterate(user, start);
      return;
    }
    this.stop();
    this.goOn(user, scenario);
  }

  protected override goOn(user: User, scenario: UserScenario): void {
    const due = this.#hasEnded ? undefined : this.#line.shift();
    if (due === undefined) this.#becameFree(user, scenario);
    else this.#work(user, due);
  }

  #becameFree(user: User, scenario: UserScenario): void {
    if (!this.isStopped && this.#arrivals.nextMs !== Number.POSITIVE_INFINITY) this.#free.push(user);
    else void this.leave(user, scenario, true);
    this.host.finishIfIdle();
  }

  /** Lets all free users leave. */
  #dismiss(): void {
    for (const user of this.#free.splice(0)) void this.leave(user, this.deal(0).scenario, true);
  }

  #dropLine(): void {
    const line = this.#line;
    this.#line = [];
    for (const { number, intendedMs } of line) this.host.dropped(this.deal(number).scenario, intendedMs);
  }
}
