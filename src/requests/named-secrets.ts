import { decoded } from './parameter-secrets.ts';
import { canBeSecret, isRandom, isSecretUnder, type NamedIn } from './secret-names.ts';

const HIDDEN = '…';
/** Texts are shown to a much smaller length; looking through a whole body for each failure would cost the load. */
const LONGEST_SHOWN = 16_384;

/** What precedes a value in an answer, with its name, and the value. */
interface Naming {
  readonly before: RegExp;
  readonly value: RegExp;
  readonly where?: NamedIn;
  /** Of what may be prose too, such as `password: required`. */
  readonly isRandom?: boolean;
}

const IN_QUOTES = String.raw`"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\\{1,7}"[^"\\]*`;

const NAMED: readonly Naming[] = [
  // JSON, also within a text of JSON.
  {
    before: /\\{0,7}["']([\w.[\]-]{1,64})\\{0,7}["']\s{0,8}:\s{0,8}/g,
    value: new RegExp(`${IN_QUOTES}|\\["[^\\]]*\\]?|[\\w.+-]+`, 'sy'),
  },
  // A name and its value in a list of two, or in an object.
  {
    before:
      /\[\s{0,8}\\{0,7}["']([\w.[\]-]{1,64})\\{0,7}["']\s{0,8},\s{0,8}(?=\\{0,7}["'][^"']{0,2000}["']\s{0,8}\])/g,
    value: new RegExp(IN_QUOTES, 'sy'),
  },
  {
    before:
      /["'](?:name|key|field|header|id)\\{0,7}["']\s{0,8}:\s{0,8}\\{0,7}["']([\w.[\]-]{1,64})\\{0,7}["']\s{0,8},\s{0,8}\\{0,7}["']value\\{0,7}["']\s{0,8}:\s{0,8}/gi,
    value: new RegExp(IN_QUOTES, 'sy'),
  },
  {
    before:
      /["']value\\{0,7}["']\s{0,8}:\s{0,8}(?=\\{0,7}["'][^"']{0,2000}["']\s{0,8},\s{0,8}\\{0,7}["'](?:name|key|field|header|id)\\{0,7}["']\s{0,8}:\s{0,8}\\{0,7}["']([\w.[\]-]{1,64}))/gi,
    value: new RegExp(IN_QUOTES, 'sy'),
  },
  // The same, percent-encoded, as in a query.
  {
    before:
      /%(?:25){0,3}22([\w.[\]-]{1,64})%(?:25){0,3}22(?:%(?:25){0,3}20|\+)?%(?:25){0,3}3[aA](?:%(?:25){0,3}20|\+)?/g,
    value: /%(?:25){0,3}22(?:(?!%(?:25){0,3}22)[^\s"'<>&])*|[\w.+-]+/y,
  },
  // A query, a form, or a cookie.
  { before: /(?<![\w.%[\]-])([\w.%[\]-]{1,64})=/g, value: /[^&\s"'<>;,\\]+/y },
  // One that is encoded, as in a query.
  {
    before: /(?:^|[^\w.%[\]-]|%(?:25){0,3}(?:2[36cCfF]|3[fF]))([\w.[\]-]{1,64})%(?:25){0,3}3[dD]/g,
    where: 'parameter',
    value: /(?:(?!%(?:25){0,3}(?:2[236]))[^&\s"'<>;,\\])+/y,
  },
  // Code and settings: `token = "…"`, `token: '…'`, also within a text of JSON, as GraphQL is.
  { before: /(?<![\w.$-])([\w.$-]{1,64})\s{0,4}[=:]\s{0,4}\\{0,7}["']/g, value: /[^"'\r\n\\]+/y },
  // Lines of settings, without quotes.
  {
    before:
      /^[ \t-]{0,32}([\w.-]{1,64})[ \t]{0,8}:[ \t]{1,8}(?=(?:\w{1,16}[ \t]{1,8})?\S{4,2000}[ \t]{0,8}\r?$)/gm,
    value: /(?:\w+[ \t]+)?\S+/y,
    isRandom: true,
  },
  // A field of a page.
  { before: /name=["']?([\w.[\]-]{1,64})["']?[^<>]{0,200}?(?:value|content)=["']?/g, value: /[^"'<>\s]+/y },
  {
    before: /(?:value|content)=["']?(?=[^"'<>\s]{0,2000}["']?[^<>]{0,200}?\sname=["']?([\w.[\]-]{1,64}))/g,
    value: /[^"'<>\s]+/y,
  },
  // XML.
  { before: /<([\w:.-]{1,64})(?:\s[^<>]{0,200})?>/g, value: /[^<]+/y },
];
const JSON_WEB_TOKEN = /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g;
/** Name and password within a URL, for example in a `location` field. */
const CREDENTIALS = /\/\/[^\s/?#@"'<>]{1,256}@/g;
/** A private key, as files have it. */
const PRIVATE_KEY = /(-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----)[\s\S]*?(?=-----END|$)/g;
const ENCODED_QUOTE = /^%(?:25){0,3}22/;

/**
 * Removes from a target's text what its names call a secret, such as the token in the answer to a login, and credentials
 * in URLs. Long texts are cut.
 */
export function withoutNamedSecrets(text: string): string {
  const beginning = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return NAMED.reduce(withoutValues, beginning.replace(PRIVATE_KEY, `$1${HIDDEN}`))
    .replace(JSON_WEB_TOKEN, HIDDEN)
    .replace(CREDENTIALS, `//${HIDDEN}@`);
}

/** What a text's names call a secret, as far as it is looked through: as written, and without escapes. */
export function namedSecretsIn(text: string): string[] {
  const beginning = text.slice(0, LONGEST_SHOWN);
  const values = NAMED.flatMap((naming) => [...valuesIn(beginning, naming)].map(({ found }) => bare(found)));
  return [...new Set([...values, ...values.map(decoded), ...(beginning.match(JSON_WEB_TOKEN) ?? [])])];
}

/** Values of other names are searched too, as they may be JSON or a URL. */
function withoutValues(text: string, naming: Naming): string {
  let shown = '';
  let from = 0;
  for (const { start, found } of valuesIn(text, naming)) {
    shown += text.slice(from, start) + hidden(found);
    from = start + found.length;
  }
  return shown + text.slice(from);
}

/** Values with such a name before them, which do not overlap. */
function* valuesIn(
  text: string,
  { before, value, where, isRandom: asksForRandom = false }: Naming,
): Generator<{ readonly start: number; readonly found: string }> {
  let from = 0;
  for (const { 0: beginning, 1: name, index } of text.matchAll(before)) {
    const start = index + beginning.length;
    if (start < from || name === undefined) continue;
    value.lastIndex = start;
    const [found = ''] = value.exec(text) ?? [];
    const standsIn = where ?? (/[?&#]/.test(text[index - 1] ?? '') ? 'parameter' : 'text');
    if (
      !isSecret(decoded(name), found, standsIn) ||
      (asksForRandom && !isRandom(found.replace(/^\w+\s+/, '')))
    )
      continue;
    yield { start, found };
    from = start + found.length;
  }
}

function isSecret(name: string, found: string, where: NamedIn): boolean {
  const text = bare(found);
  return canBeSecret(text) && isSecretUnder(name, where === 'parameter' ? decoded(text) : text, where);
}

/** A value without what surrounds it. */
function bare(found: string): string {
  return found.replace(ENCODED_QUOTE, '').replace(/^\\*["'[]+|["'\]]+$/g, '');
}

/** A value that stands in quotes keeps them. */
function hidden(value: string): string {
  const [quote = ''] = ENCODED_QUOTE.exec(value) ?? /^\\*["']/.exec(value) ?? [];
  const last = quote.at(-1) ?? '';
  return (
    quote +
    HIDDEN +
    (quote.length > 0 && value.length > 1 && /["']/.test(last) && value.endsWith(last) ? last : '')
  );
}
