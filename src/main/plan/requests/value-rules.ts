import { messageOf } from '../../../protocol/errors.ts';
import type { Comparison, ValueRule } from '../../../protocol/request.ts';
import type { Problems } from '../problems.ts';
import { parseCount } from '../quantities.ts';
import { given, type OptionWord, phrase } from '../words.ts';

/** What may follow a path or a name, for a sentence. */
export const OPERATORS = '=, !=, <, <=, >, >=, exists, missing, contains, matches or length';

/** A rule before its value has been read. */
interface WrittenRule {
  /** The part before the operator: a path, or the name of a header. */
  readonly subject: string;
  readonly operator: string;
  readonly value: string;
}

/** A word is an operator only after a blank: otherwise it is part of a name. */
const OPERATOR =
  /(?<space>\s*)(?<sign>[!<>]=|={1,2}|[<>])|\s+(?<word>exists|missing)\s*$|\s+(?<taking>contains|matches|length)(?![^\s=!<>])/y;
const LENGTH = /^(?<by>[!<>]=|={1,2}|[<>])?\s*(?<count>\S+)$/;
/** A pattern that matches both of these matches anything. */
const ANY_TEXTS = ['', '\u{1f3d0} 7'];
const SLASHES = /^\/(?<source>.+)\/(?<flags>[imsuv]*)$/s;

/** Splits a rule at its first operator outside brackets; null without one. */
export function ruleIn(text: string): WrittenRule | null {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (depth > 0 && (character === '"' || character === "'")) quote = character;
    else if (character === '[') depth++;
    else if (character === ']') depth--;
    else if (depth <= 0) {
      const rule = ruleAt(text, at);
      if (rule !== null) return rule;
    }
  }
  return null;
}

function ruleAt(text: string, at: number): WrittenRule | null {
  OPERATOR.lastIndex = at;
  const { space = '', sign, word, taking } = OPERATOR.exec(text)?.groups ?? {};
  const operator = sign ?? word ?? taking;
  if (operator === undefined) return null;
  const value = text.slice(OPERATOR.lastIndex);
  return {
    subject: text.slice(0, at).trim(),
    operator: operator === '==' ? '=' : operator,
    // Text right after `=` is taken literally, including blanks.
    value: operator === '=' && space === '' ? value : value.trim(),
  };
}

/**
 * Reads the rule on a value; null if a problem has been noted.
 *
 * @param text the whole rule as given
 */
export function parseValueRule(
  { operator, value }: WrittenRule,
  option: OptionWord,
  text: string,
  problems: Problems,
): ValueRule | null {
  switch (operator) {
    case 'exists':
    case 'missing':
      return { type: operator };
    case 'contains':
      if (value !== '') return { type: 'contains', value };
      problems.add(phrase`${option} ${given(text)}: any value would do: say what it has to contain.`);
      return null;
    case 'matches':
      return parsePattern(value, option, text, problems);
    case 'length':
      return parseLength(value, option, text, problems);
    default:
      if (value !== '' || operator === '=' || operator === '!=')
        return { type: 'compare', ofLength: false, by: operator as Comparison, value };
      problems.add(phrase`${option} ${given(text)}: give a value to compare with after ${operator}.`);
      return null;
  }
}

function parsePattern(value: string, option: OptionWord, text: string, problems: Problems): ValueRule | null {
  const { source = value, flags = '' } = SLASHES.exec(value)?.groups ?? {};
  try {
    const unicode = /[uv]/.test(flags) ? flags : `${flags}u`;
    const pattern = new RegExp(source, unicode);
    const isAsking = source !== '' && !ANY_TEXTS.every((any) => pattern.test(any));
    if (isAsking) return { type: 'matches', source, flags: unicode };
    problems.add(
      phrase`${option} ${given(text)}: any value would do: give a pattern that asks for something.`,
    );
  } catch (error) {
    problems.add(
      phrase`${option} ${given(text)}: it is not a JavaScript regular expression (${messageOf(error)}): correct it, or use contains.`,
    );
  }
  return null;
}

function parseLength(value: string, option: OptionWord, text: string, problems: Problems): ValueRule | null {
  const { by = '=', count = '' } = LENGTH.exec(value)?.groups ?? {};
  const number = parseCount(count);
  if (number === null) {
    problems.add(
      phrase`${option} ${given(text)}: give a whole number, as in items length 3 or items length>=1.`,
    );
    return null;
  }
  const comparison = (by === '==' ? '=' : by) as Comparison;
  if (number === 0 && (comparison === '<' || comparison === '>=')) {
    problems.add(
      phrase`${option} ${given(text)}: ${comparison === '<' ? 'no' : 'every'} value is like that: give a number from 1.`,
    );
    return null;
  }
  return { type: 'compare', ofLength: true, by: comparison, value: String(number) };
}
