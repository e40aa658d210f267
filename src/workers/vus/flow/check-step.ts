import type { FlowCheck } from '../../../protocol/flow.ts';
import type { VU } from '../../../protocol/test-definition.ts';
import type { Expressions } from './expressions.ts';
import type { Walk } from './walk.ts';

export type CheckStep = (vu: VU, walk: Walk) => void;

/** Checks each named condition; null without any. */
export function checkStep(checks: readonly FlowCheck[], expressions: Expressions): CheckStep | null {
  if (checks.length === 0) return null;
  const made = checks.map(({ name, condition }) => [name, expressions.condition(condition)] as const);
  return (vu, walk) => {
    vu.check(walk, Object.fromEntries(made.map(([name, holds]) => [name, (at: Walk) => holds(at, vu)])));
  };
}
