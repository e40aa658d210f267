import type { OnceExchange } from '../../protocol/once.ts';
import { isSecretValue, secretsInForm, secretsInJson, secretsInQuery } from '../../requests/named-secrets.ts';
import { isNameOfSecret, secretsInHeaders } from '../../requests/secret-headers.ts';
import { secretsInData } from './setup-secrets.ts';

const LONGEST_LOOKED_AT = 65_536;
const TYPE = /^content-type:\s*([^;\s]+)/im;
const FORM_TYPE = 'application/x-www-form-urlencoded';
/** A body of another type, or of none. */
const LIKE_A_FORM = /^[^\s=&{["<]+=\S*$/;
/** One field, up to the next boundary. */
const IN_MULTIPART =
  /^content-disposition:[^\r\n]*?\sname="?([^"\r\n;]+)[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n([\s\S]*?)(?:\r?\n--|$(?![\s\S]))/gim;

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
    ...inJson(got),
  ];
}

/** The same of a request alone. */
export function secretsInRequest(url: string, head: string, body: Uint8Array | null): string[] {
  return [...new Set([...secretsInQuery(url), ...inBody(TYPE.exec(head)?.[1] ?? '', textOf(body))])];
}

function inBody(type: string, text: string): string[] {
  if (type.toLowerCase() === FORM_TYPE) return secretsInForm(text);
  if (type.toLowerCase().startsWith('multipart/'))
    return Array.from(text.matchAll(IN_MULTIPART), ([, name = '', value = '']) =>
      isNameOfSecret(name) && isSecretValue(value) ? value : '',
    ).filter((value) => value !== '');
  return LIKE_A_FORM.test(text) ? secretsInForm(text) : inJson(text);
}

function inJson(text: string): string[] {
  if (!/^\s*[[{]/.test(text)) return [];
  try {
    return secretsInData(JSON.parse(text));
  } catch {
    return secretsInJson(text);
  }
}

/** The beginning of a long body, as no more of it is shown. */
function textOf(body: Uint8Array | null): string {
  return body === null ? '' : new TextDecoder().decode(body.subarray(0, LONGEST_LOOKED_AT));
}
