import { asWritten, inBase64, type WrittenForm } from './written-forms.ts';

/** Shorter texts would be found anywhere. */
const SHORTEST = 4;
const HIDDEN = '…';
/** A text that is cut may end with the beginning of a secret; less than this of one tells nothing. */
const SHORTEST_BEGINNING = 4;

/** Takes secrets out of a text. */
export type Hide = (text: string) => string;

/** Leaves a text as it is. */
export const HIDE_NOTHING: Hide = (text) => text;

/**
 * Takes secrets out of texts, in every encoding that volley itself or an echoing server gives them. To be
 * used on a whole text, before it is cut. Very short secrets are left.
 */
export function hiding(secrets: readonly string[]): Hide {
  const known = new Set(secrets.filter(({ length }) => length >= SHORTEST));
  if (known.size === 0) return HIDE_NOTHING;
  // The longest first: one may be a part of another. One expression for each: all in one may be too large.
  const patterns = [...known]
    .flatMap(writtenForms)
    .sort((a, b) => b.length - a.length)
    .map(({ source }) => new RegExp(source, 'g'));
  return (text) => patterns.reduce((left, pattern) => left.replace(pattern, HIDDEN), text);
}

/** The same for a text that has been cut already: the beginning of a secret at its end goes too. */
export function hidingInCut(secrets: readonly string[]): Hide {
  const hide = hiding(secrets);
  const forms = secrets.filter(({ length }) => length >= SHORTEST).flatMap(formsOf);
  return (text) => {
    const hidden = hide(text);
    const left = Math.max(0, ...forms.map((form) => beginningAtEnd(hidden, form)));
    return left === 0 ? hidden : hidden.slice(0, -left) + HIDDEN;
  };
}

/** A text without these secrets. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return hiding(secrets)(text);
}

/** How an echo may write a secret. */
function writtenForms(secret: string): WrittenForm[] {
  const text = secret.toWellFormed();
  const latin1 = Buffer.from(text).toString('latin1');
  return [
    ...[...new Set([secret, text, latin1])].map(asWritten),
    ...inBase64(Buffer.from(text)),
    ...(latin1 === text ? [] : inBase64(Buffer.from(text, 'latin1'))),
  ];
}

/** Beginnings of these are looked for where a text was cut. */
function formsOf(secret: string): string[] {
  const text = secret.toWellFormed();
  const inUrl = encodeURIComponent(text);
  return [
    secret,
    Buffer.from(text).toString('latin1'),
    inUrl,
    inUrl.replace(/[!'()*]/g, percent),
    // What a URL leaves as it is, which depends on the place.
    new URLSearchParams({ a: text }).toString().slice(2),
    encodeURI(text),
    URL.parse(`http://a/?${text}`)?.search.slice(1) ?? secret,
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character),
    Buffer.from(text).toString('base64'),
    Buffer.from(text).toString('base64url'),
  ].filter(({ length }) => length >= SHORTEST);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function beginningAtEnd(text: string, form: string): number {
  for (let length = Math.min(form.length - 1, text.length); length >= SHORTEST_BEGINNING; length--)
    if (text.endsWith(form.slice(0, length))) return length;
  return 0;
}
