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
    before: /\\{0,3}["']([\w.[\]-]{1,64})\\{0,3}["']\s{0,8}:\s{0,8}/g,
    value: /"(?:[^"\\]|\\.)*"?|\\{1,3}"[^"\\]*|[\w.+-]+/sy,
  },
  // A query, a form, or a cookie.
  { before: /(?<![\w.%[\]-])([\w.%[\]-]{1,64})=/g, value: /[^&\s"'<>;,\\]+/y },
  // A field of a page.
  { before: /name=["']?([\w.[\]-]{1,64})["']?[^<>]{0,200}?value=["']?/g, value: /[^"'<>\s]+/y },
  // XML.
  { before: /<([\w:.-]{1,64})>/g, value: /[^<]+/y },
];
const IN_JSON = /["']?([\w.[\]-]+)["']?\s*:\s*"((?:[^"\\]|\\.)+)/g;
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
    if (start < from || !isNameOfSecret(decoded(name ?? ''))) continue;
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

/** The values in the query and the fragment of a URL whose names call them secret, as written and decoded; none with a placeholder. */
export function secretsInQuery(url: string): string[] {
  const from = startOfParameters(url);
  return from < 0 ? [] : secretsInForm(url.slice(from));
}

/** The same in a form, or in a query on its own. */
export function secretsInForm(text: string): string[] {
  return parametersOf(text).flatMap(({ isSecret, value }) => (isSecret ? [value, decoded(value)] : []));
}

/** A URL, or the beginning of one, without such values. */
export function withoutSecretsInQuery(url: string): string {
  const from = startOfParameters(url);
  if (from < 0) return url;
  const shown = parametersOf(url.slice(from)).map(({ before, isSecret, value }) =>
    isSecret ? before + HIDDEN : before + value,
  );
  return url.slice(0, from) + shown.join('');
}

/** Text within JSON, whole or broken, under names that call it secret; as written and decoded. */
export function secretsInJson(text: string): string[] {
  return Array.from(text.matchAll(IN_JSON), ([, name = '', value = '']) =>
    isNameOfSecret(name) && isSecretValue(value) ? [value, unescaped(value)] : [],
  ).flat();
}

function unescaped(value: string): string {
  try {
    return String(JSON.parse(`"${value}"`));
  } catch {
    return value;
  }
}

interface Parameter {
  /** With what separates it from the one before, and its name. */
  readonly before: string;
  readonly isSecret: boolean;
  readonly value: string;
}

/** All that follows the path. A secret may have a `;`, which some servers take for the end of a parameter. */
function parametersOf(text: string): Parameter[] {
  return cutBefore(text, /[&?#]/).flatMap((part) => {
    const whole = parameterOf(part);
    return whole.isSecret ? [whole] : cutBefore(part, /;/).map(parameterOf);
  });
}

function parameterOf(part: string): Parameter {
  const sign = part.indexOf('=') + 1;
  const before = part.slice(0, sign);
  const value = part.slice(sign);
  return { before, isSecret: isSecretParameter(decoded(before).replace(/^[&?#;]|=$/g, ''), value), value };
}

function isSecretParameter(name: string, value: string): boolean {
  if (name === '' || value.includes('{{') || !isSecretValue(value)) return false;
  return isNameOfSecret(name) || (/^key$/i.test(name) && value.length >= SHORTEST_KEY);
}

function cutBefore(text: string, separator: RegExp): string[] {
  return text.split(new RegExp(`(?=${separator.source})`));
}

function startOfParameters(url: string): number {
  return url.search(/[?#]/);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
