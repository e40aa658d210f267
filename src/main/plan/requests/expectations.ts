import { messageOf } from '../../../protocol/errors.ts';
import type { Expectation, StatusRange } from '../../../protocol/request.ts';
import { MS_PER_HOUR } from '../../../protocol/units.ts';
import { TOKEN } from '../../../requests/header-text.ts';
import { parseJsonPath } from '../../../requests/json-path.ts';
import type { RequestOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { given, phrase, the } from '../words.ts';
import { OPERATORS, parseValueRule, ruleIn } from './value-rules.ts';

const LOWEST_STATUS = 200;
const HIGHEST_STATUS = 599;
const MOST_BYTES = 2 ** 40;
const LONGEST_TIME_MS = 168 * MS_PER_HOUR;

/** Reads what is expected of every response; null without expectations. */
export function parseExpectation(options: RequestOptions, problems: Problems): Expectation | null {
  const { expectStatus, expectHeader = [], expectBody = [], expectJson = [], expectTime, maxBody } = options;
  const statuses = expectStatus === undefined ? [] : parseStatuses(String(expectStatus), problems);
  // Usually caused by a variable that is not set.
  for (const text of expectBody.filter((wanted) => wanted.trim() === ''))
    problems.add(
      phrase`${the('expect-body')} ${given(text)}: any body would do: give text that each must have, or leave the option out.`,
    );
  const headers = expectHeader.flatMap((text) => parseHeaderRule(text, problems) ?? []);
  const json = expectJson.flatMap((text) => parseJsonRule(text, problems) ?? []);
  const maxBodyBytes = maxBody === undefined ? null : problems.count('max-body', maxBody, 0, MOST_BYTES);
  const longestMs = expectTime === undefined ? null : parseTime(expectTime, problems);
  const asked = [expectHeader, expectBody, expectJson].some(({ length }) => length > 0);
  if (!asked && statuses.length === 0 && maxBody === undefined && expectTime === undefined) return null;
  return { statuses, headers, bodyTexts: expectBody, json, maxBodyBytes, longestMs };
}

function parseStatuses(text: string, problems: Problems): StatusRange[] {
  return text.split(',').flatMap((part) => {
    const range = rangeOf(part.trim());
    if (range === null) {
      problems.add(
        phrase`${the('expect-status')} ${given(part.trim() === '' ? text : part)}: give statuses such as 200, 200,201, 200-299 or 2xx.`,
      );
    }
    return range ?? [];
  });
}

function rangeOf(text: string): StatusRange | null {
  const [, hundreds] = /^([2-5])xx$/i.exec(text) ?? [];
  if (hundreds !== undefined) return { from: Number(hundreds) * 100, to: Number(hundreds) * 100 + 99 };
  const [, first, last] = /^(\d{3})(?:-(\d{3}))?$/.exec(text) ?? [];
  if (first === undefined) return null;
  const [from, to] = [Number(first), Number(last ?? first)];
  return from >= LOWEST_STATUS && from <= to && to <= HIGHEST_STATUS ? { from, to } : null;
}

function parseJsonRule(text: string, problems: Problems): Expectation['json'][number] | null {
  const parts = ruleIn(text);
  const path = parts?.subject ?? '';
  if (parts === null || path === '') {
    problems.add(
      phrase`${the('expect-json')} ${given(text)}: give path=value, such as data.items[0].id=7, or a path followed by ${OPERATORS}.`,
    );
    return null;
  }
  const rule = parseValueRule(parts, the('expect-json'), text, problems);
  return isJsonPath(path, 'expect-json', problems) && rule !== null ? { path, rule } : null;
}

/** `name: value` for an exact value, `name` alone, or a name with a rule on its value. */
function parseHeaderRule(text: string, problems: Problems): Expectation['headers'][number] | null {
  const colon = text.indexOf(':');
  const before = text.slice(0, Math.max(0, colon)).trim();
  if (TOKEN.test(before)) {
    const rule = { type: 'compare', ofLength: false, by: '=', value: text.slice(colon + 1).trim() } as const;
    return { name: before.toLowerCase(), rule };
  }
  const parts = ruleIn(text) ?? { subject: text.trim(), operator: 'exists', value: '' };
  if (!TOKEN.test(parts.subject)) {
    problems.add(
      phrase`${the('expect-header')} ${given(text)}: give 'name: value', a name alone, or a name followed by ${OPERATORS}.`,
    );
    return null;
  }
  const rule = parseValueRule(parts, the('expect-header'), text, problems);
  return rule === null ? null : { name: parts.subject.toLowerCase(), rule };
}

/** Prefixes of a time such as `<`, which add no meaning. */
const TIME = /^\s*(?:p\s*:)?\s*(?:<=?)?\s*(?=\d)/;

function parseTime(value: string | number, problems: Problems): number | null {
  return problems.durationMs(
    'expect-time',
    typeof value === 'string' ? value.replace(TIME, '') : value,
    Number.MIN_VALUE,
    LONGEST_TIME_MS,
  );
}

/** Whether a text is a JSON path; notes a problem if it is not. */
export function isJsonPath(path: string, option: string, problems: Problems): boolean {
  try {
    parseJsonPath(path);
    return true;
  } catch (error) {
    problems.add(
      phrase`${the(option)} ${given(path)}: it is not a JSON path (${messageOf(error)}): give one such as data.items[0].id or '$..id' (RFC 9535).`,
    );
    return false;
  }
}
