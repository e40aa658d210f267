import type { UserPool, UsersOverTime } from '../../protocol/scenario.ts';
import { placesOf, workersOfParts } from '../../requests/user-numbering.ts';
import { endOfStartsMs, mostUsers, sessionsOf } from '../../time/user-schedule.ts';
import type { Alarm } from './alarms.ts';
import { Pool, type PoolHost } from './pool.ts';
import type { User } from './user.ts';
import type { Start, UserScenario } from './user-host.ts';

/** One stay of a user. */
interface Session {
  /** When it is to leave. */
  readonly toMs: number;
  /** When it is interrupted; null if with the others at the end. */
  limit: Alarm | null;
  /** Called when it has left, or was abandoned. */
  readonly left: () => void;
}

const NOTHING = (): void => {};

/** A number of users over time: each starts its next iteration when its previous one is over. */
export class UsersPool extends Pool<Session> {
  readonly #load: UsersOverTime;
  /** Number of sessions not yet begun. */
  #coming = 0;
  /** When the last stage ends. */
  #endMs = 0;
  /** When users that are still there are interrupted. */
  #lastMs = 0;
  /** Number of iterations dealt by this worker, by scenario. */
  readonly #numbered: number[] = [];
  /** The workers that have users of each scenario. */
  readonly #workersOf = new Map<number, readonly number[]>();

  constructor(pool: UserPool, load: UsersOverTime, host: PoolHost) {
    super(pool, host);
    this.#load = load;
    for (const [part, indices] of workersOfParts(pool, mostUsers(load), host.workers).entries()) {
      const { scenario } = pool.parts[part] ?? {};
      if (scenario !== undefined) this.#workersOf.set(scenario, indices);
    }
  }

  get isDone(): boolean {
    return this.alive.size === 0 && (this.#coming === 0 || this.isStopped);
  }

  begin(windowAtMs: number): void {
    const { alarms } = this.host;
    const startAtMs = windowAtMs + this.#load.startMs;
    this.#endMs = windowAtMs + endOfStartsMs(this.#load);
    const { gracefulStopMs, gracefulRampDownMs } = this.#load;
    // By then the last user has been interrupted.
    this.#lastMs = this.#endMs + Math.max(gracefulStopMs, gracefulRampDownMs);
    alarms.set(this.#lastMs, () => this.end());
    for (const place of placesOf(this.pool, mostUsers(this.#load), this.host)) {
      // A user that comes back waits for the end of its previous session.
      let before: Promise<void> | null = null;
      const sessions = sessionsOf(this.#load, place + 1);
      for (const { fromMs, toMs } of sessions) {
        this.#coming++;
        const begin = (left: () => void): void =>
          this.#beginSession(place, startAtMs + fromMs, startAtMs + toMs, left);
        alarms.set(startAtMs + fromMs, () => {
          if (sessions.length === 1) begin(NOTHING);
          else before = (before ?? Promise.resolve()).then(() => new Promise(begin));
        });
      }
    }
  }

  addNotStarted(): void {
    // There is no planned number: it depends on how long iterations take.
  }

  #beginSession(place: number, fromMs: number, toMs: number, left: () => void): void {
    this.#coming--;
    if (this.isStopped || this.host.clock.nowMs() >= toMs) {
      left();
      this.host.finishIfIdle();
      return;
    }
    const scenario = this.#scenarioOf(place);
    if (this.isUsedUp(scenario)) {
      left();
      this.host.finishIfIdle();
      return;
    }
    const session: Session = { toMs, limit: null, left };
    const user = this.newUser(place, scenario, session);
    user.freeAtMs = fromMs;
    const isLast = toMs >= this.#endMs;
    const limitMs = toMs + (isLast ? this.#load.gracefulStopMs : this.#load.gracefulRampDownMs);
    // At the end of the pool all its users are interrupted.
    if (limitMs < this.#lastMs)
      session.limit = this.host.alarms.set(limitMs, () => this.interrupt(user, left));
    void this.setUp(user, scenario).then((wasSetUp) => {
      if (wasSetUp) this.goOn(user, session);
      else this.#endSession(user, session, false);
    });
  }

  protected override goOn(user: User, session: Session): void {
    const start = this.#next(user, this.#scenarioOf(user.id - this.pool.firstId), session.toMs);
    if (start === null) this.#endSession(user, session, true);
    else this.iterate(user, start);
  }

  #endSession(user: User, { limit, left }: Session, wasSetUp: boolean): void {
    const scenario = this.#scenarioOf(user.id - this.pool.firstId);
    void this.leave(user, scenario, wasSetUp).then(() => {
      if (limit !== null) this.host.alarms.cancel(limit);
      left();
    });
  }

  /** All scenarios that have users here have ended with their last rows. */
  get #isOver(): boolean {
    const own = [...this.#workersOf].filter(([, workers]) => workers.includes(this.host.index));
    return own.every(([index]) => this.isUsedUp({ index }));
  }

  #scenarioOf(place: number): UserScenario {
    return this.deal(place).scenario;
  }

  /**
   * Null if nothing more is to be started. Numbers are dealt in turn: each of W workers that have users of the scenario
   * takes every W-th one.
   */
  #next(user: User, scenario: UserScenario, toMs: number): Start | null {
    if (this.isStopped || this.host.clock.nowMs() >= toMs) return null;
    const count = this.#numbered[scenario.index] ?? 0;
    const workers = this.#workersOf.get(scenario.index) ?? [];
    const number = count * workers.length + workers.indexOf(this.host.index);
    if (!this.hasRow(scenario, number)) {
      if (this.#isOver) this.stop();
      return null;
    }
    this.#numbered[scenario.index] = count + 1;
    const start = this.startOf(user, scenario, number, user.freeAtMs);
    return start.intendedMs >= toMs ? null : start;
  }
}
