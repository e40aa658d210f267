import { DEEPEST_JSON, isContainer } from './exact-json.ts';
import type { JsonQuery } from './json-query.ts';

/** An answer whose JSON is looked into. */
interface JsonAnswer {
  text(): string;
  json(): unknown;
}

const INTEGER = /^-?\d+$/;
const exact = new WeakMap<object, unknown>();

/**
 * What a path finds in an answer's JSON. An integer that a number cannot hold is a BigInt there: rounded, a long id would
 * be another one.
 */
export function valuesAt(answer: JsonAnswer, query: JsonQuery): readonly unknown[] {
  const found = query.find(answer.json());
  // Reading the answer a second time costs more than all the rest, and most have no such number.
  return found.some((value) => mayBeRounded(value, 0)) ? query.find(exactJsonOf(answer)) : found;
}

/**
 * Parses JSON, and keeps integers that a number cannot hold as BigInts.
 *
 * @throws SyntaxError
 */
export function parseWithBigInts(text: string): unknown {
  return JSON.parse(text, (_name, value, { source }) =>
    typeof value === 'number' && source !== undefined && INTEGER.test(source) && !isAsWritten(value, source)
      ? BigInt(source)
      : value,
  );
}

/** JSON with every BigInt as the number that it is; what `JSON.stringify` refuses otherwise, this does, too. */
export function jsonWithBigInts(value: unknown): string | undefined {
  return JSON.stringify(value, (_name, one: unknown) =>
    typeof one === 'bigint' ? JSON.rawJSON(String(one)) : one,
  );
}

/** Deeper down nobody sends ids, and going through it would take the whole stack. */
function mayBeRounded(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (!isContainer(value) || depth === DEEPEST_JSON) return false;
  return Object.values(value).some((one) => mayBeRounded(one, depth + 1));
}

function exactJsonOf(answer: JsonAnswer): unknown {
  const known = exact.get(answer);
  if (known !== undefined) return known;
  const read = parseWithBigInts(answer.text());
  exact.set(answer, read);
  return read;
}

/** A minus zero is no id. */
function isAsWritten(value: number, source: string): boolean {
  return value === 0 || String(value) === source;
}
