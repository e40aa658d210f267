import type { Expectation, ValueRule } from '../protocol/request.ts';
import { type AnsweredBody, textOfBody, Unreadable } from './body-text.ts';
import { TookTooLong } from './bounded.ts';
import { JsonTooDeep, parseExactJson, shownJson } from './exact-json.ts';
import { jsonQuery } from './json-path.ts';
import { isSecretUnder } from './secret-names.ts';
import type { Hide } from './secrets.ts';
import { inQuotes, isOfNumbers, lengthOf, meets, wantedBy } from './value-rule.ts';
import { visible } from './visible.ts';

const SHOWN_CHARACTERS = 80;

/** The answer to a request. */
export interface Answered extends AnsweredBody {
  readonly status: number;
  /** By name in lower case, as a list for a repeated field; null if nothing reads them. */
  readonly answeredFields: Readonly<Record<string, string | string[] | undefined>> | null;
}

interface Miss {
  readonly code: string;
  /** What was expected, and what was received. */
  readonly example: string;
}

/** Whether an expectation needs the body's text. */
export function looksIntoBody({ bodyTexts, json }: Expectation): boolean {
  return bodyTexts.length > 0 || json.length > 0;
}

/** Whether an expectation needs the answer's fields, which also give the encoding of its body. */
export function looksIntoFields(expectation: Expectation): boolean {
  return expectation.headers.length > 0 || looksIntoBody(expectation);
}

/**
 * The first part of an expectation that a complete response does not meet; null if it meets all.
 *
 * @param tookMs time from the first byte sent to the last one received
 * @param hide removes secrets from shown text, before it is cut
 */
export function missOf(expectation: Expectation, answer: Answered, tookMs: number, hide: Hide): Miss | null {
  try {
    return (
      statusMiss(expectation, answer) ??
      headerMiss(expectation, answer, hide) ??
      lengthMiss(expectation, answer) ??
      (looksIntoBody(expectation) ? bodyMiss(expectation, answer, hide) : null) ??
      timeMiss(expectation, tookMs)
    );
  } catch (error) {
    if (error instanceof TookTooLong) return { code: 'TOO_SLOW', example: hide(error.message) };
    throw error;
  }
}

function statusMiss({ statuses }: Expectation, { status }: Answered): Miss | null {
  if (statuses.length === 0 || statuses.some(({ from, to }) => from <= status && status <= to)) return null;
  const wanted = statuses.map(({ from, to }) => (from === to ? from : `${from}–${to}`)).join(' or ');
  return { code: 'STATUS', example: `expected status ${wanted}, got ${status}` };
}

function headerMiss({ headers }: Expectation, { answeredFields }: Answered, hide: Hide): Miss | null {
  for (const { name, rule } of headers) {
    const lines =
      answeredFields !== null && Object.hasOwn(answeredFields, name)
        ? [answeredFields[name] ?? []].flat()
        : [];
    if (holdsIn(lines, rule)) continue;
    const seen = lines.length === 0 ? undefined : lines.join(', ');
    return { code: 'HEADER', example: missed(`the header ${name}`, rule, seen, hidingUnder(name, hide)) };
  }
  return null;
}

/** For a repeated field one matching line is enough; with `!=` every line has to hold. */
function holdsIn(lines: readonly string[], rule: ValueRule): boolean {
  if (rule.type === 'missing') return lines.length === 0;
  const holds = (line: string): boolean => meets(rule, isOrder(rule) ? numberIn(line) : line);
  if (rule.type === 'compare' && rule.by === '!=') return lines.length > 0 && lines.every(holds);
  return lines.some(holds) || (lines.length > 1 && holds(lines.join(', ')));
}

function isOrder(rule: ValueRule): boolean {
  return rule.type === 'compare' && !rule.ofLength && rule.by !== '=' && rule.by !== '!=';
}

/** Converts a number in a header, where all values are text. */
function numberIn(line: string): string | number {
  return /^-?\d+(?:\.\d+)?$/.test(line) ? Number(line) : line;
}

/** Three digits, or as many more as show that it is above the limit. */
function inFewDigits(tookMs: number, longestMs: number): number {
  for (let digits = 3; digits < 12; digits++) {
    const shown = Number(tookMs.toPrecision(digits));
    if (shown > longestMs) return shown;
  }
  return tookMs;
}

function timeMiss({ longestMs }: Expectation, tookMs: number): Miss | null {
  if (longestMs === null || tookMs <= longestMs) return null;
  return {
    code: 'TIME',
    example: `expected an answer within ${longestMs} ms, got one after ${inFewDigits(tookMs, longestMs)} ms`,
  };
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
  for (const { path, rule } of wanted) {
    const found = jsonQuery(path).find(read.value);
    if (
      rule.type === 'missing'
        ? found.length === 0
        : found.length > 0 && found.every((value) => meets(rule, value))
    )
      continue;
    // A path to several places has to meet the rule in all of them.
    const wrong = found.findIndex((value) => !meets(rule, value));
    const where = found.length > 1 ? ` in place ${wrong + 1} of ${found.length}` : '';
    const shown = hidingUnder(lastNameOf(path), hide);
    const ofList =
      path === 'length' && Array.isArray(read.value) ? ` (for a list itself say '$ length')` : '';
    return {
      code: 'BODY_JSON',
      example: `${missed(path, rule, found[wrong], shown, textFor(rule))}${where}${ofList}`,
    };
  }
  return null;
}

/** Nothing is shown of a text whose name calls it a secret. */
function hidingUnder(name: string, hide: Hide): Hide {
  return (text) => (isSecretUnder(name, text, 'text') ? '…' : hide(text));
}

/** The last name in a path, such as `token` of `data.token` or `data["token"][0]`. */
function lastNameOf(path: string): string {
  return path.match(/[\w-]*[a-z_][\w-]*/gi)?.at(-1) ?? '';
}

/** Describes what was expected and what was found; `value` is undefined if it is missing. */
function missed(what: string, rule: ValueRule, value: unknown, hide: Hide, beforeText = ''): string {
  const wanted = wantedBy(rule, (text) => shortened(text, hide));
  if (value === undefined) return `expected ${what} ${wanted}, got nothing`;
  const length = rule.type === 'compare' && rule.ofLength ? lengthOf(value) : undefined;
  if (length !== undefined) return `expected ${what} ${wanted}, got ${length}`;
  const before = typeof value === 'string' ? beforeText : '';
  const shown = shortened(shownJson(value), hide);
  return `expected ${what} ${wanted}, got ${before}${typeof value === 'string' ? `'${shown}'` : inQuotes(shown)}`;
}

/** Tells text whose characters are those of a number from the number that a rule wants. */
function textFor(rule: ValueRule): string {
  return isOfNumbers(rule) ? 'the text ' : '';
}

/** The JSON of a body, or why it cannot be inspected. */
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

function shortened(text: string, hide: Hide): string {
  const line = visible(hide(text).replace(/\s+/g, ' ').trim());
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}
