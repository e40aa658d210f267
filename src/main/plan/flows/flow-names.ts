import type { FlowSource, FlowText } from '../../../protocol/flow.ts';
import type { PlaceholderEncoding } from '../../../protocol/request.ts';
import { encoded } from '../../../requests/render.ts';
import { nearestTo } from '../../text/nearest.ts';
import { quoted } from '../../text/quoted.ts';
import {
  bareName,
  formOf,
  IS_RAW,
  nowMeaning,
  piecesOf,
  randomMeaning,
  unclosedIn,
} from '../requests/placeholders.ts';
import { lineAndColumn } from './places.ts';

const MOST_NAMED = 10;
/** Names that exist in iterations, but not in a run's setup and teardown. */
const OF_ITERATIONS = { n: 'number', vu: 'user', iteration: 'iteration' } as const;
const OF_ANSWERS = ['status', 'service'] as const;

/** What all parts of a plan share. */
export interface Given {
  readonly variables: ReadonlyMap<string, string>;
  /** Collects values from the environment. */
  readonly secrets: Set<string>;
}

/** Names that the steps of one part may use: those they set, and those set before. */
export class FlowNames {
  readonly #given: Given;
  readonly #before: FlowNames | null;
  readonly #ofIterationsAlone: ReadonlySet<string> | null;
  /** Null if the rows could not be read: then any name may be a column. */
  readonly #columns: ReadonlySet<string> | null;
  readonly #isOfIterations: boolean;
  readonly #sets = new Map<string, string>();
  readonly #used = new Set<string>();
  /** Names set by steps that have been read, or that may be done again before the one that is being read. */
  readonly #reached = new Set<string>();

  /** @param ofIterationsAlone columns that steps outside of iterations do not have, as users have no row of their own */
  constructor(
    given: Given,
    before: FlowNames | null,
    columns: ReadonlySet<string> | null,
    isOfIterations: boolean,
    ofIterationsAlone: ReadonlySet<string> | null = null,
  ) {
    this.#ofIterationsAlone = ofIterationsAlone;
    this.#given = given;
    this.#before = before;
    this.#columns = columns;
    this.#isOfIterations = isOfIterations;
  }

  /** Adds a name that a step sets, with its place; null if the name need not be used. */
  set(name: string, place: string | null): void {
    if (place === null) this.#used.add(name);
    if (!this.#sets.has(name)) this.#sets.set(name, place ?? '');
  }

  /** From here on, these names may have a value. */
  reach(names: Iterable<string>): void {
    for (const name of names) this.#reached.add(name);
  }

  /** Whether a step sets this name, here or before. */
  has(name: string): boolean {
    return this.#sets.has(name) || this.#before?.has(name) === true;
  }

  /** Whether expressions have this name for the last answer. */
  isOfAnswers(name: string): boolean {
    return (OF_ANSWERS as readonly string[]).includes(name);
  }

  /** Marks a name as used, wherever it was set. */
  use(name: string): void {
    if (this.#sets.has(name)) this.#used.add(name);
    else this.#before?.use(name);
  }

  /** Marks all names as used, for code that may use them unseen. */
  useAll(): void {
    for (const name of this.#sets.keys()) this.#used.add(name);
    this.#before?.useAll();
  }

  /** Names that are never used, with their places. */
  get unused(): readonly (readonly [name: string, place: string])[] {
    return [...this.#sets].filter(([name]) => !this.#used.has(name));
  }

  /** Names allowed in expressions. */
  get all(): string[] {
    const names = [
      ...this.#variables(),
      ...(this.#columns ?? []),
      ...this.#given.variables.keys(),
      ...(this.#isOfIterations ? Object.keys(OF_ITERATIONS) : []),
      ...OF_ANSWERS,
    ];
    return [...new Set(names)];
  }

  get areKnown(): boolean {
    return this.#columns !== null;
  }

  /** The source of a name in an expression; null if it is unknown. */
  sourceOf(name: string): FlowSource | null {
    if (this.#reached.has(name) || this.#before?.has(name) === true) {
      this.use(name);
      return { type: 'variable', name };
    }
    if (this.#columns?.has(name)) return { type: 'column', name };
    const value = this.#given.variables.get(name);
    if (value !== undefined) return { type: 'constant', value };
    if (this.#isOfIterations && Object.hasOwn(OF_ITERATIONS, name))
      return { type: OF_ITERATIONS[name as keyof typeof OF_ITERATIONS] };
    const type = OF_ANSWERS.find((one) => one === name);
    if (type !== undefined) return { type };
    // What is wrong with it is not that nothing uses it.
    this.#used.add(name);
    return this.areKnown ? null : { type: 'column', name };
  }

  /**
   * Parses the placeholders of a text; values that are the same for all iterations are filled in.
   *
   * @param problem called with what is wrong, as a clause
   */
  text(text: string, encoding: PlaceholderEncoding, problem: (advice: string) => void): FlowText {
    const parts: (string | Exclude<FlowText[number], string>)[] = [];
    const add = (part: FlowText[number]): void => {
      const last = parts.at(-1);
      if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
      else if (part !== '') parts.push(part);
    };
    const unclosed = unclosedIn(text);
    if (unclosed !== null) problem(unclosed);
    for (const piece of piecesOf(text)) {
      if (typeof piece === 'string') {
        add(piece);
        continue;
      }
      const own = IS_RAW.test(piece.name) ? 'raw' : encoding;
      const source = this.placeholder(bareName(piece.name), problem);
      if (source === null) continue;
      add(source.type === 'constant' ? encoded(source.value, own) : { source, encoding: own });
    }
    return parts;
  }

  /** The source of a placeholder, by the text between its braces; null if a problem has been reported. */
  placeholder(name: string, problem: (advice: string) => void): FlowSource | null {
    const found = this.sourceOf(name);
    const named = found?.type === 'status' || found?.type === 'service' ? null : found;
    if (named !== null && (this.areKnown || named.type !== 'column')) return named;
    const built = this.#builtIn(name, problem);
    if (built === undefined) return null;
    if (built !== null) return built;
    if (named !== null) return named;
    if (found !== null) {
      problem(
        `{{${name}}}: only expressions have the ${name} of the last answer${name === 'status' ? ': capture it, as in capture: { code: status }' : ''}.`,
      );
      return null;
    }
    // Of `n` alone there is another advice: it may be where there are no iterations.
    const form = name === 'n' || this.#sets.has(name) ? null : formOf(name);
    problem(form === null ? `{{${name}}}: ${this.whatThereIs(name)}` : `{{${name}}} ${form}`);
    return null;
  }

  /** Advice on a name that is never set. */
  whatThereIs(name: string): string {
    const later = this.#sets.get(name);
    if (later !== undefined && !this.#reached.has(name))
      return `${quoted(name)} is set by a later step${later === '' ? '' : ` (${lineAndColumn(later)})`}: use it after that step, or set it before.`;
    if (this.#ofIterationsAlone?.has(name))
      return `${quoted(name)} is a column of rows, and a user has a row of its own only with rows-mode: per-vu.`;
    const known = this.all.filter((one) => !(OF_ANSWERS as readonly string[]).includes(one));
    const nearest = nearestTo(name, known);
    if (nearest !== null) return `nothing sets ${quoted(name)}: did you mean ${nearest}?`;
    const shown = known.slice(0, MOST_NAMED).join(', ');
    const more = known.length > MOST_NAMED ? ` and ${known.length - MOST_NAMED} more` : '';
    return `nothing sets ${quoted(name)}: capture it in an earlier step, or give it as a column of rows or under variables${shown === '' ? '.' : `; there are ${shown}${more}.`}`;
  }

  /** Null if it is not a built-in, undefined if a problem has been reported. */
  #builtIn(name: string, problem: (advice: string) => void): FlowSource | null | undefined {
    const [word = '', ...rest] = name.split(/\s+/);
    switch (word) {
      case 'uuid':
        return rest.length === 0 ? { type: 'uuid' } : null;
      case 'now':
        return dynamic(nowMeaning(rest, 'raw'));
      case 'random':
        return dynamic(randomMeaning(rest, 'raw'));
      case 'env': {
        const [variable = ''] = rest;
        const value = process.env[variable];
        if (rest.length === 1 && value !== undefined) {
          this.#given.secrets.add(value);
          return { type: 'constant', value };
        }
        problem(
          `{{${name}}} names an environment variable that is not set: set it, or leave the placeholder out.`,
        );
        return undefined;
      }
      default:
        return null;
    }
  }

  #variables(): string[] {
    return [...this.#reached, ...(this.#before === null ? [] : this.#before.#everSet())];
  }

  #everSet(): string[] {
    return [...this.#sets.keys(), ...(this.#before === null ? [] : this.#before.#everSet())];
  }
}

function dynamic(meaning: ReturnType<typeof nowMeaning>): FlowSource | null {
  if (meaning === null || !('placeholder' in meaning)) return null;
  const { source } = meaning.placeholder;
  return source.type === 'now' || source.type === 'random' ? source : null;
}
