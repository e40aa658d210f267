import type { Random } from '../../../metrics/random.ts';
import { ExactNumber } from '../../../requests/exact-number.ts';

/** The fields of one line of a trace, by their names in lower case. */
export type Fields = ReadonlyMap<string, unknown>;

/** What one line of a trace asks for. */
export interface TraceEntry {
  /** About as much as its cells take in memory. */
  readonly bytes: number;
  /** A text for each column; what the trace has only the length of is made up. */
  readonly cells: (random: Random) => readonly string[];
}

/** Reads the lines of one kind of trace. */
export interface EntryReader {
  readonly columns: readonly string[];
  /** A line as it may be. */
  readonly example: string;
  /** Returns what is wrong with a line that cannot be used. */
  readonly entryIn: (fields: Fields) => TraceEntry | string;
}

/** The value of the first of these fields that has one. */
export function valueIn(fields: Fields, names: readonly string[]): unknown {
  return names.map((name) => fields.get(name)).find((value) => !isMissing(value));
}

/** An empty cell of CSV, or null in JSON, says nothing. */
function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** A number as a number, also one such as 10.0, which JSON keeps as it was written. */
export function plainNumber(value: unknown): unknown {
  return value instanceof ExactNumber ? Number(value.text) : value;
}
