import type { Problem } from '../../protocol/errors.ts';
import { MS_PER_HOUR } from '../../protocol/units.ts';
import { choiceAdvice } from '../text/nearest.ts';
import { countMeant, inThousands, parseCount, parseDurationMs } from './quantities.ts';
import { WordedProblem } from './worded-problem.ts';
import { given, type OptionWord, phrase, the, type Words } from './words.ts';

/** A problem as it is collected: a sentence that names no option is plain text. */
export type Told = string | Problem;

/** Collects what is wrong with the options, so that everything is reported at once. */
export class Problems {
  readonly #known = new Set<string>();
  readonly list: WordedProblem[] = [];

  constructor(earlier: readonly Told[] = []) {
    for (const problem of earlier) this.add(problem);
  }

  /** Adds a problem; one that applies to every request of a run is added only once. */
  add(told: Told | Words): void {
    const problem = worded(told);
    if (this.#known.has(problem.key)) return;
    this.#known.add(problem.key);
    this.list.push(problem);
  }

  get size(): number {
    return this.list.length;
  }

  /** All problems in the terms of the command line. */
  get sentences(): string[] {
    return this.list.map(String);
  }

  /** A whole number between two bounds, or null with a problem noted. */
  count(name: string | OptionWord, value: number | string, min: number, max: number): number | null {
    const count = typeof value === 'string' ? parseCount(value) : value;
    if (count !== null && Number.isSafeInteger(count) && count >= min && count <= max) return count;
    const meant = typeof value === 'string' ? countMeant(value) : null;
    const bounds = `from ${min} to ${max.toLocaleString('en')}`;
    const example =
      meant === null || meant < min || meant > max ? '' : `, such as ${meant}${inThousands(meant)}`;
    this.add(phrase`${optionWord(name)} ${given(value)}: give a whole number ${bounds}${example}.`);
    return null;
  }

  /** A duration in milliseconds between two bounds, or null with a problem noted. A number is milliseconds. */
  durationMs(name: string, value: string | number, minMs: number, maxMs: number): number | null {
    const durationMs = typeof value === 'string' ? parseDurationMs(value) : value;
    if (durationMs !== null && durationMs >= minMs && durationMs <= maxMs) return durationMs;
    const bound = minMs > 0 ? 'more than zero' : 'zero or more';
    this.add(
      phrase`${the(name)} ${given(value)}: give a time such as 500ms, 10s, 2m or 1h, ${bound} and at most ${maxMs / MS_PER_HOUR}h.`,
    );
    return null;
  }

  /** One of several words, or null with a problem noted. */
  choice<T extends string>(name: string, value: string, choices: readonly T[]): T | null {
    const chosen = choices.find((choice) => choice === value);
    if (chosen !== undefined) return chosen;
    this.add(phrase`${the(name)} ${given(value)}: ${choiceAdvice(value, choices)}`);
    return null;
  }
}

function optionWord(name: string | OptionWord): OptionWord {
  return typeof name === 'string' ? the(name) : name;
}

function worded(told: Told | Words): WordedProblem {
  if (told instanceof WordedProblem) return told;
  if (typeof told === 'string') return new WordedProblem([told]);
  return new WordedProblem('message' in told ? [told.message] : told);
}
