import { isNameOfSecret } from './secret-headers.ts';

const HIDDEN = '…';
/** Shorter values are not hidden: they would match within other text. */
const SHORTEST = 4;
/** A parameter that is only called `key` may be that of a cache; the keys of services are longer. */
const SHORTEST_KEY = 16;
/** Texts are shown to a much smaller length; looking through a whole body for each failure would cost the load. */
const LONGEST_SHOWN = 16_384;
/** Values that are no secret, whatever they are called. */
const NO_SECRET = /^(?:true|false|null|none|undefined)$/i;

/** What precedes a value in an answer, with its name, and the value. */
const NAMED = [
  // JSON, also within a text of JSON.
  {
    before: /\\{0,3}["']([\w.-]{1,64})\\{0,3}["']\s{0,8}:\s{0,8}/g,
    value: /"(?:[^"\\]|\\.)*"?|\\{1,3}"[^"\\]*|[\w.+-]+/sy,
  },
  // A query, a form, or a cookie.
  { before: /(?<![\w.-])([\w.-]{1,64})=/g, value: /[^&\s"'<>;,\\]+/y },
  // A field of a page.
  { before: /name=["']?([\w.-]{1,64})["']?[^<>]{0,200}?value=["']?/g, value: /[^"'<>\s]+/y },
  // XML.
  { before: /<([\w:.-]{1,64})>/g, value: /[^<]+/y },
];
const JSON_WEB_TOKEN = /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g;

/** Removes from a target's text what its names call a secret, such as the token in the answer to a login. Long texts are cut. */
export function withoutNamedSecrets(text: string): string {
  const beginning = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return NAMED.reduce((left, { before, value }) => withoutValues(left, before, value), beginning).replace(
    JSON_WEB_TOKEN,
    HIDDEN,
  );
}

/** Values of other names are searched too, as they may be JSON or a URL. */
function withoutValues(text: string, before: RegExp, value: RegExp): string {
  let shown = '';
  let from = 0;
  for (const { 0: beginning, 1: name, index } of text.matchAll(before)) {
    const start = index + beginning.length;
    if (start < from || !isNameOfSecret(name)) continue;
    value.lastIndex = start;
    const [found = ''] = value.exec(text) ?? [];
    if (!isSecretValue(found)) continue;
    shown += text.slice(from, start) + hidden(found);
    from = start + found.length;
  }
  return shown + text.slice(from);
}

/** A value that stands in quotes keeps them. */
function hidden(value: string): string {
  const [quote = ''] = /^\\*"/.exec(value) ?? [];
  return quote + HIDDEN + (quote !== '' && value.length > 1 && value.endsWith('"') ? '"' : '');
}

/** Whether a value under the name of a secret can be one. */
export function isSecretValue(value: string): boolean {
  const bare = value.replace(/^\\*"|"$/g, '');
  return bare.length >= SHORTEST && !NO_SECRET.test(bare);
}

/** The values in the query of a URL whose names call them secret, as written and decoded; none with a placeholder. */
export function secretsInQuery(url: string): string[] {
  return parametersOf(url).flatMap(({ name, value }) =>
    isSecretParameter(name, value) ? [value, decoded(value)] : [],
  );
}

/** A URL, or the beginning of one, without such values. */
export function withoutSecretsInQuery(url: string): string {
  const query = queryOf(url);
  if (query === null) return url;
  const parts = parametersOf(url).map(({ part, name, value }) =>
    isSecretParameter(name, value) ? part.slice(0, part.length - value.length) + HIDDEN : part,
  );
  return url.slice(0, query.from) + parts.join('&') + url.slice(query.to);
}

function isSecretParameter(name: string, value: string): boolean {
  if (value.includes('{{') || !isSecretValue(value)) return false;
  return isNameOfSecret(name) || (/^key$/i.test(name) && value.length >= SHORTEST_KEY);
}

interface Parameter {
  readonly part: string;
  readonly name: string;
  readonly value: string;
}

function parametersOf(url: string): Parameter[] {
  const query = queryOf(url);
  if (query === null) return [];
  return url
    .slice(query.from, query.to)
    .split('&')
    .map((part) => {
      const sign = part.indexOf('=');
      const name = decoded(sign < 0 ? part : part.slice(0, sign));
      return { part, name, value: sign < 0 ? '' : part.slice(sign + 1) };
    });
}

function queryOf(url: string): { readonly from: number; readonly to: number } | null {
  const hash = url.indexOf('#');
  const to = hash < 0 ? url.length : hash;
  const mark = url.slice(0, to).indexOf('?');
  return mark < 0 ? null : { from: mark + 1, to };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
