import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { bounded } from './bounded.ts';

/** A compiled CEL expression. */
interface Condition {
  /** Type of its result, as far as known: `bool`, `int`, or `dyn` for any. */
  readonly type: string;
  /** The allowed names that it uses. */
  readonly names: readonly string[];
  /** @throws Error if values have a type that the expression cannot use */
  evaluate(values: Readonly<Record<string, unknown>>): unknown;
}

/** Compiles expressions. */
export interface ConditionReader {
  /**
   * @param names allowed names; null for any
   * @throws ConditionError if the expression is invalid
   */
  read(text: string, names: Iterable<string> | null): Condition;
  /** A comparison of one of these names, which are numbers, with a text: it never holds. Null without one. */
  neverEqual(
    text: string,
    numbers: ReadonlySet<string>,
  ): { readonly name: string; readonly text: string } | null;
}

/** An invalid expression; the message says what is wrong, as a clause. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  /** The unknown name, if that is the problem. */
  readonly unknown: string | null;

  constructor(message: string, unknown: string | null) {
    super(message);
    this.unknown = unknown;
  }
}

const MATCHES = /\.\s*matches\s*\(/;
/** Done for each element of a list. */
const OF_EACH = /\.\s*(?:all|exists|exists_one|filter|map)\s*\(/g;

/** Whether it has a pattern, or lists within lists: it may take very long. */
function mayMultiply(text: string): boolean {
  return MATCHES.test(text) || (text.match(OF_EACH)?.length ?? 0) > 1;
}

/** Values from JSON are doubles, while the 2 in `n % 2` is an int: CEL itself does not mix the two. */
const MIXED = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
};

/** Loads the library, which is only needed for conditions. */
export async function loadConditions(): Promise<ConditionReader> {
  const library = await import('@marcbachmann/cel-js');
  const environment = (hasAnyNames: boolean): Environment => {
    const made = new library.Environment({ unlistedVariablesAreDyn: hasAnyNames });
    for (const [sign, of] of Object.entries(MIXED)) {
      const mixed = (a: unknown, b: unknown): number => of(Number(a), Number(b));
      made.registerOperator(`double ${sign} int: double`, mixed);
      made.registerOperator(`int ${sign} double: double`, mixed);
    }
    const { '%': remainder } = MIXED;
    made.registerOperator('double % double: double', (a: unknown, b: unknown) =>
      remainder(Number(a), Number(b)),
    );
    return made;
  };
  const withAny = environment(true);
  const read = (text: string, names: Iterable<string> | null): Condition => {
    const known = names === null ? null : new Set(names);
    let own = withAny;
    const taken = new Set<string>();
    if (known !== null) {
      own = environment(false);
      for (const name of known) if (NAME.test(name) && !isRegistered(own, name)) taken.add(name);
    }
    try {
      const parsed = own.parse(text);
      const used = new Set<string>();
      namesIn(parsed.ast, used);
      const ambiguous = [...used].find((name) => taken.has(name));
      if (ambiguous !== undefined)
        throw new Error(
          `'${ambiguous}' has a meaning of its own in expressions: give the value another name`,
        );
      const { valid, error, type = 'dyn' } = parsed.check();
      if (!valid) throw error;
      return {
        type: String(type),
        names: [...used].filter((name) => known?.has(name) ?? true),
        evaluate: mayMultiply(text)
          ? (values) => bounded(`the expression ${text}`, () => parsed(values))
          : (values) => parsed(values),
      };
    } catch (error) {
      const { code, summary, message } = error as { code?: string; summary?: string; message: string };
      const said = equalsSign(text) ?? (summary ?? message).split('\n')[0] ?? '';
      const [, unknown = null] = (code === 'unknown_variable' && /: (\w+)/.exec(said)) || [];
      throw new ConditionError(said, unknown);
    }
  };
  const neverEqual: ConditionReader['neverEqual'] = (text, numbers) =>
    textComparedIn(withAny.parse(text).ast, numbers);
  return { read, neverEqual };
}

/** False for the names of CEL's own types and the like. */
function isRegistered(environment: Environment, name: string): boolean {
  try {
    environment.registerVariable(name, 'dyn');
    return true;
  } catch {
    return false;
  }
}

function textComparedIn(
  node: unknown,
  numbers: ReadonlySet<string>,
): { readonly name: string; readonly text: string } | null {
  if (Array.isArray(node)) {
    for (const one of node) {
      const found = textComparedIn(one, numbers);
      if (found !== null) return found;
    }
    return null;
  }
  if (!isNode(node)) return null;
  const { op, args } = node;
  if ((op === '==' || op === '!=') && Array.isArray(args)) {
    const sides = args.filter(isNode);
    const name = sides.find((side) => side.op === 'id' && numbers.has(String(side.args)));
    const text = sides.find((side) => side.op === 'value' && typeof side.args === 'string');
    if (name !== undefined && text !== undefined) return { name: String(name.args), text: String(text.args) };
  }
  return textComparedIn(args, numbers);
}

/** JavaScript's equality, or one sign, where nothing else is wrong with it: in quotes it may stand. */
function equalsSign(text: string): string | null {
  const [sign] = /===|!==|(?<![=!<>])=(?!=)/.exec(text.replaceAll(/"[^"]*"|'[^']*'/g, '')) ?? [];
  return sign === undefined
    ? null
    : `'${sign}' is not an operator of expressions: write ${sign === '!==' ? '!=' : '=='}`;
}

/** A name that expressions can say. */
export const NAME = /^[A-Za-z_]\w*$/;

function namesIn(node: unknown, found: Set<string>): void {
  if (Array.isArray(node)) {
    for (const one of node) namesIn(one, found);
    return;
  }
  if (!isNode(node)) return;
  if (node.op === 'id') found.add(String(node.args));
  else namesIn(node.args, found);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
