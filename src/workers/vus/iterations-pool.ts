import type { Iterations, UserPool } from '../../protocol/scenario.ts';
import { placesOf } from '../../requests/user-numbering.ts';
import { shareByUsers, usersOfWorker } from '../../time/user-schedule.ts';
import type { Alarm } from './alarms.ts';
import { Pool, type PoolHost } from './pool.ts';

/** Counts out the numbers of iterations to start, from 0. */
interface Numbers {
  next: number;
  readonly end: number;
}

/** A number of iterations: per user, or shared by all, where any free user takes the next. */
export class IterationsPool extends Pool {
  readonly #load: Iterations;
  /** One per user, or a single one shared by this worker's users. */
  readonly #numbers: Numbers[] = [];
  readonly #places: readonly number[];
  #hasBegun = false;

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
      const limits = [
        alarms.set(endMs, () => this.stop()),
        alarms.set(endMs + gracefulStopMs, () => this.end()),
      ];
      const all: Promise<void>[] = [];
      for (const [own, place] of this.#places.entries()) {
        const numbers = this.#numbers[executor === 'per-vu-iterations' ? own : 0];
        if (numbers !== undefined) all.push(this.#live(place, numbers, startAtMs));
      }
      void Promise.all(all).then(() => this.#over(limits));
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

  async #live(place: number, numbers: Numbers, fromMs: number): Promise<void> {
    if (numbers.next >= numbers.end) return;
    const first = this.deal(numbers.next).scenario;
    const user = this.newUser(place, first);
    user.freeAtMs = fromMs;
    const wasSetUp = await this.setUp(user, first);
    while (wasSetUp && !this.isStopped && numbers.next < numbers.end) {
      const { scenario, occurrence } = this.deal(numbers.next);
      const start = this.startOf(user, scenario, occurrence, user.freeAtMs);
      if (start === null) break;
      numbers.next++;
      if (!(await this.iterate(user, start))) await this.idle();
    }
    await this.leave(user, first, wasSetUp);
  }

  #over(limits: readonly Alarm[]): void {
    for (const limit of limits) this.host.alarms.cancel(limit);
  }
}
