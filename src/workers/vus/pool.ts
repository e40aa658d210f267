import type { UserPool } from '../../protocol/scenario.ts';
import { Dealer } from '../../requests/dealing.ts';
import type { Clock } from '../../time/clock.ts';
import type { Alarms } from './alarms.ts';
import type { RowSource } from './row-source.ts';
import { type Start, User } from './user.ts';
import type { UserHost, UserScenario } from './user-host.ts';

/** Code that does not end when it is interrupted is waited for so long. */
const LAST_MS = 1_000;

/** What a pool may ask of the worker that it is in. */
export interface PoolHost {
  readonly clock: Clock;
  readonly alarms: Alarms;
  readonly users: UserHost;
  readonly scenarios: readonly UserScenario[];
  readonly rows: readonly RowSource[];
  readonly index: number;
  readonly workers: number;
  readonly seed: number;
  /** Resolves when something may start: nearly always at once. */
  room(): Promise<void> | null;
  cameAndWent(change: 1 | -1): void;
  setupFailed(error: unknown): void;
  teardownFailed(error: unknown): void;
  idled(): void;
  dropped(scenario: UserScenario, intendedMs: number): void;
  finishIfIdle(): void;
}

/** Users of one load and what they are dealt: what all kinds of pools have in common. */
export abstract class Pool {
  protected readonly pool: UserPool;
  protected readonly host: PoolHost;
  protected readonly alive = new Set<User>();
  protected isStopped = false;
  readonly #dealer: Dealer;

  constructor(pool: UserPool, host: PoolHost) {
    this.pool = pool;
    this.host = host;
    this.#dealer = new Dealer(pool.parts.map(({ weight }) => weight));
  }

  abstract begin(windowAtMs: number): void;
  /** Nothing waits, nobody is there, and nothing more will start. */
  abstract readonly isDone: boolean;
  /** Iterations that were to start and did not, by scenario. */
  abstract addNotStarted(counts: number[]): void;

  /** Nothing starts any more. */
  stop(): void {
    this.isStopped = true;
  }

  /** What goes on is interrupted, and code that does not end by that is left alone soon after. */
  end(): void {
    this.stop();
    for (const user of this.alive) user.interrupt();
    if (this.alive.size === 0) return;
    const { alarms, clock } = this.host;
    alarms.set(clock.nowMs() + LAST_MS, () => {
      this.abandon();
      this.host.finishIfIdle();
    });
  }

  /** Nobody is waited for. */
  abandon(): void {
    this.end();
    for (const user of this.alive) this.#leaveAlone(user);
  }

  /** Ends what one user does; where its code does not end by that, it is left alone soon after, which is told. */
  protected interrupt(user: User, leftAlone: () => void): void {
    user.interrupt();
    const { alarms, clock } = this.host;
    alarms.set(clock.nowMs() + LAST_MS, () => {
      if (!this.alive.has(user)) return;
      this.#leaveAlone(user);
      leftAlone();
      this.host.finishIfIdle();
    });
  }

  /** The scenario of a number, from 0, and the number in that scenario, from 0. */
  protected deal(number: number): { readonly scenario: UserScenario; readonly occurrence: number } {
    const { request, occurrence } = this.#dealer.deal(number);
    const scenario = this.host.scenarios[this.pool.parts[request]?.scenario ?? -1];
    if (scenario === undefined) throw new Error(`there is no scenario ${request}`);
    return { scenario, occurrence };
  }

  /** Null where rows are used once each, and all have been. */
  protected startOf(
    user: User,
    scenario: UserScenario,
    occurrence: number,
    intendedMs: number,
  ): Start | null {
    const row = this.host.rows[scenario.index]?.rowOf(occurrence, user.id - this.pool.firstId);
    return row === undefined ? null : { scenario, n: occurrence + 1, intendedMs, row: row.value };
  }

  protected newUser(place: number, scenario: UserScenario): User {
    const user = new User(this.pool.firstId + place, scenario, this.host.users);
    this.alive.add(user);
    this.host.cameAndWent(1);
    return user;
  }

  /** Runs the beginning of a user; false where it has failed. */
  protected async setUp(user: User, scenario: UserScenario): Promise<boolean> {
    const error = await user.setUp(scenario, this.#firstRow(user, scenario));
    if (error === null) return true;
    if (!this.isStopped) this.host.setupFailed(error);
    return false;
  }

  protected async iterate(user: User, start: Start): Promise<void> {
    const room = this.host.room();
    if (room !== null) await room;
    if (await user.iterate(start)) return;
    // Else a scenario that awaits nothing would hold the event loop for ever.
    this.host.idled();
    await nextTurn();
  }

  protected async leave(user: User, scenario: UserScenario, wasSetUp: boolean): Promise<void> {
    // Nobody waits any more for one that was left alone.
    if (!this.alive.has(user)) return;
    const error = wasSetUp ? await user.tearDown(scenario, this.#firstRow(user, scenario)) : null;
    if (error !== null && !this.isStopped) this.host.teardownFailed(error);
    user.leave();
    if (this.alive.delete(user)) this.host.cameAndWent(-1);
    this.host.finishIfIdle();
  }

  #leaveAlone(user: User): void {
    this.alive.delete(user);
    user.abandon();
    user.leave();
    this.host.cameAndWent(-1);
  }

  /** A user's own row; undefined where only iterations have rows. */
  #firstRow(user: User, scenario: UserScenario): unknown {
    return this.host.rows[scenario.index]?.rowOfUser(user.id - this.pool.firstId);
  }
}

/** Resolves when the event loop has read and written what there was. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
