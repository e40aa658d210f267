import type { Problems } from '../problems.ts';
import { fromByteText } from './byte-text.ts';
import { type CurlOptionName, LETTERS, WITH_VALUE, WITHOUT_VALUE } from './option-names.ts';

export interface CurlOption {
  readonly name: CurlOptionName;
  /** A byte text; empty where the option takes none. */
  readonly value: string;
}

/** What the words behind `curl` say, in order. An argument that is no option is a URL. */
export class CurlOptions {
  readonly list: readonly CurlOption[];
  /** False where a word was not understood: what follows it may then be anything. */
  readonly areUnderstood: boolean;
  readonly #problems: Problems;

  /** Takes the words as byte texts; notes a problem for each option that is unknown, refused or incomplete. */
  constructor(words: readonly string[], problems: Problems) {
    const before = problems.sentences.length;
    this.list = readOptions(words, problems);
    this.areUnderstood = problems.sentences.length === before;
    this.#problems = problems;
  }

  has(name: CurlOptionName): boolean {
    return this.list.some((option) => option.name === name);
  }

  /** Values in order, as byte texts. */
  all(...names: readonly CurlOptionName[]): string[] {
    return this.list.filter(({ name }) => names.includes(name)).map(({ value }) => value);
  }

  /** The option that was given last, which is the one that counts; undefined where none was given. */
  last(...names: readonly CurlOptionName[]): CurlOption | undefined {
    return this.list.findLast(({ name }) => names.includes(name));
  }

  /** The value that counts, as text; undefined without one, or where a problem has been noted. */
  text(name: CurlOptionName): string | undefined {
    const option = this.last(name);
    return option === undefined ? undefined : decoded(option, this.#problems);
  }

  /** All values as text; one that is none is left out, with a problem noted. */
  texts(name: CurlOptionName): string[] {
    return this.list
      .filter((option) => option.name === name)
      .flatMap((option) => decoded(option, this.#problems) ?? []);
  }
}

/** The value of an option as text; undefined, with a problem noted, where it is not UTF-8. */
export function decoded({ name, value }: CurlOption, problems: Problems): string | undefined {
  const text = fromByteText(value);
  if (text === null) problems.add(`curl --${name}: give it as UTF-8 text.`);
  return text ?? undefined;
}

function readOptions(words: readonly string[], problems: Problems): CurlOption[] {
  const options: CurlOption[] = [];
  const left = words.values();
  let areAllUrls = false;

  /** Adds an option, with what is attached to it or else the next word. */
  function add(written: string, name: CurlOptionName, attached: string | undefined): void {
    const takesValue = isOneOf(WITH_VALUE, name);
    const value = attached ?? (takesValue ? left.next().value : '');
    if (value === undefined) problems.add(`curl ${written}: give a value after it.`);
    else if (attached !== undefined && !takesValue) problems.add(`curl ${written}: it takes no value.`);
    else if (name.startsWith('retry')) problems.add(`curl ${written}: volley does not retry: leave it out.`);
    else options.push({ name, value });
  }

  function addLong(word: string): void {
    const [, name = '', attached] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (isOneOf(WITH_VALUE, name) || isOneOf(WITHOUT_VALUE, name)) add(`--${name}`, name, attached);
    else problems.add(unknown(`--${name}`));
  }

  function addCluster(letters: string): void {
    for (const [index, letter] of [...letters].entries()) {
      const name = isLetter(letter) ? LETTERS[letter] : null;
      if (name === null) {
        problems.add(unknown(`-${letter}`));
        return;
      }
      const rest = letters.slice(index + 1);
      if (isOneOf(WITH_VALUE, name)) {
        add(`-${letter}`, name, rest === '' ? undefined : rest);
        return;
      }
      add(`-${letter}`, name, undefined);
    }
  }

  for (const word of left) {
    if (areAllUrls || word === '-' || !word.startsWith('-')) options.push({ name: 'url', value: word });
    else if (word === '--') areAllUrls = true;
    else if (word.startsWith('--')) addLong(word);
    else addCluster(word.slice(1));
  }
  return options;
}

function unknown(written: string): string {
  return `curl ${written}: this option is not known here: leave it out, or say it with an option of volley's.`;
}

function isLetter(letter: string): letter is keyof typeof LETTERS {
  return Object.hasOwn(LETTERS, letter);
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return (names as readonly string[]).includes(name);
}
