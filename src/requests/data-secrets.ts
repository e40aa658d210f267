import { isNameOfSecret, isSecretUnder } from './secret-names.ts';

const DEEPEST = 8;
/** If a setup returns only a text, that is most likely a token, unless it is short. */
const SHORTEST_TOKEN = 16;
/** A longer text is not taken for a secret: looking for it in others would take too much memory. */
const LONGEST = 65_536;
/** Shorter numbers are hidden only next to their names: elsewhere they would be ports and times. */
const SHORTEST_NUMBER = 6;
/** A name in JSON, and its value: text, text in quotes that are escaped, or a number. */
const IN_JSON =
  /(?<![\w.[\]-])([\w.[\]-]{1,64})\\{0,7}["']?\s{0,8}:\s{0,8}(?:"((?:[^"\\]|\\.)+)|\\{1,7}"([^"\\]+)|'([^']+)|(-?\d[\d.]*))/gs;
/** How forms, recordings and the like say a name and its value in an object. */
const NAMES = ['name', 'key', 'field', 'header', 'id'];
const VALUE = 'value';

/** Finds the secrets in a setup's data or in JSON, which no result may show: values of secret names, and a text on its own. */
export function secretsInData(data: unknown): string[] {
  if (typeof data === 'string') return data.length >= SHORTEST_TOKEN && data.length <= LONGEST ? [data] : [];
  return within(data, '', false, 0);
}

/** @param isWithinSecret something around it has a secret name */
function within(data: unknown, name: string, isWithinSecret: boolean, depth: number): string[] {
  if (typeof data === 'string' && data.length > LONGEST) return [];
  if (typeof data === 'string')
    return isSecretUnder(isWithinSecret ? 'secret' : name, data, 'text') ? [data] : [];
  // One with more digits than JavaScript keeps is found in the text itself.
  if (Number.isSafeInteger(data) || typeof data === 'bigint') return ofNumber(name, String(data));
  if (typeof data !== 'object' || data === null || depth === DEEPEST) return [];
  if (isListOfPairs(data))
    return data.flatMap(([said, value]) =>
      within(value, said, isWithinSecret || isNameOfSecret(said), depth + 1),
    );
  if (Array.isArray(data) || data instanceof Set)
    return [...data].flatMap((value) => within(value, name, isWithinSecret, depth + 1));
  const fields = data instanceof Map ? [...data] : Object.entries(data);
  const [, said] =
    fields.find(([field, value]) => NAMES.includes(String(field)) && typeof value === 'string') ?? [];
  return fields.flatMap(([field, value]) => {
    const called = field === VALUE && said !== undefined ? said : field;
    return within(value, String(called), isWithinSecret || isNameOfSecret(called), depth + 1);
  });
}

/** Values within JSON, whole or broken, whose names call them secret; text as written and decoded. */
export function secretsInJson(text: string): string[] {
  return Array.from(text.matchAll(IN_JSON), ([, name = '', inQuotes, inEscaped, inSingle, digits]) => {
    const value = inQuotes ?? inEscaped ?? inSingle;
    if (value === undefined) return ofNumber(name, digits ?? '');
    const plain = unescaped(value);
    if (isSecretUnder(name, plain, 'text')) return [value, plain];
    // JSON within a text of JSON.
    return plain.length < value.length ? secretsInJson(plain) : [];
  }).flat();
}

/** Names with their values, as `Object.entries` has them. */
function isListOfPairs(data: object): data is readonly (readonly [string, unknown])[] {
  return (
    Array.isArray(data) &&
    data.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string')
  );
}

function ofNumber(name: string, digits: string): string[] {
  return digits.length >= SHORTEST_NUMBER && isSecretUnder(name, digits, 'text') ? [digits] : [];
}

function unescaped(value: string): string {
  try {
    return String(JSON.parse(`"${value}"`));
  } catch {
    return value;
  }
}
