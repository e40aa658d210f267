import { parseWithBigInts } from '../../requests/exact-values.ts';
import { pageOf } from '../../requests/html-selection.ts';
import type { HarAnswer } from '../plan/har/recorded-entry.ts';

/** Where a value was found in an answer, in the form of a capture. */
export interface Found {
  /** Suggested name of the variable. */
  readonly name: string;
  /** For example `json items[0].id`. */
  readonly capture: string | { readonly css: string; readonly attribute: string };
}

/** Limits on the depth and number of JSON values searched for what a later request repeats. */
const DEEPEST = 12;
const MOST_LEAVES = 20_000;
const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;
/** Under names like these, short values are considered too. */
const IDENTIFIES =
  /(?:^|[_-])(?:id|uuid|guid|token|key|csrf|nonce|code|state|session|slug)s?$|(?:Id|Uuid|Token|Key|Code)s?$/;
/** And under these, where they have a digit: `order` may also say how a list is sorted. */
const MAY_IDENTIFY = /(?:^|[_-])(?:next|cursor|job|order)s?$|(?:Next|Cursor|Job|Order)s?$/;
const SHORTEST = 6;
/** Headers that most answers have. */
const COMMON =
  /^(?:date|server|content-|cache-|connection|keep-alive|transfer-|vary|etag|last-modified|age|expires|set-cookie|strict-|x-powered-by|access-control-|alt-svc|accept-)/i;
const INPUT = /<(?:input|meta)\b[^>]*>/gi;

/** Whether a value is distinctive enough to be recognized when it is seen again. */
function isTelling(key: string, value: string): boolean {
  if (value === '' || /^(?:true|false|null)$/.test(value)) return false;
  if (MAY_IDENTIFY.test(key) && /\d/.test(value)) return true;
  return IDENTIFIES.test(key) || (value.length >= SHORTEST && !/^[a-z]+$/.test(value));
}

/**
 * Values of an answer that a later request may repeat, each with the first of the places that are least deep in its JSON:
 * the number of the next page may also be that of one of many items.
 */
export function valuesIn({ text, headers }: HarAnswer): Map<string, Found> {
  const found = new Map<string, Found>();
  const depths = new Map<string, number>();
  const add: Add = (value, key, capture, depth = 0) => {
    if (depth >= (depths.get(value) ?? Number.POSITIVE_INFINITY) || !isTelling(key, value)) return;
    found.set(value, { name: nameOf(key), capture });
    depths.set(value, depth);
  };
  const json = jsonOf(text);
  if (json !== undefined) leavesOf(json, '', '', add, { left: MOST_LEAVES }, 0);
  else inputsOf(text ?? '', add);
  for (const { name, value } of headers)
    if (!COMMON.test(name) && value.length >= SHORTEST && !found.has(value))
      add(value, name, `header ${name.toLowerCase()}`);
  return found;
}

type Add = (value: string, key: string, capture: Found['capture'], depth?: number) => void;

function leavesOf(
  value: unknown,
  path: string,
  key: string,
  add: Add,
  budget: { left: number },
  depth: number,
): void {
  if (depth > DEEPEST || budget.left-- <= 0) return;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    add(String(value), key, `json ${path === '' ? '$' : path}`, depth);
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      leavesOf(item, `${path === '' ? '$' : path}[${index}]`, key, add, budget, depth + 1);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, item] of Object.entries(value)) {
    if (/["\\\p{Cc}]/u.test(name)) continue;
    const step = PLAIN_KEY.test(name) ? `${path === '' ? '' : '.'}${name}` : `["${name}"]`;
    leavesOf(
      item,
      path === '' && step.startsWith('[') ? `$${step}` : path + step,
      name,
      add,
      budget,
      depth + 1,
    );
  }
}

/** Finds the values of form fields, and of meta tags that scripts read. */
function inputsOf(html: string, add: Add): void {
  const page = { text: () => html };
  for (const [tag] of html.matchAll(INPUT)) inputOf(tag, page, add);
}

function inputOf(tag: string, page: Page, add: Add): void {
  const name = attributeOf(tag, 'name');
  const content = attributeOf(tag, 'content');
  const said = content ?? attributeOf(tag, 'value');
  if (name === null || said === null || !/^[\w.:[\]-]+$/.test(name.text) || said.text.includes('<')) return;
  const key = /csrf|token|nonce|state/i.test(name.text) ? 'token' : name.text;
  if (said.text.includes('&')) {
    const css = `${tag.slice(1, tag.search(/[\s/]/)).toLowerCase()}[name="${name.text}"]`;
    const attribute = content === null ? 'value' : 'content';
    const value = firstIn(page, css, attribute);
    if (value !== null) add(value, key, { css, attribute });
    return;
  }
  const wanted = name.with(name.text.replace(/[.[\]]/g, '\\$&'));
  const taken = said.with(`(${said.quote === '' ? '[^\\s"\'>]+' : `[^${said.quote}]*`})`);
  const [first, second] = name.at < said.at ? [wanted, taken] : [taken, wanted];
  add(said.text, key, `regex ${first}[^>]*${second}`);
}

type Page = Parameters<typeof pageOf>[0];

/** With its entities decoded, as a capture finds it; null if it finds nothing, as in a page that takes too long to read. */
function firstIn(page: Page, css: string, attribute: string): string | null {
  try {
    return pageOf(page).find(css, attribute)[0] ?? null;
  } catch {
    return null;
  }
}

interface Attribute {
  readonly at: number;
  readonly text: string;
  /** Empty if its value has none. */
  readonly quote: string;
  /** A pattern for it, with this one for its value. */
  readonly with: (value: string) => string;
}

function attributeOf(tag: string, called: string): Attribute | null {
  const found = new RegExp(`(?<![\\w-])(${called}=)(?:(["'])(.*?)\\2|([^\\s"'>]+))`, 'is').exec(tag);
  if (found === null) return null;
  const [, before = '', quote = '', quoted, bare] = found;
  const end = quote === '' ? '(?=[\\s/>])' : quote;
  return {
    at: found.index,
    text: quoted ?? bare ?? '',
    quote,
    with: (value) => `${before}${quote}${value}${end}`,
  };
}

function jsonOf(text: string | null): unknown {
  if (text === null || !/^\s*[[{"]/.test(text)) return undefined;
  try {
    return parseWithBigInts(text);
  } catch {
    return undefined;
  }
}

function nameOf(key: string): string {
  const name = key.replace(/[^\w]+/g, '_').replace(/^_+|_+$/g, '');
  return /^[A-Za-z_]/.test(name) ? name : 'value';
}
