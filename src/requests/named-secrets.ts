import { decoded } from './parameter-secrets.ts';
import { canBeSecret, isSecretUnder, type NamedIn } from './secret-names.ts';

const HIDDEN = '…';
/** Texts are shown to a much smaller length; looking through a whole body for each failure would cost the load. */
const LONGEST_SHOWN = 16_384;

/** What precedes a value in an answer, with its name, and the value. */
const NAMED: readonly { readonly before: RegExp; readonly value: RegExp; readonly where?: NamedIn }[] = [
  // JSON, also within a text of JSON.
  {
    before: /\\{0,3}["']([\w.[\]-]{1,64})\\{0,3}["']\s{0,8}:\s{0,8}/g,
    value: /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\\{1,3}"[^"\\]*|\["[^\]]*\]?|[\w.+-]+/sy,
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
  // Code and settings: `token = "…"`, `token: '…'`.
  { before: /(?<![\w.$-])([\w.$-]{1,64})\s{0,4}[=:]\s{0,4}["']/g, value: /[^"'\s\\]+/y },
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
const ENCODED_QUOTE = /^%(?:25){0,3}22/;

/**
 * Removes from a target's text what its names call a secret, such as the token in the answer to a login, and credentials
 * in URLs. Long texts are cut.
 */
export function withoutNamedSecrets(text: string): string {
  const beginning = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return NAMED.reduce(withoutValues, beginning)
    .replace(JSON_WEB_TOKEN, HIDDEN)
    .replace(CREDENTIALS, `//${HIDDEN}@`);
}

/** Values of other names are searched too, as they may be JSON or a URL. */
function withoutValues(text: string, { before, value, where }: (typeof NAMED)[number]): string {
  let shown = '';
  let from = 0;
  for (const { 0: beginning, 1: name, index } of text.matchAll(before)) {
    const start = index + beginning.length;
    if (start < from || name === undefined) continue;
    value.lastIndex = start;
    const [found = ''] = value.exec(text) ?? [];
    const standsIn = where ?? (/[?&#]/.test(text[index - 1] ?? '') ? 'parameter' : 'text');
    if (!isSecret(decoded(name), found, standsIn)) continue;
    shown += text.slice(from, start) + hidden(found);
    from = start + found.length;
  }
  return shown + text.slice(from);
}

function isSecret(name: string, found: string, where: NamedIn): boolean {
  const bare = found.replace(ENCODED_QUOTE, '').replace(/^\\*["'[]+|["'\]]+$/g, '');
  return canBeSecret(bare) && isSecretUnder(name, where === 'parameter' ? decoded(bare) : bare, where);
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
