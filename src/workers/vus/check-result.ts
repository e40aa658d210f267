import { isMap } from './request-params.ts';
import { textOf } from './script-place.ts';

/** @throws TypeError for what names no checks: of a function, as other tools take it, none would be counted */
export function checksIn<C>(checks: C): C {
  if (isMap(checks)) return checks;
  throw new TypeError(
    `check(…, ${textOf(checks)}): give names and functions, as in { 'is good': (answer) => answer.status === 200 }`,
  );
}

/**
 * Whether a check holds for a value, by what it returns.
 *
 * @throws TypeError if it is no function, and for a promise, which would hold whatever comes of it
 */
export function holdsBy<T>(name: string, check: ((value: T) => unknown) | undefined, value: T): boolean {
  if (typeof check !== 'function')
    throw new TypeError(`the check '${name}' is ${textOf(check)}: give a function of the value`);
  const returned = check(value);
  if (!isPromise(returned)) return Boolean(returned);
  returned.then(undefined, () => {});
  throw new TypeError(`the check '${name}' returned a promise: await it first, and check its value`);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
