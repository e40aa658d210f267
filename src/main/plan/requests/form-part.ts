import { isNameOfSecret } from '../../../requests/secret-names.ts';

/** The content of a form part: a text or a file. */
export interface PartContent {
  readonly source: 'text' | 'file';
  /** The text, or the path of the file. */
  readonly value: string;
  readonly type: string | null;
  readonly filename: string | null;
  /** Further header lines of the part; those with an `@` name files with header lines. */
  readonly headers: readonly string[];
  readonly encoder: string | null;
}

/** One `-F`, as curl reads it. */
export interface FormPart {
  readonly name: string;
  /** `@`: one or several files, separated by commas; `<`: text from a file; empty: a text. */
  readonly sign: '' | '@' | '<';
  readonly contents: readonly PartContent[];
}

/** Why a part cannot be read; `what` is shown in quotation marks. */
interface PartProblem {
  readonly what: string;
  readonly advice: string;
}

const BLANK = /[ \t\n\v\f\r]/;
const ATTRIBUTE = /(type|filename|headers|encoder)=/iy;
const BEHIND_TYPE = /(filename|headers|encoder)=/iy;
const TYPE = /[^/ ]{1,127}\/[^;, \n]{1,127}/y;

/**
 * Reads `name=content;attribute=…` by curl's rules: quotation marks at the beginning of a value enclose everything
 * up to the next one, with `\"` and `\\` as escapes; a type includes its own parameters. What curl would drop
 * with a warning is a problem.
 */
export function readFormPart(field: string): FormPart | PartProblem {
  const equals = field.indexOf('=');
  if (equals < 0)
    return { what: withoutSecret(field), advice: 'give it as name=text, name=@file or name=<file.' };
  const name = field.slice(0, equals);
  const content = field.slice(equals + 1);
  if (content.startsWith('(') || field === '=)')
    return { what: name, advice: 'nested parts cannot be sent: put the text in quotation marks.' };
  const sign = content.startsWith('@') ? '@' : content.startsWith('<') ? '<' : '';
  const scanner = new Scanner(sign === '' ? content : content.slice(1), sign === '@' ? ',' : null);
  const contents: PartContent[] = [];
  try {
    do contents.push(contentIn(scanner, sign));
    while (scanner.skip(','));
  } catch (error) {
    if (error instanceof Unreadable) return { what: name, advice: error.message };
    throw error;
  }
  return { name, sign, contents };
}

/** What stands in the place of `=` may be followed by a password. */
function withoutSecret(field: string): string {
  const sign = field.search(/[:\s]/);
  return sign > 0 && isNameOfSecret(field.slice(0, sign)) ? `${field.slice(0, sign + 1)}…` : field;
}

class Unreadable extends Error {}

function contentIn(scanner: Scanner, sign: FormPart['sign']): PartContent {
  const value = scanner.word();
  const found: { type: string | null; filename: string | null; encoder: string | null; headers: string[] } = {
    type: null,
    filename: null,
    encoder: null,
    headers: [],
  };
  let isInType = false;
  while (scanner.skip(';')) {
    scanner.skipBlanks();
    const attribute = scanner.match(isInType ? BEHIND_TYPE : ATTRIBUTE);
    if (attribute === null && isInType) {
      found.type = scanner.moreOfType();
      continue;
    }
    isInType = false;
    switch (attribute?.slice(0, -1).toLowerCase()) {
      case 'type':
        scanner.skipBlanks();
        found.type = scanner.type();
        isInType = true;
        break;
      case 'filename':
        if (sign === '<')
          throw new Unreadable('a text that is read from a file has no filename: leave it out.');
        found.filename = scanner.word();
        break;
      case 'headers': {
        const isFile = scanner.skip('@') || scanner.skip('<');
        found.headers.push(`${isFile ? '@' : ''}${scanner.word()}`);
        break;
      }
      case 'encoder':
        found.encoder = scanner.word();
        break;
      default:
        if (!scanner.isAtSeparator)
          throw new Unreadable(
            'what follows a ; is neither type, filename, headers nor encoder: put quotation marks around a value with a ; in it.',
          );
    }
  }
  return { source: sign === '' ? 'text' : 'file', value, ...found };
}

/** Reads the text after the name; a word ends before a `;`, or before the separator of files. */
class Scanner {
  readonly #text: string;
  readonly #separator: string | null;
  #at = 0;
  #typeFrom = 0;

  constructor(text: string, separator: string | null) {
    this.#text = text;
    this.#separator = separator;
  }

  get isAtSeparator(): boolean {
    const next = this.#text[this.#at];
    return next === undefined || next === ';' || next === this.#separator;
  }

  skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    if (character === ',' && this.#separator !== ',') return false;
    this.#at++;
    return true;
  }

  skipBlanks(): void {
    while (BLANK.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    this.#at += found?.length ?? 0;
    return found;
  }

  type(): string {
    this.#typeFrom = this.#at;
    if (this.match(TYPE) === null)
      throw new Unreadable('a type is two words with a / between them, such as text/plain.');
    return this.moreOfType();
  }

  /** The type up to the next separator, with its parameters so far. */
  moreOfType(): string {
    while (!this.isAtSeparator) this.#at++;
    return this.#text.slice(this.#typeFrom, this.#at).trimEnd();
  }

  word(): string {
    this.skipBlanks();
    const quoted = this.#text[this.#at] === '"' ? this.#quoted() : null;
    if (quoted !== null) return quoted;
    const from = this.#at;
    while (!this.isAtSeparator) this.#at++;
    return this.#text.slice(from, this.#at).replace(/[ \t\n\v\f\r]+$/, '');
  }

  /** Null if the quotation mark is not closed: then it is an ordinary character. */
  #quoted(): string | null {
    const inner = /"((?:\\[\\"]|[^"])*)"/y;
    inner.lastIndex = this.#at;
    const match = inner.exec(this.#text);
    if (match === null) return null;
    this.#at = inner.lastIndex;
    this.skipBlanks();
    if (!this.isAtSeparator)
      throw new Unreadable(
        'there is text after a closing quotation mark: put all of the value between the two.',
      );
    return (match[1] ?? '').replace(/\\([\\"])/g, '$1');
  }
}
