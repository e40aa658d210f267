import type { ErrorAdvice } from '../../../protocol/report.ts';

/** A request that this client does not support. */
class NotOnTheWire extends Error {
  readonly code = 'WIRE_UNSUPPORTED';
  readonly advice: ErrorAdvice = 'use-undici';

  constructor(what: string) {
    super(`the client wire does not support ${what}`);
  }
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const PATH = /^[\x21-\xff]+$/;
// The client sets the length from the body, and manages the connection.
const CLIENT_FIELDS = new Set(['transfer-encoding', 'keep-alive', 'upgrade', 'expect', 'content-length']);

/** @throws NotOnTheWire for requests that only undici supports; Error for those that no client can send */
export function checkRequestLine(method: string, path: string): void {
  if (method === 'CONNECT') throw new NotOnTheWire('tunnels');
  if (!TOKEN.test(method)) throw new Error(`the method '${method}' is no token`);
  if (!PATH.test(path)) throw new Error(`the path '${path}' has a character that cannot be sent`);
}

/** @throws Error for a field that cannot be sent, or that the client sets itself */
export function checkField(name: string, lowerCaseName: string, value: string): void {
  if (!TOKEN.test(name) || !FIELD_VALUE.test(value) || CLIENT_FIELDS.has(lowerCaseName))
    throw new Error(`the header '${name}' cannot be sent`);
}
