/**
 * Whether a check holds, by what it has returned.
 *
 * @throws TypeError for a promise, which would hold whatever comes of it
 */
export function holdsBy(name: string, returned: unknown): boolean {
  if (!isPromise(returned)) return Boolean(returned);
  returned.then(undefined, () => {});
  throw new TypeError(`the check '${name}' returned a promise: await it first, and check its value`);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
