import { type Document, isCollection, isPair, visit } from 'yaml';
import { compareNumbers, ExactNumber } from '../../requests/exact-number.ts';
import { cut } from '../text/quoted.ts';
import type { Place } from './plan-place.ts';

/**
 * Finds what YAML reads differently than meant: braces without quotes, which are a map, and numbers that are sent
 * with a changed text.
 */
export function unquotedIn(document: Document, placeAt: (offset: number) => Place): string[] {
  const found: string[] = [];
  visit(document, {
    Pair: (_key, { key }) => {
      if (!isCollection(key)) return undefined;
      found.push(
        `${placeAt(key.range?.[0] ?? 0)}: braces without quotes: put quotes around placeholders, as in '{{name}}'.`,
      );
      return visit.SKIP;
    },
    Scalar: (_key, { value, source, range }, path) => {
      if (typeof value !== 'number' || source === undefined || String(value) === source) return;
      const isIn = (fields: ReadonlySet<string>): boolean =>
        path.some((node) => isPair(node) && fields.has(String(node.key)));
      const changed = isIn(SENT) ? 'sent' : isIn(EXPECTED) && !isSameNumber(source, value) ? 'read' : null;
      if (changed !== null)
        found.push(
          `${placeAt(range?.[0] ?? 0)}: ${cut(source)} would be ${changed} as ${value}: put it in quotes.`,
        );
    },
  });
  return found;
}

const SENT = new Set(['variables', 'json', 'form', 'query', 'header', 'in', 'default']);
/** Compared by value: there 1.50 is 1.5, but a long id is another one when it is rounded. */
const EXPECTED = new Set(['expect-json']);

function isSameNumber(source: string, value: number): boolean {
  return !DECIMAL.test(source) || compareNumbers(new ExactNumber(source), value) === 0;
}

const DECIMAL = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
