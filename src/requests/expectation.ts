import type { Expectation } from '../protocol/request.ts';
import { type AnsweredBody, textOfBody, Unreadable } from './body-text.ts';
import { isSameJson, JsonTooDeep, parseExactJson, shownJson } from './exact-json.ts';
import { jsonQuery } from './json-path.ts';
import { HIDE_NOTHING, type Hide } from './secrets.ts';
import { visible } from './visible.ts';

export { LARGEST_KEPT_BYTES } from './body-text.ts';

const SHOWN_CHARACTERS = 80;

/** What has come of a request. */
export interface Answered extends AnsweredBody {
  readonly status: number;
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

/**
 * The first part of an expectation that a complete response does not meet; null where it meets all.
 *
 * @param hide takes secrets out of what is shown, before that is cut
 */
export function missOf(expectation: Expectation, answer: Answered, hide: Hide): Miss | null {
  return (
    statusMiss(expectation, answer) ??
    lengthMiss(expectation, answer) ??
    (looksIntoBody(expectation) ? bodyMiss(expectation, answer, hide) : null)
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

function bodyMiss({ bodyTexts, json }: Expectation, answer: Answered, hide: Hide): Miss | null {
  let text: string;
  try {
    text = textOfBody(answer);
  } catch (error) {
    if (error instanceof Unreadable) return { code: error.code, example: hide(error.message) };
    throw error;
  }
  const missing = bodyTexts.find((wanted) => !text.includes(wanted));
  if (missing !== undefined) {
    return {
      code: 'BODY_TEXT',
      example: `expected a body with '${shortened(missing, hide)}', got '${shortened(text, hide)}'`,
    };
  }
  return json.length === 0 ? null : jsonMiss(json, text, hide);
}

function jsonMiss(wanted: Expectation['json'], text: string, hide: Hide): Miss | null {
  const read = jsonIn(text, hide);
  if (read.problem !== null) return { code: 'BODY_JSON', example: read.problem };
  for (const { path, value: expected } of wanted) {
    const found = jsonQuery(path).find(read.value);
    // What leads to several places has to be so in all of them.
    const wrong = found.findIndex((value) => !says(value, expected));
    if (found.length > 0 && wrong < 0) continue;
    const got = found.length === 0 ? 'nothing' : `'${shortened(shownJson(found[wrong]), hide)}'`;
    const where = found.length > 1 ? ` in place ${wrong + 1} of ${found.length}` : '';
    return {
      code: 'BODY_JSON',
      example: `expected ${path} to be '${shortened(expected, hide)}', got ${got}${where}`,
    };
  }
  return null;
}

/** The JSON of a body, or why there is none to be looked into. */
export function jsonIn(
  text: string,
  hide: Hide,
): { readonly value: unknown; readonly problem: null } | { readonly problem: string } {
  try {
    return { value: parseExactJson(text), problem: null };
  } catch (error) {
    if (error instanceof JsonTooDeep) return { problem: error.message };
    return { problem: `expected JSON, got ${text === '' ? 'an empty body' : `'${shortened(text, hide)}'`}` };
  }
}

/** Text is compared as it is, everything else as JSON. */
function says(value: unknown, expected: string): boolean {
  if (typeof value === 'string') return value === expected;
  const wanted = expectedJson(expected);
  return wanted !== undefined && isSameJson(value, wanted);
}

const known = new Map<string, unknown>();

/** An expected value as JSON; undefined where it is none. */
function expectedJson(text: string): unknown {
  if (known.has(text)) return known.get(text);
  const read = jsonIn(text, HIDE_NOTHING);
  const value = read.problem === null ? read.value : undefined;
  known.set(text, value);
  return value;
}

function shortened(text: string, hide: Hide): string {
  const line = visible(hide(text).replace(/\s+/g, ' ').trim());
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}
