import type { OnceExchange } from '../protocol/once.ts';
import { secretsInBody, secretsInJsonBody, textOf } from './body-secrets.ts';
import { secretsInQuery } from './parameter-secrets.ts';
import { secretsInHeaders } from './secret-headers.ts';

const TYPE = /^content-type:\s*([^;\s]+)/im;

/**
 * Secrets that a request and its answer hold in plain sight: what their names call one, in the query, in a form, in
 * JSON and among the answer's fields. If one of them is sent elsewhere too, say within a path, it is not shown there.
 */
export function secretsInExchange({ url, requestHead, requestBody, response }: OnceExchange): string[] {
  const decoded = response?.readable ?? null;
  const got = typeof decoded === 'string' ? '' : textOf(decoded ?? response?.body ?? null);
  return [
    ...secretsInRequest(url, requestHead, requestBody),
    // Of a new cookie, what follows the first semicolon says how long it is kept.
    ...(response?.fields ?? []).flatMap(([name, value]) => [
      ...secretsInHeaders([name, /cookie/i.test(name) ? value.replace(/;.*/s, '') : value]),
      ...(/^(?:content-)?location$/i.test(name) ? secretsInQuery(value) : []),
    ]),
    ...secretsInJsonBody(got),
  ];
}

/** The same of a request alone. */
export function secretsInRequest(url: string, head: string, body: Uint8Array | null): string[] {
  return [...new Set([...secretsInQuery(url), ...secretsInBody(TYPE.exec(head)?.[1] ?? '', body)])];
}
