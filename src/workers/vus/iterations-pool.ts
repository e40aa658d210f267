import type { Iterations, UserPool } from '../../protocol/scenario.ts';
import { placesOf } from '../../requests/user-numbering.ts';
import { shareByUsers, usersOfWorker } from '../../time/user-schedule.ts';
import type { Alarm } from './alarms.ts';
import { Pool, type PoolHost } from './pool.ts';
import type { User } from './user.ts';
import type { Start, UserScenario } from './user-host.ts';

/** Counts out the numbers of iterations to start, from 0. */
interface Numbers {
  next: number;
  readonly end: number;
}

/** What a user does. */
interface Session {
  /** Its setup and teardown are those of this one. */
  readonly first: UserScenario;
  readonly numbers: Numbers;
}

/** A number of iterations: per user, or shared by all, where any free user takes the next. */
export class IterationsPool extends Pool<Session> {
  readonly #load: Iterations;
  /** One per user, or a single one shared by this worker's users. */
  readonly #numbers: Numbers[] = [];
  readonly #places: readonly number[];
  #hasBegun = false;
  /** Number of users who have not left. */
  #living = 0;
  #limits: readonly Alarm[] = [];

  constructor(pool: UserPool, load: Iterations, host: PoolHost) {
    super(pool, host);
    this.#load = load;
    const { index, workers } = host;
    const { users, iterations, executor } = load;
    this.#places = placesOf(pool, users, host);
    if (executor === 'per-vu-iterations') {
      for (const place of this.#places)
        this.#numbers.push({ next: place * iterations, end: (place + 1) * iterations });
      return;
    }
    let before = 0;
    for (let earlier = 0; earlier < index; earlier++) before += usersOfWorker(users, earlier, workers);
    const { from, to } = shareByUsers(iterations, users, before, usersOfWorker(users, index, workers));
    this.#numbers.push({ next: from, end: to });
  }

  get isDone(): boolean {
    return this.alive.size === 0 && (this.#hasBegun || this.isStopped);
  }

  begin(windowAtMs: number): void {
    const { alarms } = this.host;
    const { startMs, maxDurationMs, gracefulStopMs, executor } = this.#load;
    const startAtMs = windowAtMs + startMs;
    alarms.set(startAtMs, () => {
      this.#hasBegun = true;
      if (this.isStopped) return;
      const endMs = startAtMs + maxDurationMs;
      this.#limits = [
        alarms.set(endMs, () => this.stop()),
        alarms.set(endMs + gracefulStopMs, () => this.end()),
      ];
      this.#living = this.#places.length;
      for (const [own, place] of this.#places.entries()) {
        const numbers = this.#numbers[executor === 'per-vu-iterations' ? own : 0];
        if (numbers !== undefined && numbers.next < numbers.end) this.#live(place, numbers, startAtMs);
        else this.#left();
      }
      this.host.finishIfIdle();
    });
  }

  addNotStarted(counts: number[]): void {
    for (const { next, end } of this.#numbers)
      for (let number = next; number < end; number++) {
        const { scenario } = this.deal(number);
        counts[scenario.index] = (counts[scenario.index] ?? 0) + 1;
      }
  }

  #live(place: number, numbers: Numbers, fromMs: number): void {
    const first = this.deal(numbers.next).scenario;
    const session = { first, numbers };
    const user = this.newUser(place, first, session);
    user.freeAtMs = fromMs;
    void this.setUp(user, first).then((wasSetUp) => {
      if (wasSetUp) this.goOn(user, session);
      else void this.leave(user, first, false).then(() => this.#left());
    });
  }

  protected override goOn(user: User, { first, numbers }: Session): void {
    const start = this.#next(user, numbers);
    if (start === null) void this.leave(user, first, true).then(() => this.#left());
    else this.iterate(user, start);
  }

  #left(): void {
    this.#living--;
    if (this.#living === 0) for (const limit of this.#limits) this.host.alarms.cancel(limit);
  }

  /** Null if nothing more is to be started. */
  #next(user: User, numbers: Numbers): Start | null {
    if (this.isStopped || numbers.next >= numbers.end) return null;
    const { scenario, occurrence } = this.deal(numbers.next);
    if (!this.hasRow(scenario, occurrence)) return null;
    numbers.next++;
    return this.startOf(user, scenario, occurrence, user.freeAtMs);
  }
}
