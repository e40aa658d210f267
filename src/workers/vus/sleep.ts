import { Interrupted } from '../../protocol/scenario-errors.ts';
import type { Alarm } from './alarms.ts';

/** Whose code sleeps. */
export interface SleepingUser {
  awake(sleep: Sleep): void;
}

/** A sleep of a user's code: one object, since many thousands of users may sleep. */
export class Sleep implements Alarm {
  readonly dueMs: number;
  /** Lets the code continue. */
  readonly resolve: () => void;
  isCancelled = false;
  readonly #user: SleepingUser;
  readonly #reject: (error: Error) => void;

  constructor(user: SleepingUser, dueMs: number, resolve: () => void, reject: (error: Error) => void) {
    this.#user = user;
    this.dueMs = dueMs;
    this.resolve = resolve;
    this.#reject = reject;
  }

  ring(): void {
    this.#user.awake(this);
  }

  interrupt(): void {
    this.isCancelled = true;
    this.#reject(new Interrupted());
  }
}
