import { TOKEN } from '../../requests/header-text.ts';
import { cut, shownText, shownUrl } from '../text/quoted.ts';

/** An option in a sentence, before it is known how whoever reads the sentence writes it. */
export interface OptionWord {
  /** Its long name on the command line; `url` is the URL, wherever it is said. */
  readonly option: string;
  /** What stands in the sentence for it, however options are written. */
  readonly as?: string;
  /** Its name in the library where that does not follow from the option. */
  readonly name?: string;
  /** The name of the header that is meant, where the option is `header`. */
  readonly header?: string;
  /** Which request of the mix says it, where it is not said of all. */
  readonly request?: number;
  /** Where it stands in a plan file. */
  readonly place?: string;
}

/** A value in a sentence, as its writer gave it; shown in quotes. */
export interface ValueWord {
  readonly value: string;
}

export type Word = string | OptionWord | ValueWord;
/** A sentence for users, with options and values in it. */
export type Words = readonly Word[];

/** How an option is written, what a program calls it, and where it is said. */
export interface Spelling {
  readonly text: string;
  readonly name: string;
  readonly place?: string | undefined;
}

/** How options are written by whoever reads a sentence. */
export type Terms = (word: OptionWord) => Spelling;

/** A sentence: phrase`${the('rate')} ${given(rate)}: give …`. */
export function phrase(texts: TemplateStringsArray, ...parts: readonly (Word | Words | number)[]): Words {
  return texts.flatMap((text, index) => {
    const part = parts[index] ?? '';
    const known = typeof part === 'number' ? String(part) : part;
    return [text, ...(isWords(known) ? known : [known])].filter((word) => word !== '');
  });
}

/** @param as what stands in the sentence for it */
export function the(option: string, as?: string): OptionWord {
  return as === undefined ? { option } : { option, as };
}

/** An option of a curl command, as it is written there. */
export function ofCurl(written: string): OptionWord {
  return the('curl', `curl ${written}`);
}

/** The header that a line says; one without a name that can be shown is just a header. */
export function theHeader(line: string): OptionWord {
  const [name = ''] = line.split(':', 1);
  return line.includes(':') && TOKEN.test(name.trim())
    ? { option: 'header', header: name.trim() }
    : the('header');
}

export function given(value: unknown): ValueWord {
  return { value: cut(shownText(value)) };
}

/** A URL without a name and password. */
export function givenUrl(text: string): ValueWord {
  return given(shownUrl(text));
}

/** Several options in a row, with the same between them. */
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

/** A sentence in the terms of its reader. */
export function sentenceOf(sentence: Words, terms: Terms): string {
  return sentence
    .map((word) => {
      if (isOptionWord(word)) return terms(word).text;
      return isValueWord(word) ? `'${word.value}'` : word;
    })
    .join('');
}
