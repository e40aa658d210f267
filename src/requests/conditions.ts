import type { ASTNode, Environment } from '@marcbachmann/cel-js';

/** An expression of CEL, ready to be asked. */
export interface Condition {
  /** Of what it gives, as far as that is known: `bool`, `int`, `dyn` for anything. */
  readonly type: string;
  /** The names in it, of those that it may use. */
  readonly names: readonly string[];
  /** @throws Error where values are of a type that it cannot take */
  evaluate(values: Readonly<Record<string, unknown>>): unknown;
}

/** Reads expressions. */
export interface ConditionReader {
  /**
   * @param names that it may use; null for any
   * @throws ConditionError that says what is wrong with it
   */
  read(text: string, names: Iterable<string> | null): Condition;
}

/** What is wrong with an expression, in a clause. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  /** The name that nobody has set, where that is what is wrong. */
  readonly unknown: string | null;

  constructor(message: string, unknown: string | null) {
    super(message);
    this.unknown = unknown;
  }
}

/** Values of JSON are doubles, and whoever writes `n % 2` means a whole number: CEL would refuse to mix the two. */
const MIXED = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
};

/** Loads the library, which only those need who have conditions. */
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
    if (known !== null) {
      own = environment(false);
      for (const name of known) if (NAME.test(name)) own.registerVariable(name, 'dyn');
    }
    try {
      const parsed = own.parse(text);
      const { valid, error, type = 'dyn' } = parsed.check();
      if (!valid) throw error;
      const used = new Set<string>();
      namesIn(parsed.ast, used);
      return {
        type: String(type),
        names: [...used].filter((name) => known?.has(name) ?? true),
        evaluate: (values) => parsed(values),
      };
    } catch (error) {
      const { code, summary, message } = error as { code?: string; summary?: string; message: string };
      const said = equalsSign(text) ?? (summary ?? message).split('\n')[0] ?? '';
      const [, unknown = null] = (code === 'unknown_variable' && /: (\w+)/.exec(said)) || [];
      throw new ConditionError(said, unknown);
    }
  };
  return { read };
}

/** JavaScript's equality, or one sign, where nothing else is wrong with it: in quotes it may stand. */
function equalsSign(text: string): string | null {
  const [sign] = /===|!==|(?<![=!<>])=(?!=)/.exec(text.replaceAll(/"[^"]*"|'[^']*'/g, '')) ?? [];
  return sign === undefined
    ? null
    : `'${sign}' is no sign of an expression: write ${sign === '!==' ? '!=' : '=='}`;
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
