import type { Problems } from '../problems.ts';
import { ofCurl, phrase, type Words } from '../words.ts';
import { fromByteText } from './byte-text.ts';
import { findLetter, findLong, type KnownOption } from './known-options.ts';
import type { CurlOptionName } from './option-names.ts';

const MOST_CANDIDATES = 4;

export interface CurlOption {
  readonly name: CurlOptionName;
  /** A byte text; empty where the option takes none. */
  readonly value: string;
  /** False behind `--no-`. */
  readonly isOn: boolean;
}

/** What the words behind `curl` say, in order. An argument that is no option is a URL. */
export class CurlOptions {
  readonly list: readonly CurlOption[];
  /** Options that change nothing in the request, as they are written. */
  readonly passedOver: readonly string[];
  /** False where a word was not understood: what follows it may then be anything. */
  readonly areUnderstood: boolean;
  readonly #problems: Problems;

  /** Takes the words as byte texts; notes a problem for each option that is unknown, refused or incomplete. */
  constructor(words: readonly string[], problems: Problems) {
    const before = problems.size;
    const { options, passedOver } = readOptions(words, problems);
    this.list = options;
    this.passedOver = [...new Set(passedOver)];
    this.areUnderstood = problems.size === before;
    this.#problems = problems;
  }

  has(name: CurlOptionName): boolean {
    return this.last(name)?.isOn ?? false;
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
export function decoded(
  { name, value }: Pick<CurlOption, 'name' | 'value'>,
  problems: Problems,
): string | undefined {
  const text = fromByteText(value);
  if (text === null) problems.add(phrase`${ofCurl(`--${name}`)}: give it as UTF-8 text.`);
  return text ?? undefined;
}

function readOptions(
  words: readonly string[],
  problems: Problems,
): { options: CurlOption[]; passedOver: string[] } {
  const options: CurlOption[] = [];
  const passedOver: string[] = [];
  const left = words.values();
  let areAllUrls = false;

  /** Adds an option, with what is attached to it or else the next word. */
  function add(written: string, known: KnownOption, isOn: boolean, attached: string | undefined): void {
    const { takesValue, refusal, understood } = known;
    const value = attached ?? (takesValue ? left.next().value : '');
    if (value === undefined) problems.add(phrase`${ofCurl(written)}: give a value after it.`);
    else if (attached !== undefined && !takesValue)
      problems.add(phrase`${ofCurl(written)}: it takes no value.`);
    else if (refusal !== null && isOn) problems.add(phrase`${ofCurl(written)}: ${refusal}`);
    else if (understood !== null) options.push({ name: understood, value, isOn });
    else passedOver.push(written);
  }

  function addLong(word: string): void {
    const [, name = '', attached] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const found = findLong(name);
    if ('candidates' in found) problems.add(unknown(`--${name}`, found.candidates));
    else add(`--${name}`, found.known, found.isOn, attached);
  }

  function addCluster(letters: string): void {
    for (const [index, letter] of [...letters].entries()) {
      const found = findLetter(letter);
      if (found === null) {
        const [shown = letter] = fromByteText(letters.slice(index)) ?? letter;
        problems.add(unknown(`-${shown}`, []));
        return;
      }
      const rest = letters.slice(index + 1);
      const { known, isOn } = found;
      if (known.takesValue) {
        add(`-${letter}`, known, isOn, rest === '' ? undefined : rest);
        return;
      }
      add(`-${letter}`, known, isOn, undefined);
    }
  }

  for (const word of left) {
    if (areAllUrls || word === '-' || !word.startsWith('-'))
      options.push({ name: 'url', value: word, isOn: true });
    else if (word === '--') areAllUrls = true;
    else if (word.startsWith('--')) addLong(word);
    else addCluster(word.slice(1));
  }
  return { options, passedOver };
}

function unknown(written: string, candidates: readonly string[]): Words {
  if (candidates.length > 1) {
    const shown = candidates.slice(0, MOST_CANDIDATES).map((name) => `--${name}`);
    const more = candidates.length > MOST_CANDIDATES ? ' and others' : '';
    return phrase`${ofCurl(written)}: several options begin like that (${shown.join(', ')}${more}): write it out.`;
  }
  return phrase`${ofCurl(written)}: this option is not known here: leave it out, or say it with an option of volley's.`;
}
