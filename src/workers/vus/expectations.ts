import type { Expectation, StatusRange } from '../../protocol/request.ts';
import type { RequestParams, StatusRule } from '../../protocol/test-definition.ts';
import { jsonQuery } from '../../requests/json-path.ts';
import { jsonOf } from './json-bytes.ts';
import { calledKind, isMap } from './request-params.ts';
import { textOf } from './script-place.ts';

const ANY: StatusRange = { from: 100, to: 999 };
const CLASS = /^([1-5])xx$/;
const KNOWN = new Map<StatusRule, Expectation>();

const NOTHING: Omit<Expectation, 'statuses'> = {
  headers: [],
  bodyTexts: [],
  json: [],
  maxBodyBytes: null,
  longestMs: null,
};

/**
 * Reads the expectation of a scenario's request.
 *
 * @throws TypeError if it is not an expectation
 */
export function expectationOf(expect: NonNullable<RequestParams['expect']>): Expectation {
  if (typeof expect === 'number' || typeof expect === 'string') {
    const known = KNOWN.get(expect) ?? { ...NOTHING, statuses: statusesOf(expect) };
    KNOWN.set(expect, known);
    return known;
  }
  if (isList(expect)) return { ...NOTHING, statuses: statusesOf(expect) };
  if (!isMap(expect))
    throw new TypeError(
      `expect: ${calledKind(expect)} cannot be expected: give a status, or { status, body, json }; for other questions use a check`,
    );
  const { status, body, json = {}, ...unknown } = expect;
  const [stray] = Object.keys(unknown);
  if (stray !== undefined)
    throw new TypeError(`expect: '${stray}' cannot be expected: give status, body or json`);
  return {
    ...NOTHING,
    statuses: status === undefined ? [] : statusesOf(status),
    bodyTexts: body === undefined ? [] : [textIn(body)],
    json: valuesIn(json).map(([path, value]) => ({
      path: readablePath(path),
      rule: { type: 'compare', ofLength: false, by: '=', value: wantedText(path, value) },
    })),
  };
}

/** Read before the request is sent: an error while its answer is judged would not be the scenario's. */
function textIn(body: unknown): string {
  if (typeof body === 'string') return body;
  throw new TypeError(
    `expect: body: ${calledKind(body)}: give the text that the answer must contain; for a pattern use match, for several a check`,
  );
}

function valuesIn(json: unknown): [string, unknown][] {
  if (isMap(json)) return Object.entries(json);
  throw new TypeError(
    `expect: json: ${calledKind(json)}: give paths and their values, as in { 'items[0].id': 7 }`,
  );
}

function readablePath(path: string): string {
  try {
    jsonQuery(path);
  } catch (error) {
    throw new TypeError(`expect: the path '${path}' cannot be read: ${textOf(error)}`);
  }
  return path;
}

function wantedText(path: string, value: unknown): string {
  const text: string | undefined = typeof value === 'string' ? value : jsonOf(value);
  if (text !== undefined) return text;
  throw new TypeError(
    `expect: json '${path}' is ${calledKind(value)}, which no JSON has: give the value that it must have`,
  );
}

function statusesOf(rule: StatusRule): StatusRange[] {
  if (rule === 'any') return [ANY];
  if (isList(rule)) {
    if (rule.length === 0) throw new TypeError("expect: [] names no status: give at least one, or 'any'");
    return rule.flatMap((status) => statusesOf(status));
  }
  if (typeof rule === 'number' && Number.isInteger(rule) && rule >= ANY.from && rule <= ANY.to)
    return [{ from: rule, to: rule }];
  const [, digit] = CLASS.exec(String(rule)) ?? [];
  if (digit === undefined)
    throw new TypeError(
      `expect: '${String(rule)}' is not a status: give one such as 204, [200, 404], '2xx' or 'any'`,
    );
  return [{ from: Number(digit) * 100, to: Number(digit) * 100 + 99 }];
}

function isList(rule: unknown): rule is readonly number[] {
  return Array.isArray(rule);
}
