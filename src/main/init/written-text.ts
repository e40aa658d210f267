import { type Document, isScalar, visit } from 'yaml';
import { visible } from '../../requests/visible.ts';

/** How a placeholder begins: text that is to be sent as it is has this as a variable instead. */
const BRACES = '{{';
const PLACEHOLDER = '{{raw braces}}';

/** The variables that such text needs; none without it. */
export function variablesOfBraces(hasBraces: boolean): Readonly<Record<string, string>> {
  return hasBraces ? { braces: BRACES } : {};
}

/** Whether a text would be read as a placeholder, or a part of one. */
export function hasBraces(text: string): boolean {
  return text.includes(BRACES);
}

/** A text in a plan that is sent as it stands here. */
export function withoutPlaceholders(text: string): string {
  return text.replaceAll(BRACES, PLACEHOLDER);
}

/** The same of all texts in a value, names of fields among them. */
export function withoutPlaceholdersIn(value: unknown): unknown {
  if (typeof value === 'string') return withoutPlaceholders(value);
  if (Array.isArray(value)) return value.map(withoutPlaceholdersIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [withoutPlaceholders(name), withoutPlaceholdersIn(one)]),
  );
}

/** A name that no field of a plan can have. */
const FORBIDDEN = '__proto__';

export function isForbiddenName(name: string): boolean {
  return name === FORBIDDEN;
}

/** Whether a value has a field of such a name. */
export function hasForbiddenName(value: unknown): boolean {
  return hasWithin(value, (one) => typeof one === 'object' && one !== null && Object.hasOwn(one, FORBIDDEN));
}

export function hasBigInt(value: unknown): boolean {
  return hasWithin(value, (one) => typeof one === 'bigint');
}

/** Whether a number is in it that is larger than JavaScript's. */
export function hasEndless(value: unknown): boolean {
  return hasWithin(value, (one) => typeof one === 'number' && !Number.isFinite(one));
}

/** Whether a value or one within it is of a kind. */
function hasWithin(value: unknown, is: (one: unknown) => boolean): boolean {
  if (is(value)) return true;
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((one) => hasWithin(one, is))
  );
}

/** A plan as YAML. A name that would merge maps is put into quotes. */
export function yamlOf(document: Document): string {
  visit(document, {
    Pair: (_key, { key }) => {
      if (isScalar(key) && key.value === '<<') key.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** A line of a comment, of which a part may come from elsewhere: without what would end it. */
export function commentLine(text: string): string {
  return ` ${visible(text)}`;
}
