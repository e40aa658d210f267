import { messageOf } from '../../../protocol/errors.ts';
import type { Expectation, StatusRange } from '../../../protocol/request.ts';
import { parseJsonPath, pathAndValue } from '../../../requests/json-path.ts';
import type { RequestOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { given, phrase, the } from '../words.ts';

const LOWEST_STATUS = 200;
const HIGHEST_STATUS = 599;
const MOST_BYTES = 2 ** 40;

/** What the options ask of every response; null where they ask for nothing. */
export function parseExpectation(options: RequestOptions, problems: Problems): Expectation | null {
  const { expectStatus, expectBody = [], expectJson = [], maxBody } = options;
  const statuses = expectStatus === undefined ? [] : parseStatuses(String(expectStatus), problems);
  // What was meant is mostly a variable that is not set.
  for (const text of expectBody.filter((wanted) => wanted.trim() === ''))
    problems.add(
      phrase`${the('expect-body')} ${given(text)}: any body would do: give text that each must have, or leave the option out.`,
    );
  const json = expectJson.flatMap((text) => parseJsonExpectation(text, problems) ?? []);
  const maxBodyBytes = maxBody === undefined ? null : problems.count('max-body', maxBody, 0, MOST_BYTES);
  if (statuses.length + expectBody.length + expectJson.length === 0 && maxBody === undefined) return null;
  return { statuses, bodyTexts: expectBody, json, maxBodyBytes };
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

function parseJsonExpectation(text: string, problems: Problems): { path: string; value: string } | null {
  const parts = pathAndValue(text);
  const path = parts?.path.trim() ?? '';
  if (parts === null || path === '') {
    problems.add(phrase`${the('expect-json')} ${given(text)}: give path=value, such as data.items[0].id=7.`);
    return null;
  }
  return isJsonPath(path, 'expect-json', problems) ? { path, value: parts.value } : null;
}

/** Whether text is a path into JSON; where it is not, says why. */
export function isJsonPath(path: string, option: string, problems: Problems): boolean {
  try {
    parseJsonPath(path);
    return true;
  } catch (error) {
    problems.add(
      phrase`${the(option)} ${given(path)}: it is no JSON path (${messageOf(error)}): give one such as data.items[0].id or '$..id' (RFC 9535).`,
    );
    return false;
  }
}
