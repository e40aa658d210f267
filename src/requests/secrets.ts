import { asWritten, inBase64, type WrittenForm } from './written-forms.ts';

/** Shorter secrets are not hidden, as they would match anywhere. */
const SHORTEST = 4;
const HIDDEN = '…';
/** Cut text may end with the beginning of a secret; a beginning shorter than this reveals nothing. */
const SHORTEST_BEGINNING = 4;

/** Characters of a secret in one expression: compiling one for a whole token of a few KB takes half a second. */
const LONGEST_PATTERN = 48;
/** Errors often repeat the beginning of a token. */
const BEGINNING_OF_TOKEN = 12;
const LIKE_A_TOKEN = /^(?=.{0,11}\d)(?=.{0,11}[A-Za-z])[\w.~+/-]{12}[\w.~+/=-]{4,}$/;
/** The rest of a character that was cut within its escape. */
const CUT_ESCAPE = /^(?:[\\%&][\\%&#;\w]{0,15})?$/;

/** Removes secrets from a text. */
export type Hide = (text: string) => string;

type ExpressionOf = (pattern: string) => RegExp;

/** Leaves a text as it is. */
export const HIDE_NOTHING: Hide = (text) => text;

/**
 * Removes secrets from texts, in every encoding used by volley itself or by a server that echoes them. Must be applied
 * to a whole text, before it is cut. Very short secrets are left in.
 */
export function hiding(secrets: readonly string[]): Hide {
  const known = new Set(secrets.filter(({ length }) => length >= SHORTEST));
  if (known.size === 0) return HIDE_NOTHING;
  // Longest first, as one may be part of another. One expression each, as a combined one may be too large.
  const found = [...known]
    .flatMap(writtenForms)
    .sort((a, b) => b.length - a.length)
    .map(hidingForm);
  return (text) => found.reduce((left, hide) => hide(left), text);
}

/** Most texts have nothing of a form, so its expression is made only for one that may. */
function hidingForm(form: WrittenForm): Hide {
  const mark = markOf(form.pieces.slice(0, form.needed ?? LONGEST_PATTERN));
  let hide: Hide | null = null;
  return (text) => {
    if (!text.includes(mark)) return text;
    hide ??= hidingWith(form);
    return hide(text);
  };
}

/** What stands in each text that matches these pieces: the longest run of those that are a character as it is. */
function markOf(pieces: readonly string[]): string {
  const runs = pieces
    .map((piece) => (/^[A-Za-z0-9]$/.test(piece) ? piece : ' '))
    .join('')
    .split(' ');
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}

/** A long form is found by its beginning, and matched from there part by part as far as possible. */
function hidingWith({ pieces, needed = LONGEST_PATTERN }: WrittenForm): Hide {
  const beginning = new RegExp(pieces.slice(0, needed).join(''), 'g');
  if (pieces.length <= needed) return (text) => text.replace(beginning, HIDDEN);
  const rest = pieces.slice(needed);
  const expressionOf = keptExpressions();
  return (text) => {
    let shown = '';
    let from = 0;
    beginning.lastIndex = 0;
    for (let match = beginning.exec(text); match !== null; match = beginning.exec(text)) {
      shown += text.slice(from, match.index) + HIDDEN;
      from = endOf(rest, text, beginning.lastIndex, expressionOf);
      beginning.lastIndex = from;
    }
    return shown + text.slice(from);
  };
}

/** Compiles each pattern once: a long secret has few different characters. */
function keptExpressions(): ExpressionOf {
  const compiled = new Map<string, RegExp>();
  return (pattern) => {
    const known = compiled.get(pattern) ?? new RegExp(pattern, 'y');
    compiled.set(pattern, known);
    return known;
  };
}

/** The end of a sequence of pieces in a text, as far as they match. */
function endOf(pieces: readonly string[], text: string, from: number, expressionOf: ExpressionOf): number {
  let at = from;
  for (let done = 0; done < pieces.length; done += LONGEST_PATTERN) {
    const part = pieces.slice(done, done + LONGEST_PATTERN);
    const [end, isWhole] = endOfPieces(part, text, at, expressionOf);
    // A piece may have taken what the next one needs: together they find another way.
    const other = isWhole ? end : endOfMatch(new RegExp(part.join(''), 'y'), text, at);
    if (other === null) return end;
    at = other;
  }
  return at;
}

/** Piece by piece, and whether all of them match: expressions of single pieces are compiled once. */
function endOfPieces(
  pieces: readonly string[],
  text: string,
  from: number,
  expressionOf: ExpressionOf,
): readonly [end: number, isWhole: boolean] {
  let at = from;
  for (const piece of pieces) {
    const end = endOfMatch(expressionOf(piece), text, at);
    if (end === null) return [at, false];
    at = end;
  }
  return [at, true];
}

function endOfMatch(expression: RegExp, text: string, from: number): number | null {
  expression.lastIndex = from;
  return expression.test(text) ? expression.lastIndex : null;
}

/** Like `hiding`, but for text that is already cut: also removes the beginning of a secret at its end. */
export function hidingInCut(secrets: readonly string[]): Hide {
  const hide = hiding(secrets);
  const forms = secrets
    .filter(({ length }) => length >= SHORTEST)
    .flatMap(writtenForms)
    .map(({ pieces }) => pieces);
  const expressionOf = keptExpressions();
  return (text) => {
    const hidden = hide(text);
    const from = Math.min(...forms.map((form) => beginningAtEnd(hidden, form, expressionOf)));
    return from >= hidden.length ? hidden : hidden.slice(0, from) + HIDDEN;
  };
}

/** The ways in which an echo may write a secret. Of one that looks like a token, its beginning alone is hidden too. */
function writtenForms(secret: string): WrittenForm[] {
  const text = secret.toWellFormed();
  const latin1 = Buffer.from(text).toString('latin1');
  const encodedFirst = new Set([text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]);
  const needed = LIKE_A_TOKEN.test(secret) ? { needed: BEGINNING_OF_TOKEN } : {};
  return [
    ...[...new Set([secret, text, latin1])].map((form) => ({ ...asWritten(form), ...needed })),
    ...[...encodedFirst].flatMap((form) => inBase64(Buffer.from(form))),
    ...(latin1 === text ? [] : inBase64(Buffer.from(text, 'latin1'))),
  ];
}

/** Position where a text ends with the beginning of a form; Infinity if it does not. */
function beginningAtEnd(text: string, form: readonly string[], expressionOf: ExpressionOf): number {
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
