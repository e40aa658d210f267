import { type Problem, VolleyError } from '../../protocol/errors.ts';
import { visibleLines } from '../../requests/visible.ts';
import { commandLineTerms } from './terms.ts';
import { isOptionWord, isValueWord, sentenceOf, type Terms, type Word, type Words } from './words.ts';

/** A problem that can be expressed in its reader's terms; initially in those of the command line. */
export class WordedProblem implements Problem {
  readonly option: string | null;
  readonly value: string | null;
  readonly advice: string;
  declare readonly place?: string;
  readonly message: string;
  readonly #words: Words;

  constructor(words: Words, terms: Terms = commandLineTerms) {
    const [first, ...rest] = words;
    const subject = first !== undefined && isOptionWord(first) ? first : null;
    const [value, behind] = subject === null ? [null, words] : valueIn(rest);
    const text = visibleLines(sentenceOf(words, terms));
    const [place] = words.filter(isOptionWord).flatMap((word) => terms(word).place ?? []);
    this.#words = words;
    this.option = subject === null ? null : terms(subject).name;
    this.value = value;
    this.advice = visibleLines(sentenceOf(behind, terms)).replace(/^:? /, '');
    if (place !== undefined) this.place = place;
    this.message = place === undefined ? text : `${place}: ${text}`;
  }

  /** Identifies what it says and about which request: problems with the same key are equal. */
  get key(): string {
    return JSON.stringify(this.#words);
  }

  /** The same problem in other terms. */
  inTerms(terms: Terms): WordedProblem {
    return new WordedProblem(this.#words, terms);
  }

  /** The same problem with each of its words replaced. */
  with(change: (word: Word) => Word): WordedProblem {
    return new WordedProblem(this.#words.map(change));
  }

  toString(): string {
    return this.message;
  }
}

/** The error with each of its problems replaced; any other error as it is. */
export function withProblems(error: unknown, change: (problem: WordedProblem) => WordedProblem): unknown {
  if (!(error instanceof VolleyError)) return error;
  return new VolleyError(
    error.code,
    error.problems.map((problem) => (problem instanceof WordedProblem ? change(problem) : problem)),
  );
}

/** The value after an option, and the rest of the sentence. */
function valueIn(rest: Words): [value: string | null, behind: Words] {
  const [blank, value, ...behind] = rest;
  return blank === ' ' && value !== undefined && isValueWord(value) ? [value.value, behind] : [null, rest];
}
