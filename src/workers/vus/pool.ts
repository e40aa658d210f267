import { LAST_OF_CODE_MS, type UserPool } from '../../protocol/scenario.ts';
import { Dealer } from '../../requests/dealing.ts';
import type { Clock } from '../../time/clock.ts';
import type { Alarms } from './alarms.ts';
import type { RowSource } from './row-source.ts';
import { type Follower, User } from './user.ts';
import type { Start, UserHost, UserScenario } from './user-host.ts';
import type { InterruptedSetup, UserParts } from './user-parts.ts';

/** What a pool uses of its worker. */
export interface PoolHost {
  readonly clock: Clock;
  readonly alarms: Alarms;
  readonly users: UserHost;
  readonly scenarios: readonly UserScenario[];
  readonly rows: readonly RowSource[];
  readonly index: number;
  readonly workers: number;
  readonly seed: number;
  /** Resolves when an iteration may start; null if at once, which is nearly always. */
  room(): Promise<void> | null;
  cameAndWent(change: 1 | -1): void;
  readonly parts: UserParts;
  idled(): void;
  /** Each row of the scenario is used once, and none is left. */
  usedUp(scenario: UserScenario): void;
  dropped(scenario: UserScenario, intendedMs: number): void;
  finishIfIdle(): void;
}

/** The setup of a user, under way. */
interface Setup {
  readonly fromMs: number;
  /** Null until it is interrupted. */
  cutOff: InterruptedSetup | null;
}

/**
 * Common base of pools: the users of one load, and the dealing of scenarios and rows. A `Session` is what a pool keeps of
 * each user: very many users may sleep at a time, and an object takes less memory than closures.
 */
export abstract class Pool<Session> implements Follower {
  protected readonly pool: UserPool;
  protected readonly host: PoolHost;
  protected readonly alive = new Map<User, Session>();
  protected isStopped = false;
  readonly #setups = new Map<User, Setup>();
  /** Scenarios that have ended with their last rows. */
  readonly #usedUp = new Set<number>();
  readonly #dealer: Dealer;

  constructor(pool: UserPool, host: PoolHost) {
    this.pool = pool;
    this.host = host;
    this.#dealer = new Dealer(pool.parts.map(({ weight }) => weight));
  }

  abstract begin(windowAtMs: number): void;
  /** A user is free: it starts its next iteration, or leaves. */
  protected abstract goOn(user: User, session: Session): void;
  /** Nothing is queued, no user is left, and nothing more will start. */
  abstract readonly isDone: boolean;
  /** Adds the iterations that were due but not started, by scenario. */
  abstract addNotStarted(counts: number[]): void;

  /** Starts nothing more. */
  stop(): void {
    this.isStopped = true;
  }

  /** Interrupts all users; code that does not end is abandoned soon after. */
  end(): void {
    this.stop();
    for (const user of this.alive.keys()) this.#interrupt(user);
    if (this.alive.size === 0) return;
    const { alarms, clock } = this.host;
    alarms.set(clock.nowMs() + LAST_OF_CODE_MS, () => {
      this.abandon();
      this.host.finishIfIdle();
    });
  }

  /** Stops waiting for all users. */
  abandon(): void {
    this.end();
    for (const user of this.alive.keys()) this.#leaveAlone(user);
  }

  /** Interrupts one user; if its code does not end, abandons it soon after and calls `leftAlone`. */
  protected interrupt(user: User, leftAlone: () => void): void {
    this.#interrupt(user);
    const { alarms, clock } = this.host;
    alarms.set(clock.nowMs() + LAST_OF_CODE_MS, () => {
      if (!this.alive.has(user)) return;
      this.#leaveAlone(user);
      leftAlone();
      this.host.finishIfIdle();
    });
  }

  /** The scenario of a number, and the number within that scenario; both count from 0. */
  protected deal(number: number): { readonly scenario: UserScenario; readonly occurrence: number } {
    const { request, occurrence } = this.#dealer.deal(number);
    const scenario = this.host.scenarios[this.pool.parts[request]?.scenario ?? -1];
    if (scenario === undefined) throw new Error(`there is no scenario ${request}`);
    return { scenario, occurrence };
  }

  /** False if each row is used once and none is left: the scenario has ended, and others of the load go on. */
  protected hasRow(scenario: UserScenario, occurrence: number): boolean {
    if (this.host.rows[scenario.index]?.has(occurrence) === true) return true;
    this.#usedUp.add(scenario.index);
    this.host.usedUp(scenario);
    return false;
  }

  protected isUsedUp({ index }: Pick<UserScenario, 'index'>): boolean {
    return this.#usedUp.has(index);
  }

  protected startOf(user: User, scenario: UserScenario, occurrence: number, intendedMs: number): Start {
    const row = this.host.rows[scenario.index]?.rowOf(occurrence, user.id - this.pool.firstId);
    return { scenario, n: occurrence + 1, intendedMs, row: row?.value };
  }

  protected newUser(place: number, scenario: UserScenario, session: Session): User {
    const user = new User(this.pool.firstId + place, scenario, this.host.users);
    this.alive.set(user, session);
    this.host.cameAndWent(1);
    return user;
  }

  /** Runs a user's setup; false if it failed. */
  protected async setUp(user: User, scenario: UserScenario): Promise<boolean> {
    const { clock, parts } = this.host;
    const setup: Setup = { fromMs: clock.nowMs(), cutOff: null };
    this.#setups.set(user, setup);
    const error = await user.setUp(scenario, this.#firstRow(user, scenario));
    // That of an abandoned user has been counted.
    if (!this.#setups.delete(user)) return error === null;
    if (error === null) parts.setupSucceeded(clock.nowMs() - setup.fromMs);
    else if (setup.cutOff !== null) parts.setupCutOff(user, setup.cutOff);
    else if (!this.isStopped) parts.setupFailed(user, error.thrown);
    return error === null;
  }

  /** Runs an iteration; then the user goes on. */
  protected iterate(user: User, start: Start): void {
    const room = this.host.room();
    if (room === null) user.iterate(start, this);
    else void room.then(() => user.iterate(start, this));
  }

  iterated(user: User, hasActed: boolean): void {
    if (hasActed) {
      this.#goOn(user);
      return;
    }
    // Otherwise a scenario that awaits nothing would block the event loop forever.
    this.host.idled();
    setImmediate(() => this.#goOn(user));
  }

  protected async leave(user: User, scenario: UserScenario, wasSetUp: boolean): Promise<void> {
    // An abandoned user has already been removed.
    if (!this.alive.has(user)) return;
    const error = wasSetUp ? await user.tearDown(scenario, this.#firstRow(user, scenario)) : null;
    if (error !== null && !this.isStopped && !user.signal.aborted)
      this.host.parts.teardownFailed(user, error.thrown);
    user.leave();
    if (this.alive.delete(user)) this.host.cameAndWent(-1);
    this.host.finishIfIdle();
  }

  #goOn(user: User): void {
    const session = this.alive.get(user);
    // An abandoned user has been removed.
    if (session !== undefined) this.goOn(user, session);
  }

  #interrupt(user: User): void {
    const setup = this.#setups.get(user);
    const { clock, parts } = this.host;
    if (setup !== undefined) setup.cutOff ??= parts.interruptedSetup(clock.nowMs() - setup.fromMs);
    user.interrupt();
  }

  #leaveAlone(user: User): void {
    this.alive.delete(user);
    const { cutOff = null } = this.#setups.get(user) ?? {};
    if (cutOff !== null) this.host.parts.setupCutOff(user, cutOff);
    this.#setups.delete(user);
    user.abandon();
    user.leave();
    this.host.cameAndWent(-1);
  }

  /** A user's own row; undefined if only iterations have rows. */
  #firstRow(user: User, scenario: UserScenario): unknown {
    return this.host.rows[scenario.index]?.rowOfUser(user.id - this.pool.firstId);
  }
}
