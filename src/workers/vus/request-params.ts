import type { RequestParams } from '../../protocol/test-definition.ts';
import { textOf } from './script-place.ts';

const PARAMS = new Set([
  'name',
  'headers',
  'query',
  'json',
  'form',
  'body',
  'expect',
  'redirects',
  'timeout',
  'cookies',
  'stream',
]);
/** What `String` makes of an object that has no text of its own. */
const NO_TEXT = /^\[object \w+\]$/;

/** @throws TypeError for an unknown name, several bodies, or headers that are not names and values */
export function checkParams(params: RequestParams): void {
  if (!isMap(params))
    throw new TypeError(`the parameters ${textOf(params)}: give an object, as in { headers: { … } }`);
  let bodies = 0;
  for (const name in params) {
    if (!PARAMS.has(name)) throw new TypeError(`a request has no '${name}': give ${[...PARAMS].join(', ')}`);
    if (name === 'json' || name === 'form' || name === 'body') bodies++;
  }
  if (bodies > 1) throw new TypeError('a request has one body: give json, form or body');
  const { headers } = params;
  // Of a Headers or a Map nothing would be sent.
  if (headers !== undefined && !isMap(headers))
    throw new TypeError(
      `headers: ${calledKind(headers)}: give names and values, as in { accept: 'text/html' }; Object.fromEntries(…) makes that of Headers and a Map`,
    );
}

/** Whether it is an object of names and values, and not of a kind whose members are elsewhere. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === '[object Object]';
}

export function redirectsIn(most: number): number {
  if (Number.isInteger(most) && most >= 0) return most;
  throw new TypeError(`redirects: '${most}' is not a number of redirects`);
}

export function bytesOf(body: unknown): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw new TypeError('body: give text or bytes; for an object use json');
}

/**
 * The pairs of a form or a query: of a list one for each value, and none of what is undefined or null.
 *
 * @throws TypeError for a value that is no text
 */
export function pairsOf(what: 'form' | 'query', given: unknown): URLSearchParams {
  if (given instanceof URLSearchParams) return given;
  if (!isMap(given))
    throw new TypeError(`${what}: ${calledKind(given)}: give names and values, as in { user: 'ada' }`);
  return new URLSearchParams(
    Object.entries(given).flatMap(([name, value]) =>
      [value]
        .flat()
        .flatMap((one): [string, string][] =>
          one === undefined || one === null ? [] : [[name, textIn(what, name, one)]],
        ),
    ),
  );
}

export function withQuery(path: string, pairs: URLSearchParams): string {
  if (pairs.size === 0) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${pairs}`;
}

function textIn(what: string, name: string, value: unknown): string {
  const text = String(value);
  if (typeof value !== 'object' || !NO_TEXT.test(text)) return text;
  throw new TypeError(`${what}: '${name}' is ${calledKind(value)}: give text, a number, or a list of them`);
}

/** Without its values, which may be secret. */
export function calledKind(value: unknown): string {
  if (typeof value === 'string') return 'text';
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object' || value === null) return textOf(value);
  return `an object (${Object.prototype.toString.call(value).slice('[object '.length, -1)})`;
}
