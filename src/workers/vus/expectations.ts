import type { Expectation, StatusRange } from '../../protocol/request.ts';
import type { RequestParams, StatusRule } from '../../protocol/test-definition.ts';

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
  const { status, body, json = {}, ...unknown } = expect;
  const [stray] = Object.keys(unknown);
  if (stray !== undefined)
    throw new TypeError(`expect: '${stray}' cannot be expected: give status, body or json`);
  return {
    ...NOTHING,
    statuses: status === undefined ? [] : statusesOf(status),
    bodyTexts: body === undefined ? [] : [body],
    json: Object.entries(json).map(([path, value]) => ({
      path,
      rule: { type: 'compare', ofLength: false, by: '=', value: textOf(value) },
    })),
  };
}

function statusesOf(rule: StatusRule): StatusRange[] {
  if (rule === 'any') return [ANY];
  if (isList(rule)) return rule.flatMap((status) => statusesOf(status));
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

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
