import type { Expectation } from '../protocol/request.ts';
import { joined } from './bytes.ts';
import { parseJsonPath, shownValue, valueAt } from './json-path.ts';

/** Bodies longer than this are not kept to be looked into. */
export const LARGEST_KEPT_BYTES = 16 * 2 ** 20;
const SHOWN_CHARACTERS = 80;
const DECODER = new TextDecoder();

/** What has come of a request. */
export interface Answered {
  readonly status: number;
  readonly bodyBytes: number;
  /** The body's pieces; not all of them where it is longer than can be kept. */
  readonly body: readonly Uint8Array[];
}

export interface Miss {
  readonly code: string;
  /** What was expected, and what came. */
  readonly example: string;
}

/** Whether an expectation asks for the body's text. */
export function looksIntoBody({ bodyTexts, json }: Expectation): boolean {
  return bodyTexts.length > 0 || json.length > 0;
}

/** The first part of an expectation that a complete response does not meet; null where it meets all. */
export function missOf(expectation: Expectation, answer: Answered): Miss | null {
  return (
    statusMiss(expectation, answer) ??
    lengthMiss(expectation, answer) ??
    (looksIntoBody(expectation) ? bodyMiss(expectation, answer) : null)
  );
}

function statusMiss({ statuses }: Expectation, { status }: Answered): Miss | null {
  if (statuses.length === 0 || statuses.some(({ from, to }) => from <= status && status <= to)) return null;
  const wanted = statuses.map(({ from, to }) => (from === to ? from : `${from}–${to}`)).join(' or ');
  return { code: 'STATUS', example: `expected status ${wanted}, got ${status}` };
}

function lengthMiss({ maxBodyBytes }: Expectation, { bodyBytes }: Answered): Miss | null {
  if (maxBodyBytes === null || bodyBytes <= maxBodyBytes) return null;
  return { code: 'BODY_LENGTH', example: `expected at most ${maxBodyBytes} bytes of body, got ${bodyBytes}` };
}

function bodyMiss({ bodyTexts, json }: Expectation, { body, bodyBytes }: Answered): Miss | null {
  if (bodyBytes > LARGEST_KEPT_BYTES)
    return { code: 'BODY_LENGTH', example: `a body of ${bodyBytes} bytes is too long to look into` };
  const text = DECODER.decode(joined(body));
  const missing = bodyTexts.find((wanted) => !text.includes(wanted));
  if (missing !== undefined) {
    return {
      code: 'BODY_TEXT',
      example: `expected a body with '${shortened(missing)}', got '${shortened(text)}'`,
    };
  }
  return json.length === 0 ? null : jsonMiss(json, text);
}

function jsonMiss(wanted: Expectation['json'], text: string): Miss | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { code: 'BODY_JSON', example: `expected JSON, got '${shortened(text)}'` };
  }
  for (const { path, value: expected } of wanted) {
    const found = valueAt(value, parseJsonPath(path) ?? []);
    if (found !== undefined && shownValue(found) === expected) continue;
    const got = found === undefined ? 'nothing' : `'${shortened(shownValue(found))}'`;
    return { code: 'BODY_JSON', example: `expected ${path} to be '${shortened(expected)}', got ${got}` };
  }
  return null;
}

function shortened(text: string): string {
  // What a terminal would obey is shown as unreadable.
  const line = text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd')
    .trim();
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}
