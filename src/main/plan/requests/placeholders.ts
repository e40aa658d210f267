import { nodeCrypto } from '../../../machine/crypto.ts';
import type { BodyTemplate, Placeholder, PlaceholderEncoding, Template } from '../../../protocol/request.ts';
import { shown } from '../../../requests/invalid-request.ts';
import { encoded } from '../../../requests/render.ts';
import { noteVariable } from '../../files/input-files.ts';
import { nearestTo } from '../../text/nearest.ts';
import type { Problems } from '../problems.ts';
import { type OptionWord, phrase, type Words } from '../words.ts';

const OPEN = '{{';
const CLOSE = '}}';
const RAW = 'raw';
export const IS_RAW = /^raw\s/;
const BUILT_IN = 'n, uuid, random 1 6, now, now ms, now s and env NAME';
const HIGHEST_RANDOM = 2 ** 48;
const TOKEN_GROUPS = 2;
const GROUP = 1_000_000_000;
const INDEX_DIGITS = 7;
const MOST_PLACEHOLDERS = 10 ** INDEX_DIGITS;
/** Limit on reported unknown placeholders, and on suggested names. */
const MOST_NAMED = 10;
/** What stands for a placeholder that has been reported: it fits wherever one may be, so no more is said of it. */
const REPORTED = '1';
/** The beginning of a placeholder that is not closed, no further than a name may go. */
const UNCLOSED = /^\{\{[ \w.-]{0,30}/;

/** A value filled in for each request, or a constant text such as that of a variable. */
type Meaning = { readonly placeholder: Placeholder } | { readonly text: string };

interface Marked {
  readonly original: string;
  readonly meaning: Meaning;
}

/** The names that placeholders may use. */
interface Names {
  /** Collects values from the environment. */
  readonly secrets: Set<string>;
  /** Collects the variables that are used. */
  readonly used?: Set<string>;
  /** Collects the columns that are used. */
  readonly usedColumns?: Set<string>;
  /** False if the rows could not be read: then any name may be a column. */
  readonly areKnown: boolean;
  /** Columns of the rows with their positions; null without rows. */
  readonly columns: ReadonlyMap<string, number> | null;
  readonly variables: ReadonlyMap<string, string>;
}

/** What to say of one of volley's own placeholders that has something else after its name. */
const FORMS: Readonly<Record<string, string>> = {
  n: 'takes nothing after its name: {{n}}.',
  uuid: 'takes nothing after its name: {{uuid}}.',
  now: 'can be {{now}}, {{now ms}} or {{now s}}.',
  random: 'needs two whole numbers, the lower one first: {{random 1 6}}.',
};

/** How a built-in has to be written whose name a placeholder begins with; null if it begins with another. */
export function formOf(name: string): string | null {
  const [first = ''] = name.split(/\s+/);
  return Object.hasOwn(FORMS, first) ? (FORMS[first] ?? null) : null;
}

/**
 * Replaces placeholders by tokens, so that a request can be read, checked and encoded like
 * ordinary text; a token is a number, which no encoding changes. Texts with tokens then become templates.
 */
export class Placeholders {
  readonly #names: Names;
  readonly #problems: Problems;
  readonly #marked: Marked[] = [];
  #unknown = 0;
  /** What every token begins with, so that no text contains one by chance; empty without a placeholder. */
  #stem = '';
  #token: RegExp | null = null;

  constructor(names: Names, problems: Problems) {
    this.#names = names;
    this.#problems = problems;
  }

  /** Puts a token in place of each placeholder; notes a problem for each unknown one. */
  mark(text: string, option: OptionWord | Words, encoding: PlaceholderEncoding): string {
    return piecesOf(text)
      .map((piece) =>
        typeof piece === 'string'
          ? this.#refuseUnclosed(piece, option)
          : this.#markOne(piece, option, encoding),
      )
      .join('');
  }

  #refuseUnclosed(text: string, option: OptionWord | Words): string {
    const unclosed = unclosedIn(text);
    if (unclosed === null) return text;
    this.#report(() => phrase`${option}: ${unclosed}`);
    const at = text.indexOf(OPEN);
    // What follows may be its name.
    return text.slice(0, at) + this.#tokenOf({ original: text.slice(at), meaning: { text: REPORTED } });
  }

  #report(words: () => Words): void {
    if (this.#unknown++ < MOST_NAMED) this.#problems.add(words());
  }

  #markOne({ original, name }: Found, option: OptionWord | Words, encoding: PlaceholderEncoding): string {
    const isRaw = IS_RAW.test(name);
    const means = isRaw ? 'raw' : encoding;
    // Read on as a column where any name may be one: else more would be said of what is not wrong.
    const meaning =
      this.#meaningOf(bareName(name), means) ?? (this.#names.areKnown ? null : columnMeaning(0, means));
    if (meaning === null) {
      this.#report(() => phrase`${option}: ${shown(original)} ${this.#whatThereIs(name)}`);
      return this.#tokenOf({ original, meaning: { text: REPORTED } });
    }
    if (this.#marked.length === MOST_PLACEHOLDERS) {
      this.#problems.add(
        phrase`${option}: there are more than ${MOST_PLACEHOLDERS.toLocaleString('en')} placeholders.`,
      );
      return original;
    }
    return this.#tokenOf({ original, meaning });
  }

  #tokenOf(marked: Marked): string {
    if (this.#token === null) this.#drawStem();
    this.#marked.push(marked);
    return this.#stem + String(this.#marked.length - 1).padStart(INDEX_DIGITS, '0');
  }

  /** The text as it was given. */
  shown(text: string): string {
    return this.#pieces(text)
      .map((piece) => (typeof piece === 'string' ? piece : piece.original))
      .join('');
  }

  /** The text with its constants filled in; null if something remains to be filled in for each request. */
  constant(text: string): string | null {
    const template = this.template(text);
    return template.every((part) => typeof part === 'string') ? template.join('') : null;
  }

  template(text: string): Template {
    return this.#pieces(text).map((piece) => {
      if (typeof piece === 'string') return piece;
      return 'text' in piece.meaning ? piece.meaning.text : piece.meaning.placeholder;
    });
  }

  /** The same for a body; tokens are found in its bytes. */
  bodyTemplate(body: Uint8Array): BodyTemplate {
    return this.template(Buffer.from(body).toString('latin1')).map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : part,
    );
  }

  #drawStem(): void {
    const { randomInt } = nodeCrypto();
    const digits = Array.from({ length: TOKEN_GROUPS }, () =>
      String(randomInt(GROUP)).padStart(String(GROUP).length - 1, '0'),
    );
    this.#stem = `4${digits.join('')}`;
    this.#token = new RegExp(`${this.#stem}(\\d{${INDEX_DIGITS}})`);
  }

  #pieces(text: string): (string | Marked)[] {
    if (this.#token === null) return [text];
    return text.split(this.#token).map((piece, index) => {
      const marked = index % 2 === 1 ? this.#marked[Number(piece)] : undefined;
      return marked ?? piece;
    });
  }

  #meaningOf(name: string, encoding: PlaceholderEncoding): Meaning | null {
    const column = this.#names.columns?.get(name);
    if (column !== undefined) {
      this.#names.usedColumns?.add(name);
      return columnMeaning(column, encoding);
    }
    const variable = this.#names.variables.get(name);
    if (variable !== undefined) {
      this.#names.used?.add(name);
      return { text: encoded(variable, encoding) };
    }
    const [word = '', ...rest] = name.split(/\s+/);
    switch (word) {
      case 'n':
        return rest.length === 0 ? { placeholder: { source: { type: 'number' }, encoding } } : null;
      case 'uuid':
        return rest.length === 0 ? { placeholder: { source: { type: 'uuid' }, encoding } } : null;
      case 'now':
        return nowMeaning(rest, encoding);
      case 'random':
        return randomMeaning(rest, encoding);
      case 'env':
        return this.#environmentMeaning(rest, encoding);
      default:
        return null;
    }
  }

  #environmentMeaning(
    [name = '', ...more]: readonly string[],
    encoding: PlaceholderEncoding,
  ): Meaning | null {
    const value = process.env[name];
    if (more.length > 0 || value === undefined) return null;
    this.#names.secrets.add(value);
    noteVariable(name);
    return { text: encoded(value, encoding) };
  }

  #whatThereIs(name: string): string {
    if (/^(?:raw\s+)?env\s+\S+$/.test(name))
      return 'names an environment variable that is not set: set it, or leave the placeholder out.';
    const form = formOf(bareName(name));
    if (form !== null) return form;
    const { columns, variables } = this.#names;
    const all = [...(columns?.keys() ?? []), ...variables.keys()];
    const nearest = nearestTo(bareName(name), all);
    if (nearest !== null) return `is not a placeholder: did you mean {{${nearest}}}?`;
    const known = [
      ...all.slice(0, MOST_NAMED),
      ...(all.length > MOST_NAMED ? [`${all.length - MOST_NAMED} more`] : []),
    ];
    const own = known.length === 0 ? '' : `choose from ${known.join(', ')}, or from `;
    return `is not a placeholder: ${own}${own === '' ? 'there are ' : ''}${BUILT_IN}${columns === null ? '; columns come with a file of rows' : ''}.`;
  }
}

function columnMeaning(column: number, encoding: PlaceholderEncoding): Meaning {
  return { placeholder: { source: { type: 'column', column }, encoding } };
}

/** The positions of columns by name. */
export function placesOf(columns: readonly string[] | null): ReadonlyMap<string, number> | null {
  return columns === null ? null : new Map(columns.map((name, place) => [name, place]));
}

/** The names of the placeholders in a text. */
export function placeholderNames(text: string): string[] {
  return piecesOf(text).flatMap((piece) => (typeof piece === 'string' ? [] : [bareName(piece.name)]));
}

/** The environment variables that placeholders in a text name. */
export function environmentNames(text: string): string[] {
  return placeholderNames(text).flatMap((name) => /^env\s+(\S+)$/.exec(name)?.[1] ?? []);
}

/** The name in a placeholder, without `raw`, which turns its encoding off. */
export function bareName(name: string): string {
  return IS_RAW.test(name) ? name.slice(RAW.length).trimStart() : name;
}

/** A placeholder in a text, as written. */
interface Found {
  readonly original: string;
  /** Without braces and surrounding blanks. */
  readonly name: string;
}

/** What to say of a placeholder that is not closed; null if there is none. */
export function unclosedIn(text: string): string | null {
  const last = piecesOf(text).at(-1);
  const at = typeof last === 'string' ? last.indexOf(OPEN) : -1;
  if (typeof last !== 'string' || at < 0) return null;
  const found = (UNCLOSED.exec(last.slice(at))?.[0] ?? OPEN).trimEnd();
  return `${shown(found)} is not closed: write }} after the name. Two braces as text can be the value of a variable.`;
}

/** Splits a text at its placeholders, always in linear time; braces that are not closed are in the last text. */
export function piecesOf(text: string): (string | Found)[] {
  const pieces: (string | Found)[] = [];
  let at = 0;
  for (;;) {
    const from = text.indexOf(OPEN, at);
    const to = from < 0 ? -1 : text.indexOf(CLOSE, from + OPEN.length);
    if (to < 0) return [...pieces, text.slice(at)];
    pieces.push(text.slice(at, from));
    at = to + CLOSE.length;
    pieces.push({ original: text.slice(from, at), name: text.slice(from + OPEN.length, to).trim() });
  }
}

export function nowMeaning(
  [unit = 'iso', ...more]: readonly string[],
  encoding: PlaceholderEncoding,
): Meaning | null {
  if (more.length > 0 || (unit !== 'iso' && unit !== 'ms' && unit !== 's')) return null;
  return { placeholder: { source: { type: 'now', unit }, encoding } };
}

export function randomMeaning(
  [fromText = '', toText = '', ...more]: readonly string[],
  encoding: PlaceholderEncoding,
): Meaning | null {
  const [from, to] = [fromText, toText].map((text) => (/^-?\d+$/.test(text) ? Number(text) : Number.NaN));
  if (more.length > 0 || from === undefined || to === undefined) return null;
  return from <= to && to - from < HIGHEST_RANDOM
    ? { placeholder: { source: { type: 'random', from, to }, encoding } }
    : null;
}
