import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { refuseEnding } from '../../machine/ending-calls.ts';

/** The owner of running code: called with what goes wrong in it and is neither awaited nor caught. */
export interface CodeOwner {
  readonly scope: CodeScope;
  unawaited(promise: Promise<unknown>, reason: unknown): void;
  /** Somebody awaits it after all. */
  awaited(promise: Promise<unknown>): void;
  /** Thrown in a timer, in a callback, or by an event. */
  uncaught(error: unknown): void;
  /** It awaits a promise that is neither its own nor of an answer or a sleep. */
  pauses(): void;
  /** That has settled; called before the code continues, or where that calls us next. */
  goesOn(): void;
  /** What it has called by `callUntilOver` has ended. */
  returned(): void;
  /** The same, with what that has thrown. */
  threw(error: unknown): void;
}

/** In which the code of one owner is called. */
export type CodeScope = Pick<AsyncResource, 'runInAsyncScope'>;

const OWNERS = new AsyncLocalStorage<CodeOwner>();
/** For promises that were rejected and that nothing awaits yet. */
const REJECTED = new WeakMap<Promise<unknown>, CodeOwner>();
let listeners = 0;
let allowEnding = (): void => {};

/** Made once for each owner: `run` of the storage makes two maps at each call, and leaves one of them behind. */
export function scopeOf(owner: CodeOwner): CodeScope {
  const around = newScope();
  return around.runInAsyncScope(() => OWNERS.run(owner, newScope));
}

function newScope(): AsyncResource {
  return new AsyncResource('ScenarioCode', { requireManualDestroy: true });
}

/** Calls `code` as that of `owner`, with all that follows from it. */
export function callAs<Args extends unknown[], T>(
  owner: CodeOwner,
  code: (...args: Args) => T,
  ...args: Args
): T {
  return owner.scope.runInAsyncScope(code, undefined, ...args);
}

/** Calls `code` as that of `owner`, and tells the owner when what it returns has settled. */
export function callUntilOver<Args extends unknown[]>(
  owner: CodeOwner,
  code: (...args: Args) => unknown,
  ...args: Args
): void {
  callAs(owner, tellWhenOver, code, args);
}

function tellWhenOver<Args extends unknown[]>(code: (...args: Args) => unknown, args: Args): void {
  let done: Promise<unknown>;
  try {
    done = Promise.resolve(code(...args));
  } catch (error) {
    done = Promise.reject(error);
  }
  // The same two functions for all owners, of whom very many may wait: the scope says which one it is.
  void done.then(tellReturned, tellThrew);
}

function tellReturned(): void {
  ownerNow()?.returned();
}

function tellThrew(error: unknown): void {
  ownerNow()?.threw(error);
}

/** Whose code runs now, or has just thrown; null if it is no owner's. */
export function ownerNow(): CodeOwner | null {
  return OWNERS.getStore() ?? null;
}

/**
 * From now on a rejection that nobody awaits is told to whose code it is, and does not end the worker; neither does
 * `process.exit()` in such code, which throws. Until the function returned is called.
 */
export function hearUnawaited(): () => void {
  if (listeners++ === 0) {
    process.on('unhandledRejection', hear);
    process.on('rejectionHandled', hearHandled);
    allowEnding = refuseEnding(() => (ownerNow() === null ? null : 'end an iteration with return or fail()'));
  }
  return () => {
    listeners -= 1;
    if (listeners > 0) return;
    process.off('unhandledRejection', hear);
    process.off('rejectionHandled', hearHandled);
    allowEnding();
  };
}

function hear(reason: unknown, promise: Promise<unknown>): void {
  const owner = ownerNow();
  if (owner !== null) {
    REJECTED.set(promise, owner);
    owner.unawaited(promise, reason);
    return;
  }
  // What is not a scenario's goes the way that it would have gone; a program that uses volley may have listeners of its own.
  if (process.listenerCount('unhandledRejection') === 1) throw reason;
}

function hearHandled(promise: Promise<unknown>): void {
  REJECTED.get(promise)?.awaited(promise);
}
