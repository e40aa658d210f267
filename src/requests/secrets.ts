import { asWritten, inBase64, type WrittenForm } from './written-forms.ts';

/** Shorter texts would be found anywhere. */
const SHORTEST = 4;
const HIDDEN = '…';
/** A text that is cut may end with the beginning of a secret; less than this of one tells nothing. */
const SHORTEST_BEGINNING = 4;

/** What is left of a character that was cut within its escape. */
const CUT_ESCAPE = /^(?:[\\%&][\\%&#;\w]{0,15})?$/;

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
    .map(({ pieces }) => new RegExp(pieces.join(''), 'g'));
  return (text) => patterns.reduce((left, pattern) => left.replace(pattern, HIDDEN), text);
}

/** The same for a text that has been cut already: the beginning of a secret at its end goes too. */
export function hidingInCut(secrets: readonly string[]): Hide {
  const hide = hiding(secrets);
  const forms = secrets
    .filter(({ length }) => length >= SHORTEST)
    .flatMap(writtenForms)
    .map(({ pieces }) => pieces.map((piece) => new RegExp(piece, 'y')));
  return (text) => {
    const hidden = hide(text);
    const from = Math.min(...forms.map((form) => beginningAtEnd(hidden, form)));
    return from >= hidden.length ? hidden : hidden.slice(0, from) + HIDDEN;
  };
}

/** How an echo may write a secret. */
function writtenForms(secret: string): WrittenForm[] {
  const text = secret.toWellFormed();
  const latin1 = Buffer.from(text).toString('latin1');
  const encodedFirst = new Set([text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]);
  return [
    ...[...new Set([secret, text, latin1])].map(asWritten),
    ...[...encodedFirst].flatMap((form) => inBase64(Buffer.from(form))),
    ...(latin1 === text ? [] : inBase64(Buffer.from(text, 'latin1'))),
  ];
}

/** Where the beginning of a form begins that reaches the end of a text; Infinity where there is none. */
function beginningAtEnd(text: string, form: readonly RegExp[]): number {
  for (let from = 0; from < text.length; from++) {
    let at = from;
    let found = 0;
    for (const piece of form) {
      piece.lastIndex = at;
      if (!piece.test(text)) break;
      at = piece.lastIndex;
      found++;
    }
    if (found >= SHORTEST_BEGINNING && CUT_ESCAPE.test(text.slice(at))) return from;
  }
  return Number.POSITIVE_INFINITY;
}
