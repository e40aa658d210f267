import { Interrupted } from '../../protocol/scenario-errors.ts';
import type { Alarm } from './alarms.ts';
import { type CodeOwner, callAs } from './unawaited.ts';

/** Whose code sleeps. */
export interface SleepingUser extends CodeOwner {
  awake(sleep: Sleep): void;
}

/** A sleep of a user's code: one object, since many thousands of users may sleep. */
export class Sleep implements Alarm {
  readonly dueMs: number;
  /** Lets the code continue. */
  readonly resolve: (over?: Promise<void>) => void;
  /** The user's sleep before this one, if that is not over: code may start several. */
  next: Sleep | null;
  isCancelled = false;
  readonly #user: SleepingUser;

  constructor(user: SleepingUser, dueMs: number, next: Sleep | null, resolve: Sleep['resolve']) {
    this.#user = user;
    this.dueMs = dueMs;
    this.next = next;
    this.resolve = resolve;
  }

  ring(): void {
    this.#user.awake(this);
  }

  interrupt(): void {
    this.isCancelled = true;
    callAs(this.#user, this.resolve, Promise.reject(new Interrupted()));
  }
}

/** The latest of a user's sleeps, once one of them is over. */
export function withoutSleep(latest: Sleep | null, over: Sleep): Sleep | null {
  if (latest === over) return over.next;
  for (let later = latest; later !== null; later = later.next)
    if (later.next === over) later.next = over.next;
  return latest;
}
