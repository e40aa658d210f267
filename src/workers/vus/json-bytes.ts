/** What has no fields of its own, so that JSON leaves nothing of it. */
const EMPTY_IN_JSON = [Map, Set, WeakMap, WeakSet, WeakRef, Promise, RegExp, Error, ArrayBuffer];

/** @throws TypeError for what JSON cannot say, which would be sent as an empty object or not at all */
export function jsonBytesOf(value: unknown): Buffer {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined)
    throw new TypeError(`json: a ${typeof value} has no JSON: give an object, a list or a value`);
  // Looked for only where it may be: going through a body again costs as much as writing it.
  if (text.includes('{}')) JSON.stringify(value, refuseEmptied);
  return Buffer.from(text);
}

function refuseEmptied(name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const kind = EMPTY_IN_JSON.find((one) => value instanceof one);
  if (kind === undefined || Object.keys(value).length > 0) return value;
  const advice =
    kind === Promise
      ? 'await it first'
      : kind === Map
        ? 'Object.fromEntries(map) is one'
        : 'give plain values';
  const where = name === '' ? '' : ` as '${name}'`;
  throw new TypeError(
    `json: ${/^[AE]/.test(kind.name) ? 'an' : 'a'} ${kind.name}${where} would be sent as {}: ${advice}`,
  );
}
