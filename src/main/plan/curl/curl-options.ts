import { STDIN } from '../../files/stdin.ts';
import type { Problems } from '../problems.ts';
import { ofCurl, phrase, type Words } from '../words.ts';
import { fromByteText } from './byte-text.ts';
import { configLinesOf } from './config-file.ts';
import { readCurlFile } from './curl-file.ts';
import { findLetter, findLong, type KnownOption } from './known-options.ts';
import type { CurlOptionName } from './option-names.ts';

const MOST_CANDIDATES = 4;
const MOST_FILES = 20;

export interface CurlOption {
  readonly name: CurlOptionName;
  /** A byte text; empty if the option takes no value. */
  readonly value: string;
  /** False with `--no-`. */
  readonly isOn: boolean;
}

/** The options of a curl command, in order. An argument that is not an option is a URL. */
export class CurlOptions {
  readonly list: readonly CurlOption[];
  /** Options that do not affect the request, as written. */
  readonly passedOver: readonly string[];
  /** The contents of the config files that were read. */
  readonly configFiles: readonly string[];
  /** False if a word was not understood: what follows it may then be anything. */
  readonly areUnderstood: boolean;
  /** False if a config file could not be read: it may have the URL. */
  readonly areAllThere: boolean;
  readonly #problems: Problems;

  /** @param words byte texts; a problem is noted for each option that is unknown, refused or incomplete */
  constructor(words: readonly string[], problems: Problems) {
    const before = problems.size;
    const { options, passedOver, configFiles, unread } = new OptionReader(words, problems);
    this.list = options;
    this.configFiles = configFiles;
    this.passedOver = [...new Set(passedOver)];
    this.areUnderstood = problems.size === before + unread;
    this.areAllThere = unread === 0;
    this.#problems = problems;
  }

  has(name: CurlOptionName): boolean {
    return this.last(name)?.isOn ?? false;
  }

  /** Values in order, as byte texts. */
  all(...names: readonly CurlOptionName[]): string[] {
    return this.list.filter(({ name }) => names.includes(name)).map(({ value }) => value);
  }

  /** The last occurrence of an option, which is the one that counts; undefined without one. */
  last(...names: readonly CurlOptionName[]): CurlOption | undefined {
    return this.list.findLast(({ name }) => names.includes(name));
  }

  /** The value that counts, as text; undefined without one, or if a problem has been noted. */
  text(name: CurlOptionName): string | undefined {
    const option = this.last(name);
    return option === undefined ? undefined : decoded(option, this.#problems);
  }

  /** All values as text; one that is not UTF-8 is left out, with a problem noted. */
  texts(name: CurlOptionName): string[] {
    return this.list
      .filter((option) => option.name === name)
      .flatMap((option) => decoded(option, this.#problems) ?? []);
  }
}

/** The value of an option as text; undefined, with a problem noted, if it is not UTF-8. */
export function decoded(
  { name, value }: Pick<CurlOption, 'name' | 'value'>,
  problems: Problems,
): string | undefined {
  const text = fromByteText(value);
  if (text === null) problems.add(phrase`${ofCurl(`--${name}`)}: give it as UTF-8 text.`);
  return text ?? undefined;
}

/** Reads the words of a command and the config files that it names. */
class OptionReader {
  readonly options: CurlOption[] = [];
  readonly passedOver: string[] = [];
  readonly configFiles: string[] = [];
  /** The number of config files that could not be read. */
  unread = 0;
  readonly #problems: Problems;
  /** The words after the current one. */
  #left: Iterator<string>;
  #filesRead = 0;

  constructor(words: readonly string[], problems: Problems) {
    this.#problems = problems;
    const all = words.values();
    this.#left = all;
    let areAllUrls = false;
    for (const word of all) {
      if (areAllUrls || word === '-' || !word.startsWith('-'))
        this.options.push({ name: 'url', value: word, isOn: true });
      else if (word === '--') areAllUrls = true;
      else this.#addOption(word);
    }
  }

  /** Returns whether the option is known. */
  #addOption(word: string): boolean {
    return word.startsWith('--') ? this.#addLong(word) : this.#addCluster(word.slice(1));
  }

  #addLong(word: string): boolean {
    const [, name = '', attached] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const found = findLong(name);
    if ('candidates' in found) this.#problems.add(unknown(`--${name}`, found.candidates));
    else if (attached === undefined) this.#add(`--${name}`, found.known, found.isOn, undefined);
    else {
      const option = ofCurl(`--${name}`);
      this.#problems.add(
        found.known.takesValue
          ? phrase`${option} has its value after a =, which curl does not accept: write a blank instead of the =.`
          : phrase`${option}: it takes no value.`,
      );
    }
    return !('candidates' in found);
  }

  #addCluster(letters: string): boolean {
    for (const [index, letter] of [...letters].entries()) {
      const found = findLetter(letter);
      if (found === null) {
        const [shown = letter] = fromByteText(letters.slice(index)) ?? letter;
        this.#problems.add(unknown(`-${shown}`, []));
        return false;
      }
      const rest = letters.slice(index + 1);
      const { known, isOn } = found;
      if (known.takesValue) {
        this.#add(`-${letter}`, known, isOn, rest === '' ? undefined : rest);
        return true;
      }
      this.#add(`-${letter}`, known, isOn, undefined);
    }
    return true;
  }

  /** Adds an option, with its attached value or the next word. */
  #add(written: string, known: KnownOption, isOn: boolean, attached: string | undefined): void {
    const { takesValue, refusal, understood } = known;
    const value = attached ?? (takesValue ? this.#left.next().value : '');
    if (value === undefined) this.#problems.add(phrase`${ofCurl(written)}: give a value after it.`);
    else if (refusal !== null && isOn) this.#problems.add(phrase`${ofCurl(written)}: ${refusal}`);
    else if (understood === 'config') this.#addFile(value);
    else if (understood !== null) this.options.push({ name: understood, value, isOn });
    else this.passedOver.push(written);
  }

  /** Inserts the options of a file in its place. */
  #addFile(path: string): void {
    const option = ofCurl('--config');
    if (path === STDIN) {
      this.#problems.add(phrase`${option} with stdin (-): name a file.`);
      return;
    }
    if (this.#filesRead++ === MOST_FILES)
      this.#problems.add(phrase`${option}: more than ${MOST_FILES} files: do they name each other?`);
    if (this.#filesRead > MOST_FILES) return;
    const behind = this.#left;
    const before = this.#problems.size;
    const text = readCurlFile('config', path, this.#problems);
    this.unread += this.#problems.size - before;
    this.configFiles.push(text);
    for (const line of configLinesOf(text)) {
      this.#left = (line.value === null ? [] : [line.value]).values();
      if (this.#addOption(line.option) && this.#left.next().done !== true)
        this.#problems.add(phrase`${ofCurl(fromByteText(line.option) ?? '--config')}: it takes no value.`);
    }
    this.#left = behind;
  }
}

function unknown(written: string, candidates: readonly string[]): Words {
  if (candidates.length > 1) {
    const shown = candidates.slice(0, MOST_CANDIDATES).map((name) => `--${name}`);
    const more = candidates.length > MOST_CANDIDATES ? ' and others' : '';
    return phrase`${ofCurl(written)}: several options begin like that (${shown.join(', ')}${more}): write it out.`;
  }
  return phrase`${ofCurl(written)}: volley does not know this option: leave it out, or use an option of volley.`;
}
