import { asWritten, inBase64, type WrittenForm } from './written-forms.ts';

/** Shorter texts would be found anywhere. */
const SHORTEST = 4;
const HIDDEN = '…';
/** A text that is cut may end with the beginning of a secret; less than this of one tells nothing. */
const SHORTEST_BEGINNING = 4;

/** Characters of a secret in one expression: to compile one for a whole token of some KB takes half a second. */
const LONGEST_PATTERN = 48;
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
  const found = [...known]
    .flatMap(writtenForms)
    .sort((a, b) => b.length - a.length)
    .map(hidingForm);
  return (text) => found.reduce((left, hide) => hide(left), text);
}

/** A long form is known by its beginning, and followed from there, part by part, as far as it goes. */
function hidingForm({ pieces }: WrittenForm): Hide {
  const beginning = new RegExp(pieces.slice(0, LONGEST_PATTERN).join(''), 'g');
  if (pieces.length <= LONGEST_PATTERN) return (text) => text.replace(beginning, HIDDEN);
  const rest = pieces.slice(LONGEST_PATTERN);
  return (text) => {
    let shown = '';
    let from = 0;
    beginning.lastIndex = 0;
    for (let match = beginning.exec(text); match !== null; match = beginning.exec(text)) {
      shown += text.slice(from, match.index) + HIDDEN;
      from = endOf(rest, text, beginning.lastIndex);
      beginning.lastIndex = from;
    }
    return shown + text.slice(from);
  };
}

/** Where the pieces end that stand one behind the other in a text. */
function endOf(pieces: readonly string[], text: string, from: number): number {
  let at = from;
  for (let done = 0; done < pieces.length; done += LONGEST_PATTERN) {
    const part = pieces.slice(done, done + LONGEST_PATTERN);
    const end = endOfMatch(part.join(''), text, at);
    if (end === null) return endOfPieces(part, text, at);
    at = end;
  }
  return at;
}

/** The same one by one, as far as they go. */
function endOfPieces(pieces: readonly string[], text: string, from: number): number {
  let at = from;
  for (const piece of pieces) {
    const end = endOfMatch(piece, text, at);
    if (end === null) break;
    at = end;
  }
  return at;
}

function endOfMatch(pattern: string, text: string, from: number): number | null {
  const expression = new RegExp(pattern, 'y');
  expression.lastIndex = from;
  return expression.test(text) ? expression.lastIndex : null;
}

/** The same for a text that has been cut already: the beginning of a secret at its end goes too. */
export function hidingInCut(secrets: readonly string[]): Hide {
  const hide = hiding(secrets);
  const forms = secrets
    .filter(({ length }) => length >= SHORTEST)
    .flatMap(writtenForms)
    .map(({ pieces }) => pieces);
  const compiled = new Map<string, RegExp>();
  const expressionOf = (piece: string): RegExp => {
    const known = compiled.get(piece) ?? new RegExp(piece, 'y');
    compiled.set(piece, known);
    return known;
  };
  return (text) => {
    const hidden = hide(text);
    const from = Math.min(...forms.map((form) => beginningAtEnd(hidden, form, expressionOf)));
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
function beginningAtEnd(
  text: string,
  form: readonly string[],
  expressionOf: (piece: string) => RegExp,
): number {
  for (let from = 0; from < text.length; from++) {
    let at = from;
    let found = 0;
    for (const piece of form) {
      const expression = expressionOf(piece);
      expression.lastIndex = at;
      if (!expression.test(text)) break;
      at = expression.lastIndex;
      found++;
    }
    if (found >= SHORTEST_BEGINNING && CUT_ESCAPE.test(text.slice(at))) return from;
  }
  return Number.POSITIVE_INFINITY;
}
