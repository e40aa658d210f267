import type { Comparison, ValueRule } from '../protocol/request.ts';
import { boundedMatch } from './bounded.ts';
import { isContainer, isSameJson, parseExactJson, shownJson } from './exact-json.ts';
import { compareNumbers, isJsonNumber } from './exact-number.ts';

/**
 * Whether a value of an answer meets a rule; undefined if the value is missing.
 *
 * @throws TookTooLong if that cannot be found out in a bearable time
 */
export function meets(rule: ValueRule, value: unknown): boolean {
  switch (rule.type) {
    case 'exists':
      return value !== undefined;
    case 'missing':
      return value === undefined;
    case 'contains':
      return contains(value, rule.value);
    case 'matches':
      return value !== undefined && !isContainer(value) && matches(rule, shownJson(value));
    case 'compare':
      return value !== undefined && compares(rule, rule.ofLength ? lengthOf(value) : value);
  }
}

/** A rule in words, to follow its subject: `to be at least '5'`. */
export function wantedBy(rule: ValueRule, shown: (text: string) => string): string {
  switch (rule.type) {
    case 'exists':
      return 'to be there';
    case 'missing':
      return 'not to be there';
    case 'contains':
      return `to contain '${shown(rule.value)}'`;
    case 'matches':
      return `to match /${shown(rule.source)}/${rule.flags}`;
    case 'compare':
      return rule.ofLength
        ? `to have a length ${OF_LENGTH[rule.by]} ${shown(rule.value)}`
        : `${OF_VALUE[rule.by]} ${inQuotes(shown(rule.value))}`;
  }
}

/** A shown value; `true`, `false` and `null`, which in quotes would look like text, are not quoted. */
export function inQuotes(shown: string): string {
  return /^(?:true|false|null)$/.test(shown) ? shown : `'${shown}'`;
}

const OF_VALUE: Readonly<Record<Comparison, string>> = {
  '=': 'to be',
  '!=': 'not to be',
  '<': 'to be less than',
  '<=': 'to be at most',
  '>': 'to be more than',
  '>=': 'to be at least',
};
const OF_LENGTH: Readonly<Record<Comparison, string>> = {
  '=': 'of',
  '!=': 'other than',
  '<': 'of less than',
  '<=': 'of at most',
  '>': 'of more than',
  '>=': 'of at least',
};

/** Whether it asks for a number above or below another one: text never is, even if its characters are digits. */
export function isOfNumbers(rule: ValueRule): boolean {
  const isOrder = rule.type === 'compare' && !rule.ofLength && rule.by !== '=' && rule.by !== '!=';
  return isOrder && isJsonNumber(expectedJson(rule.value));
}

/** Characters of a text, elements of a list, names of an object; undefined for anything else. */
export function lengthOf(value: unknown): number | undefined {
  if (typeof value === 'string') return Array.from(value).length;
  if (Array.isArray(value)) return value.length;
  return isContainer(value) ? Object.keys(value).length : undefined;
}

function compares({ by, value: wanted }: ValueRule & { type: 'compare' }, value: unknown): boolean {
  if (by === '=') return says(value, wanted);
  if (by === '!=') return !says(value, wanted);
  const order = orderOf(value, wanted);
  if (order === null) return false;
  switch (by) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Compares numbers by value and text by characters, which also orders ISO 8601 dates; null if not comparable. */
function orderOf(value: unknown, wanted: string): number | null {
  const expected = expectedJson(wanted);
  if (isJsonNumber(expected)) return isJsonNumber(value) ? compareNumbers(value, expected) : null;
  if (typeof value !== 'string') return null;
  if (value === wanted) return 0;
  return value < wanted ? -1 : 1;
}

/** Whether it contains a part of a text, an element of a list, or a name of an object. */
function contains(value: unknown, wanted: string): boolean {
  if (typeof value === 'string') return value.includes(wanted);
  if (Array.isArray(value)) return value.some((element) => says(element, wanted));
  return isContainer(value) && Object.hasOwn(value, wanted);
}

/** Compares text directly, everything else as JSON. */
function says(value: unknown, wanted: string): boolean {
  if (typeof value === 'string') return value === wanted;
  const expected = expectedJson(wanted);
  return expected !== undefined && isSameJson(value, expected);
}

// A cache for the few values of a plan.
const knownValues = new Map<string, unknown>();
const knownPatterns = new Map<string, RegExp>();

/** An expected value as JSON; undefined if it is not JSON. */
function expectedJson(text: string): unknown {
  if (knownValues.has(text)) return knownValues.get(text);
  let value: unknown;
  try {
    value = parseExactJson(text);
  } catch {
    value = undefined;
  }
  knownValues.set(text, value);
  return value;
}

/** @throws TookTooLong */
function matches(rule: ValueRule & { type: 'matches' }, text: string): boolean {
  return boundedMatch(patternOf(rule), text, (pattern) => pattern.test(text));
}

function patternOf({ source, flags }: ValueRule & { type: 'matches' }): RegExp {
  const key = `${flags}/${source}`;
  const pattern = knownPatterns.get(key) ?? new RegExp(source, flags);
  knownPatterns.set(key, pattern);
  return pattern;
}
