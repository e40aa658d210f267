import type { UserPool, UsersOverTime } from '../../protocol/scenario.ts';
import { placesOf, workersOfParts } from '../../requests/user-numbering.ts';
import { endOfStartsMs, mostUsers, sessionsOf } from '../../time/user-schedule.ts';
import { Pool, type PoolHost } from './pool.ts';
import type { User } from './user.ts';
import type { Start, UserScenario } from './user-host.ts';

/** A number of users over time: each starts its next iteration when its previous one is over. */
export class UsersPool extends Pool {
  readonly #load: UsersOverTime;
  /** Number of sessions not yet begun. */
  #coming = 0;
  /** When the last stage ends. */
  #endMs = 0;
  /** When whoever is still there is interrupted. */
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
      for (const { fromMs, toMs } of sessionsOf(this.#load, place + 1)) {
        this.#coming++;
        alarms.set(startAtMs + fromMs, () => {
          const session = (): Promise<void> => this.#session(place, startAtMs + fromMs, startAtMs + toMs);
          before = before === null ? session() : before.then(session);
        });
      }
    }
  }

  addNotStarted(): void {
    // There is no planned number: it depends on how long iterations take.
  }

  /** Resolves when the user has left, or was abandoned. */
  #session(place: number, fromMs: number, toMs: number): Promise<void> {
    this.#coming--;
    if (this.isStopped || this.host.clock.nowMs() >= toMs) return Promise.resolve();
    return new Promise((resolve) => this.#live(place, fromMs, toMs, resolve));
  }

  #live(place: number, fromMs: number, toMs: number, left: () => void): void {
    const { alarms } = this.host;
    const { scenario } = this.deal(place);
    const user = this.newUser(place, scenario);
    user.freeAtMs = fromMs;
    const isLast = toMs >= this.#endMs;
    const limitMs = toMs + (isLast ? this.#load.gracefulStopMs : this.#load.gracefulRampDownMs);
    // At the end of the pool all its users are interrupted.
    const limit = limitMs < this.#lastMs ? alarms.set(limitMs, () => this.interrupt(user, left)) : null;
    const leave = (wasSetUp: boolean): void => {
      void this.leave(user, scenario, wasSetUp).then(() => {
        if (limit !== null) alarms.cancel(limit);
        left();
      });
    };
    const goOn = (): void => {
      const start = this.#next(user, scenario, toMs);
      if (start === null) leave(true);
      else this.iterate(user, start, goOn);
    };
    void this.setUp(user, scenario).then((wasSetUp) => {
      if (wasSetUp) goOn();
      else leave(false);
    });
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
    const start = this.startOf(user, scenario, number, user.freeAtMs);
    if (start === null) this.stop();
    else this.#numbered[scenario.index] = count + 1;
    return start === null || start.intendedMs >= toMs ? null : start;
  }
}
