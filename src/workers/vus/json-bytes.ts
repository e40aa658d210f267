import { jsonWithBigInts } from '../../requests/exact-values.ts';
import { withArticle } from './request-params.ts';

/** What has no fields of its own, so that JSON leaves nothing of it. */
const EMPTY_IN_JSON = [Map, Set, WeakMap, WeakSet, WeakRef, Promise, RegExp, Error, ArrayBuffer];

/** The same of the web's classes, by their tags: asking for some of the classes loads half of a client. */
const OF_THE_WEB = /^\[object (URLSearchParams|FormData|Headers|Blob|File)\]$/;

function ofTheWeb(value: object): string | null {
  return OF_THE_WEB.exec(Object.prototype.toString.call(value))?.[1] ?? null;
}

/** @throws TypeError for what JSON cannot say, which would be sent as an empty object or not at all */
export function jsonBytesOf(value: unknown): Buffer {
  const text = jsonOf(value);
  if (text === undefined)
    throw new TypeError(`json: a ${typeof value} has no JSON: give an object, a list or a value`);
  // Looked for only where it may be: going through a body again costs as much as writing it.
  if (text.includes('{}'))
    JSON.stringify(value, (name, one: unknown) =>
      typeof one === 'bigint' ? null : refuseEmptied(name, one),
    );
  if (text.includes('null')) refuseNoNumber('', value);
  return Buffer.from(text);
}

/** A value as JSON. Only what is refused otherwise is gone through for a BigInt, which may be a long id. */
export function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) as string | undefined;
  } catch (error) {
    const isBigInt = error instanceof TypeError && error.message.includes('BigInt');
    if (isBigInt) return jsonWithBigInts(value);
    throw error;
  }
}

/** What was meant to be a number and is none would be null in JSON, which the target may even accept. */
function refuseNoNumber(name: string, value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError(`json: ${value}${asNamed(name)} would be sent as null: give a number, or null`);
  if (value instanceof Date && Number.isNaN(value.getTime()))
    throw new TypeError(`json: an invalid Date${asNamed(name)} would be sent as null: give a date, or null`);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return;
  for (const [key, one] of Object.entries(value)) refuseNoNumber(key, one);
}

function asNamed(name: string): string {
  return name === '' ? '' : ` as '${name}'`;
}

function refuseEmptied(name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const kind = EMPTY_IN_JSON.find((one) => value instanceof one)?.name ?? ofTheWeb(value);
  if (kind === null || Object.keys(value).length > 0) return value;
  const advice =
    kind === 'Promise'
      ? 'await it first'
      : kind === 'Map'
        ? 'Object.fromEntries(map) is one'
        : /^(?:URL|Form|Head)/.test(kind)
          ? 'Object.fromEntries(…) makes one'
          : 'give plain values';
  throw new TypeError(`json: ${withArticle(kind)}${asNamed(name)} would be sent as {}: ${advice}`);
}
