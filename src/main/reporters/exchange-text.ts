import type { OnceExchange } from '../../protocol/once.ts';
import { withoutNamedSecrets } from '../../requests/named-secrets.ts';
import { isSecretHeader } from '../../requests/secret-names.ts';
import type { Hide } from '../../requests/secrets.ts';

const MOST_SHOWN_BYTES = 4_096;

/** A request and its answer, line by line, like curl -v. */
export function exchangeText(
  { requestHead, requestBody, response }: OnceExchange,
  hideInCut: Hide,
): string[] {
  if (response === null) return [...requestText(requestHead), ...bodyText(requestBody, hideInCut)];
  return [
    ...requestText(requestHead),
    ...bodyText(requestBody, hideInCut),
    `< ${response.status}`,
    ...response.fields.map(([name, value]) => `< ${field(name, readable(value))}`),
    '<',
    ...responseBodyText(response, hideInCut),
  ];
}

function responseBodyText(
  { body, bodyBytes, readable: decoded }: NonNullable<OnceExchange['response']>,
  hideInCut: Hide,
): readonly string[] {
  if (decoded === null || bodyBytes === 0) return bodyText(body, hideInCut, bodyBytes);
  if (typeof decoded === 'string') return [`(${bodyBytes} bytes: ${decoded})`];
  return [...bodyText(decoded, hideInCut), `(decoded, from ${bodyBytes} bytes)`];
}

/** The lines of a head, without possible secrets. */
export function requestText(head: string): string[] {
  return head
    .trimEnd()
    .split('\r\n')
    .map((line) => {
      const colon = line.indexOf(': ');
      return `> ${colon < 0 ? line : field(line.slice(0, colon), line.slice(colon + 2))}`;
    })
    .concat('>');
}

/** The beginning of a body, or its length if it is not text. */
export function bodyText(body: Uint8Array | null, hideInCut: Hide, length = body?.length ?? 0): string[] {
  if (body === null || length === 0) return [];
  const shown = body.subarray(0, MOST_SHOWN_BYTES);
  const text = textOf(shown, shown.length < length);
  if (text === null) return [`(${length} bytes that are not text)`];
  return [
    withoutNamedSecrets(shown.length < length ? hideInCut(text) : text),
    ...(shown.length < length ? [`(the first ${shown.length} of ${length} bytes)`] : []),
  ];
}

function field(name: string, value: string): string {
  return `${name}: ${isSecretHeader(name) ? '…' : withoutNamedSecrets(value)}`;
}

/** The bytes of a field as text: UTF-8 if they are valid UTF-8, else Latin-1. */
function readable(latin1: string): string {
  return textOf(Buffer.from(latin1, 'latin1'), false) ?? latin1;
}

/** Null if the bytes are not UTF-8 text; a character cut off at the end is left out. */
function textOf(bytes: Uint8Array, isCut: boolean): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
    return hasControlCharacters(text) ? null : text;
  } catch {
    return null;
  }
}

function hasControlCharacters(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 32 && !'\t\r\n'.includes(character)) return true;
  }
  return false;
}
