import type { FlowCheck, FlowExpression } from '../../../protocol/flow.ts';
import type { FlowNames } from './flow-names.ts';

/** The path of a field: `['scenarios', 'shop', 'flow', 0, 'get']`. */
export type Keys = readonly PropertyKey[];
/** A map, as written. */
export type Fields = Readonly<Record<string, unknown>>;

/** What the parts of a step need in order to be read. */
export interface StepReading {
  readonly names: FlowNames;
  /** The plan defines how streams of tokens are read. */
  readonly hasStreams: boolean;
  /** Reports what is wrong, as a sentence. */
  problem(keys: Keys, sentence: string): void;
  /** The place in the form in which it is sent to workers: `12:9`. */
  at(keys: Keys): string;
  /** Reads an expression; reports a problem if it is invalid, or if it must be true or false but cannot be. */
  expression(value: unknown, keys: Keys, isCondition: boolean): FlowExpression;
  checks(checks: Fields, keys: Keys): FlowCheck[];
}
