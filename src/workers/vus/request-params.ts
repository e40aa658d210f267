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

/** @throws TypeError for an unknown name, several bodies, or headers that are not names and values */
export function checkParams(params: RequestParams): void {
  if (!isMap(params))
    throw new TypeError(`the parameters ${textOf(params)}: give an object, as in { headers: { … } }`);
  let bodies = 0;
  for (const name in params) {
    if (!PARAMS.has(name)) throw new TypeError(`a request has no '${name}': give ${[...PARAMS].join(', ')}`);
    const isBody = name === 'json' || name === 'form' || name === 'body';
    if (isBody && params[name] !== undefined) bodies++;
  }
  if (bodies > 1) throw new TypeError('a request has one body: give json, form or body');
  const { headers, cookies } = params;
  if (cookies !== undefined && typeof cookies !== 'boolean')
    throw new TypeError(`cookies: ${textOf(cookies)}: give true or false`);
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
  const kind = kindOf(body);
  throw new TypeError(
    `body: ${kind === null ? '' : `${kind}: `}${BODY_OF[kind ?? ''] ?? 'give text or bytes; for an object use json'}`,
  );
}

/** How to give what is no body as one. */
const BODY_OF: Readonly<Record<string, string>> = {
  null: 'leave it out',
  'a Date': 'give its text, as in date.toISOString()',
  'a URLSearchParams': 'give it as form',
  'a FormData': 'give its fields as form, or, with files, the bytes and the type of new Response(data)',
  'a Blob': 'give its bytes, new Uint8Array(await blob.arrayBuffer())',
  'a File': 'give its bytes, new Uint8Array(await file.arrayBuffer())',
  'an ArrayBuffer': 'give new Uint8Array(buffer)',
};

/** `a Date`, `a FormData` and the like, or null for null; null for values without such a name, and for plain objects. */
function kindOf(value: unknown): string | null {
  if (value === null) return 'null';
  const [, kind = ''] = /^\[object (\w+)\]$/.exec(Object.prototype.toString.call(value)) ?? [];
  if (typeof value !== 'object' || kind === 'Object') return null;
  return withArticle(kind);
}

/** A name of a kind of values, as in `an ArrayBuffer`. */
export function withArticle(kind: string): string {
  return `${/^[AEIO]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** @throws TypeError for what is no text, of which a name of its kind would be sent */
export function headerText(name: string, value: unknown): string {
  if (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint'
  )
    return String(value);
  const advice = value === null ? 'give text, or leave it out' : 'give text';
  throw new TypeError(`headers: '${name}' is ${calledKind(value)}: ${adviceOn(value) ?? advice}`);
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
  if (typeof value === 'string') return value;
  // Other objects have no text that is surely meant.
  if (typeof value === 'object' ? value instanceof URL : isScalar(value)) return String(value);
  const advice = adviceOn(value) ?? 'give text, a number, or a list of them';
  throw new TypeError(`${what}: '${name}' is ${calledKind(value)}: ${advice}`);
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'function' && typeof value !== 'symbol' && !Number.isNaN(value);
}

/** A date has several texts, and the one that it has by itself is hardly meant. */
function adviceOn(value: unknown): string | null {
  return kindOf(value) === 'a Date' ? 'give its text, as in date.toISOString()' : null;
}

/** Without its values, which may be secret. */
export function calledKind(value: unknown): string {
  if (typeof value === 'string') return 'text';
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object' || value === null) return textOf(value);
  return `an object (${Object.prototype.toString.call(value).slice('[object '.length, -1)})`;
}
