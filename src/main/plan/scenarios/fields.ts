import { choiceAdvice, meantOrOneOf, nearestTo } from '../../text/nearest.ts';
import { quoted } from '../../text/quoted.ts';
import { parseDurationMs } from '../quantities.ts';

const LONGEST_MS = 168 * 3_600_000;

/** What to do about a field, where these are known. */
export type AdviceOnField = (field: string, known: readonly string[]) => string;

/** Reads the fields of an object made by user code, and collects what is wrong with them. */
export class Fields {
  /** The object's name in problems: `scenarios.shop.load`; empty if its fields are named alone. */
  readonly name: string;
  /** Whether there is an object at all; that there is none is reported. */
  readonly isObject: boolean;
  readonly #values: Record<string, unknown>;
  readonly #problems: string[];

  /**
   * @param known the allowed fields; any other is reported
   * @param adviceOn advice on one that is like none of them
   */
  constructor(
    name: string,
    value: unknown,
    known: readonly string[],
    problems: string[],
    adviceOn: AdviceOnField = meantOrOneOf,
  ) {
    this.name = name;
    this.#problems = problems;
    this.isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    const given = this.isObject ? (value as Record<string, unknown>) : {};
    if (!this.isObject) problems.push(`${name} ${quoted(value)}: give an object.`);
    this.#values = { ...given };
    for (const field of Object.keys(given)) {
      if (known.includes(field) || given[field] === undefined) continue;
      const meant = nearestTo(field, known);
      const advice = (meant === null ? adviceOn : meantOrOneOf)(field, known);
      problems.push(`${this.nameOf(field)}: there is no such field: ${advice}`);
      // The unknown field is reported, and not that the field that was meant is missing.
      if (meant !== null) this.#values[meant] ??= given[field];
    }
  }

  has(field: string): boolean {
    return this.#values[field] !== undefined;
  }

  value(field: string): unknown {
    return this.#values[field];
  }

  problem(field: string, advice: string): void {
    const given = this.has(field) ? ` ${quoted(this.value(field))}` : '';
    this.#problems.push(`${this.nameOf(field)}${given}: ${advice}${advice.endsWith('?') ? '' : '.'}`);
  }

  count(field: string, least: number, most: number, otherwise?: number): number {
    const value = this.value(field) ?? otherwise;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    this.problem(field, `give a whole number from ${least} to ${most.toLocaleString('en')}`);
    return least;
  }

  /** Reads a duration in milliseconds. */
  duration(field: string, leastMs: number, otherwiseMs?: number): number {
    const value = this.value(field);
    if (value === undefined && otherwiseMs !== undefined) return otherwiseMs;
    const ms = typeof value === 'number' ? value : parseDurationMs(String(value));
    if (ms !== null && Number.isFinite(ms) && ms >= leastMs && ms <= LONGEST_MS) return ms;
    this.problem(
      field,
      `give a time such as '30s' or '2m'${leastMs > 0 ? '' : ', or 0'}; a number is milliseconds`,
    );
    return leastMs;
  }

  choice<T extends string>(field: string, choices: readonly T[], otherwise?: T): T {
    const value = this.value(field) ?? otherwise;
    const chosen = choices.find((one) => one === value);
    if (chosen !== undefined) return chosen;
    this.problem(field, choiceAdvice(String(value), choices).replace(/\.$/, ''));
    return choices[0] as T;
  }

  flag(field: string, otherwise = false): boolean {
    const value = this.value(field) ?? otherwise;
    if (typeof value === 'boolean') return value;
    this.problem(field, 'give true or false');
    return otherwise;
  }

  list(field: string): readonly unknown[] {
    const value = this.value(field);
    if (Array.isArray(value) && value.length > 0) return value;
    this.problem(field, 'give a list with at least one entry');
    return [];
  }

  /** Checks that a field is a function, if it is given. */
  body(field: string, isNeeded: boolean): void {
    const value = this.value(field);
    if (typeof value === 'function' || (value === undefined && !isNeeded)) return;
    this.problem(field, 'give a function');
  }

  /** A field's name in problems. */
  nameOf(field: string): string {
    return this.name === '' ? field : `${this.name}.${field}`;
  }
}
