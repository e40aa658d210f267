import { AsyncLocalStorage } from 'node:async_hooks';

/** Set in the code of a module at its top, and in what follows from that, such as its timers. */
const AT_TOP = new AsyncLocalStorage<true>();
let kept: unknown[] = [];

/** Runs what imports a module. */
export function runAtTop<T>(run: () => T): T {
  return AT_TOP.run(true, run);
}

/** Whether the code at the top of a module runs, or what follows from it, such as its timers. */
export function isAtTop(): boolean {
  return AT_TOP.getStore() !== undefined;
}

/** Keeps an uncaught exception that came before there were users, whose run could have reported it. */
export function keepUncaught(error: unknown): void {
  kept.push(error);
}

/** What was kept in this thread, once. */
export function takeUncaughtErrors(): readonly unknown[] {
  const taken = kept;
  kept = [];
  return taken;
}
