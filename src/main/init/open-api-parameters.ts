import { jsonWithBigInts } from '../../requests/exact-values.ts';
import { type Fields, isFields } from './open-api-examples.ts';

/** Where a parameter goes, and how its value is written there unless the description says otherwise. */
const STYLES: Readonly<Record<string, string>> = {
  query: 'form',
  cookie: 'form',
  path: 'simple',
  header: 'simple',
};
const SEPARATORS: Readonly<Record<string, string>> = { spaceDelimited: '%20', pipeDelimited: '%7C' };

/** A value of a parameter as text, where it is neither a list nor an object. */
export function textOf(value: unknown): string {
  return typeof value === 'object' ? jsonText(value) : String(value);
}

/** JSON in which long ids have all their digits. */
export function jsonText(value: unknown): string {
  return jsonWithBigInts(value) ?? '';
}

export function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** The parameter of a query: a list takes a pair for each element, an object one for each field, unless its style differs. */
export function queryPairs(parameter: Fields, value: unknown): string[] {
  const name = encoded(String(parameter['name']));
  const { style, explodes } = styleOf(parameter);
  const separator = SEPARATORS[style] ?? ',';
  if (Array.isArray(value)) {
    const items = (value as unknown[]).map((one) => encoded(textOf(one)));
    return explodes ? items.map((one) => `${name}=${one}`) : [`${name}=${items.join(separator)}`];
  }
  if (!isFields(value)) return [`${name}=${encoded(textOf(value))}`];
  const entries = entriesOf(value);
  if (style === 'deepObject') return entries.map(([key, text]) => `${name}[${key}]=${text}`);
  return explodes
    ? entries.map(([key, text]) => `${key}=${text}`)
    : [`${name}=${entries.flat().join(separator)}`];
}

/** The parameter of a path, between two slashes. */
export function pathSegment(parameter: Fields, value: unknown): string {
  const { style, explodes } = styleOf(parameter);
  const name = style === 'matrix' ? `;${encoded(String(parameter['name']))}=` : '';
  const start = style === 'label' ? '.' : name;
  if (typeof value !== 'object' || value === null) return start + encoded(textOf(value));
  const [before, between] = style === 'matrix' ? [';', ';'] : style === 'label' ? ['.', '.'] : ['', ','];
  if (Array.isArray(value)) {
    const items = (value as unknown[]).map((one) => encoded(textOf(one)));
    if (!explodes) return start + items.join(',');
    return style === 'matrix' ? items.map((one) => name + one).join('') : before + items.join(between);
  }
  const entries = entriesOf(value as Fields);
  return explodes
    ? before + entries.map((entry) => entry.join('=')).join(between)
    : start + entries.flat().join(',');
}

/** The parameter of a header, or of a cookie after its name: commas between elements. */
export function listedText(parameter: Fields, value: unknown, encode: (text: string) => string): string {
  if (Array.isArray(value)) return (value as unknown[]).map((one) => encode(textOf(one))).join(',');
  if (!isFields(value)) return encode(textOf(value));
  const { explodes } = styleOf(parameter);
  const entries = Object.entries(value).map(([key, one]) => [encode(key), encode(textOf(one))]);
  const isPaired = explodes && parameter['in'] === 'header';
  return entries.map((entry) => entry.join(isPaired ? '=' : ',')).join(',');
}

function styleOf(parameter: Fields): { style: string; explodes: boolean } {
  const style = String(parameter['style'] ?? STYLES[String(parameter['in'])] ?? 'simple');
  const { explode } = parameter;
  return { style, explodes: typeof explode === 'boolean' ? explode : style === 'form' };
}

function entriesOf(value: Fields): [string, string][] {
  return Object.entries(value).map(([key, one]) => [encoded(key), encoded(textOf(one))]);
}
