import type { OnceExchange } from '../../protocol/once.ts';
import { isNameOfSecret, secretsInHeaders } from '../../requests/secret-headers.ts';
import { secretsInData } from './setup-secrets.ts';

const LONGEST_LOOKED_AT = 65_536;
const IS_FORM = /^content-type:\s*application\/x-www-form-urlencoded/im;

/**
 * Secrets that a request and its answer hold in plain sight: what their names call one, in the query, in a form, in
 * JSON and among the answer's fields. A step that sends one of them elsewhere, say within a path, shows none of it then.
 */
export function secretsInExchange({ url, requestHead, requestBody, response }: OnceExchange): string[] {
  const sent = textOf(requestBody);
  const decoded = response?.readable ?? null;
  const got = typeof decoded === 'string' ? '' : textOf(decoded ?? response?.body ?? null);
  return [
    ...inQuery(URL.canParse(url) ? new URL(url).search : ''),
    ...(IS_FORM.test(requestHead) ? inQuery(sent) : inJson(sent)),
    // Of a new cookie, what follows the first semicolon says how long it is kept.
    ...(response?.fields ?? []).flatMap(([name, value]) =>
      secretsInHeaders([name, /cookie/i.test(name) ? value.replace(/;.*/s, '') : value]),
    ),
    ...inJson(got),
  ];
}

function inQuery(query: string): string[] {
  return [...new URLSearchParams(query)].flatMap(([name, value]) => (isNameOfSecret(name) ? [value] : []));
}

function inJson(text: string): string[] {
  if (!/^\s*[[{]/.test(text)) return [];
  try {
    return secretsInData(JSON.parse(text));
  } catch {
    return [];
  }
}

function textOf(body: Uint8Array | null): string {
  return body === null || body.length > LONGEST_LOOKED_AT ? '' : new TextDecoder().decode(body);
}
