import type { FlowCheck, FlowExpression, FlowStep, FlowTest } from '../../../protocol/flow.ts';
import type { ConditionReader } from '../../../requests/conditions.ts';
import { at } from './flow-error.ts';
import type { Made } from './texts.ts';

/** Compiles the expressions of a flow. */
export class Expressions {
  readonly #reader: ConditionReader | null;
  readonly #path: string;

  /** @param reader null if the flow has no expression */
  constructor(reader: ConditionReader | null, path: string) {
    this.#reader = reader;
    this.#path = path;
  }

  maker({ text, names, at: place }: FlowExpression): Made<unknown> {
    if (this.#reader === null) throw new Error('the reader of expressions is not loaded');
    const condition = this.#reader.read(text, null);
    return (walk, vu) => {
      const values: Record<string, unknown> = {};
      return at(this.#path, place, () => {
        for (const [name, source] of names) values[name] = walk.value(source, vu);
        try {
          return condition.evaluate(values);
        } catch (error) {
          const { summary, message } = error as { summary?: string; message: string };
          throw new Error(`${text}: ${summary ?? message}`);
        }
      });
    };
  }

  /** The returned function throws if the value is neither true nor false. */
  condition(expression: FlowExpression): Made<boolean> {
    const make = this.maker(expression);
    return (walk, vu) => {
      const value = make(walk, vu);
      if (typeof value === 'boolean') return value;
      return at(this.#path, expression.at, () => {
        throw new Error(`${expression.text} is of type ${typeof value}, not true or false`);
      });
    };
  }
}

/** Whether any step has an expression. */
export function hasExpressions({ setup, teardown, scenarios }: FlowTest): boolean {
  const parts = Object.values(scenarios).flatMap(({ exec, vuSetup, vuTeardown }) => [
    exec,
    vuSetup,
    vuTeardown,
  ]);
  return [setup, teardown, ...parts].some((flow) => flow?.some(hasOne) ?? false);
}

function hasOne(step: FlowStep): boolean {
  const isAny = (checks: readonly FlowCheck[]): boolean => checks.length > 0;
  switch (step.type) {
    case 'request':
    case 'check':
      return isAny(step.checks);
    case 'for':
      return !isList(step.in) || step.flow.some(hasOne);
    case 'while':
    case 'if':
      return true;
    case 'group':
    case 'repeat':
    case 'parallel':
      return step.flow.some(hasOne);
    case 'add':
      return step.value !== null;
    default:
      return false;
  }
}

export function isList(value: FlowExpression | readonly unknown[]): value is readonly unknown[] {
  return Array.isArray(value);
}
