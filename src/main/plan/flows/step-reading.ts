import type { FlowCheck, FlowExpression } from '../../../protocol/flow.ts';
import type { FlowNames } from './flow-names.ts';

/** Where something stands: `['scenarios', 'shop', 'flow', 0, 'get']`. */
export type Keys = readonly PropertyKey[];
/** A map, as it is written. */
export type Fields = Readonly<Record<string, unknown>>;

/** What the parts of a step are read with. */
export interface StepReading {
  readonly names: FlowNames;
  /** Takes up what is wrong, a sentence. */
  problem(keys: Keys, sentence: string): void;
  /** As it travels: `12:9`. */
  at(keys: Keys): string;
  /** An expression; a problem where it is none, or can be neither true nor false where it has to be. */
  expression(value: unknown, keys: Keys, isCondition: boolean): FlowExpression;
  checks(checks: Fields, keys: Keys): FlowCheck[];
}
