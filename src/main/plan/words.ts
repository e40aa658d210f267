import { TOKEN } from '../../requests/header-text.ts';
import { cut, shownText, shownUrl } from '../text/quoted.ts';

/** An option in a sentence, before the reader's way of writing options is known. */
export interface OptionWord {
  /** Its long name on the command line; `url` for the URL, wherever it is given. */
  readonly option: string;
  /** Fixed text for it in the sentence, however options are written. */
  readonly as?: string;
  /** Its name in the library, if that does not follow from the option. */
  readonly name?: string;
  /** The name of the header, if the option is `header`. */
  readonly header?: string;
  /** Index of the request of the mix that sets it; without one it applies to all. */
  readonly request?: number;
  /** Its place in a plan file. */
  readonly place?: string;
}

/** A value in a sentence as the user gave it; shown in quotes. */
export interface ValueWord {
  readonly value: string;
}

export type Word = string | OptionWord | ValueWord;
/** A sentence for users that contains options and values. */
export type Words = readonly Word[];

/** How an option is written, its name for programs, and its place. */
interface Spelling {
  readonly text: string;
  readonly name: string;
  readonly place?: string | undefined;
}

/** How options are written for the reader of a sentence. */
export type Terms = (word: OptionWord) => Spelling;

/** Builds a sentence: phrase`${the('rate')} ${given(rate)}: give …`. */
export function phrase(texts: TemplateStringsArray, ...parts: readonly (Word | Words | number)[]): Words {
  return texts.flatMap((text, index) => {
    const part = parts[index] ?? '';
    const known = typeof part === 'number' ? String(part) : part;
    return [text, ...(isWords(known) ? known : [known])].filter((word) => word !== '');
  });
}

/** @param as fixed text for it in the sentence */
export function the(option: string, as?: string): OptionWord {
  return as === undefined ? { option } : { option, as };
}

/** An option of a curl command, as written there. */
export function ofCurl(written: string): OptionWord {
  return the('curl', `curl ${written}`);
}

/** The header in a line; without a name that can be shown it is just a header. */
export function theHeader(line: string): OptionWord {
  const [name = ''] = line.split(':', 1);
  return line.includes(':') && TOKEN.test(name.trim())
    ? { option: 'header', header: name.trim() }
    : the('header');
}

export function given(value: unknown): ValueWord {
  return { value: cut(shownText(value)) };
}

/** A URL without user name and password. */
export function givenUrl(text: string): ValueWord {
  return given(shownUrl(text));
}

/** Several options with a separator between them. */
export function listed(options: readonly OptionWord[], between: string): Words {
  return options.flatMap((word, index) => (index === 0 ? [word] : [between, word]));
}

export function isOptionWord(word: Word): word is OptionWord {
  return typeof word === 'object' && 'option' in word;
}

export function isValueWord(word: Word): word is ValueWord {
  return typeof word === 'object' && 'value' in word;
}

function isWords(part: Word | Words): part is Words {
  return Array.isArray(part);
}

/** A sentence in its reader's terms. */
export function sentenceOf(sentence: Words, terms: Terms): string {
  return sentence
    .map((word) => {
      if (isOptionWord(word)) return terms(word).text;
      return isValueWord(word) ? `'${word.value}'` : word;
    })
    .join('');
}
