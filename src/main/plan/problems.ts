import { choiceSentence } from '../text/nearest.ts';
import { quoted } from '../text/quoted.ts';
import { parseCount, parseDurationMs } from './quantities.ts';

/** Collects what is wrong with the options, so that everything is reported at once. */
export class Problems {
  readonly #known = new Set<string>();
  readonly sentences: string[] = [];

  /** What holds for every request of a run is told once. */
  add(sentence: string): void {
    if (this.#known.has(sentence)) return;
    this.#known.add(sentence);
    this.sentences.push(sentence);
  }

  /** A whole number between two bounds, or null with a problem noted. */
  count(option: string, value: number | string, min: number, max: number): number | null {
    const count = typeof value === 'string' ? parseCount(value) : value;
    if (count !== null && Number.isSafeInteger(count) && count >= min && count <= max) return count;
    this.add(`${option} ${quoted(value)}: give a whole number from ${min} to ${max.toLocaleString('en')}.`);
    return null;
  }

  /** A duration in milliseconds between two bounds, or null with a problem noted. */
  durationMs(option: string, value: string, minMs: number, maxMs: number): number | null {
    const durationMs = typeof value === 'string' ? parseDurationMs(value) : null;
    if (durationMs !== null && durationMs >= minMs && durationMs <= maxMs) return durationMs;
    const bound = minMs > 0 ? 'more than zero' : 'zero or more';
    this.add(
      `${option} ${quoted(value)}: give a time such as 500ms, 10s, 2m or 1h, ${bound} and at most 168h.`,
    );
    return null;
  }

  /** One of several words, or null with a problem noted. */
  choice<T extends string>(option: string, value: string, choices: readonly T[]): T | null {
    const chosen = choices.find((choice) => choice === value);
    if (chosen !== undefined) return chosen;
    this.add(choiceSentence(option, value, choices));
    return null;
  }
}
