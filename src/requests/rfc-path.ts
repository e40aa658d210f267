import { createRequire } from 'node:module';
import type { JSONPathEnvironment, JSONPathNode, JSONPathQuery, JSONValue } from 'json-p3';
import { bounded } from './bounded.ts';
import { isContainer, isSameJson } from './exact-json.ts';
import { compareNumbers, ExactNumber, isJsonNumber } from './exact-number.ts';
import type { JsonQuery } from './json-query.ts';
import { mayTakeLong } from './pattern-cost.ts';

type Library = typeof import('json-p3');
type Comparison = InstanceType<Library['jsonpath']['expressions']['InfixExpression']>;
type Operand = Comparison['left'];
type Segment = JSONPathQuery['segments'][number];

/** Replaces messages that describe the library's own parser. */
const OWN_WORDS: ReadonlyMap<string, string> = new Map([
  ["can't backup beyond start", 'a name or a bracket is missing after the dot'],
  ['bald descendant segment', 'a name or a bracket is missing after the dots'],
]);

/** Descendants and filters. */
const MULTIPLIES = /\.\.|\?/g;

let loaded: { readonly library: Library; readonly environment: JSONPathEnvironment } | null = null;

/**
 * Compiles a path of RFC 9535. The library is loaded for the first one: most runs have none.
 *
 * @param root the beginning of the path, if `path` leaves it out
 * @throws Error if the path is invalid; the message says why and where
 */
export function compileRfcPath(root: string, path: string): JsonQuery {
  const { library, environment } = load();
  const query = compile(root, path, library, environment);
  adapt(query, library);
  const find = (root: unknown): readonly unknown[] => query.query(root as JSONValue).values();
  return {
    isSingular: query.singularQuery(),
    // Each beyond the first multiplies the places to look at.
    find:
      (path.match(MULTIPLIES)?.length ?? 0) < 2
        ? find
        : (root) => bounded(`the path ${path}`, () => find(root)),
  };
}

function load(): NonNullable<typeof loaded> {
  if (loaded !== null) return loaded;
  // Loaded synchronously, since a path is parsed within the plan's gate, which does not await.
  const library = createRequire(import.meta.url)('json-p3') as Library;
  const environment = new library.JSONPathEnvironment();
  const { LogicalType, ValueType } = library.FunctionExpressionType;
  environment.functionRegister.set('length', {
    argTypes: [ValueType],
    returnType: ValueType,
    call: (value: unknown) => lengthOf(value) ?? library.Nothing,
  });
  for (const name of ['match', 'search']) {
    const own = environment.functionRegister.get(name);
    environment.functionRegister.set(name, {
      argTypes: [ValueType, ValueType],
      returnType: LogicalType,
      call: (text: unknown, pattern: unknown) =>
        boundedTest(name, text, pattern, () => own?.call(text, pattern)),
    });
  }
  loaded = { library, environment };
  return loaded;
}

function compile(
  root: string,
  path: string,
  library: Library,
  environment: JSONPathEnvironment,
): JSONPathQuery {
  try {
    return environment.compile(root + path);
  } catch (error) {
    if (!(error instanceof library.JSONPathError)) throw error;
    // The library appends the path and a position in it to its message.
    const { message, token } = error;
    const end = message.lastIndexOf(" ('");
    const place = Math.max(1, token.index + 1 - root.length);
    const words = end < 0 ? message : message.slice(0, end);
    throw new Error(`${OWN_WORDS.get(words) ?? words}, at character ${place}`);
  }
}

/** @throws TookTooLong */
function boundedTest(name: string, text: unknown, pattern: unknown, act: () => unknown): unknown {
  if (typeof text !== 'string' || typeof pattern !== 'string') return act();
  if (!mayTakeLong(pattern, 'u', text.length)) return act();
  return bounded(`the pattern ${pattern} of ${name}()`, act);
}

/** Characters of text, elements of a list, names of an object (RFC 9535, 2.4.4). */
function lengthOf(value: unknown): number | null {
  if (typeof value === 'string') return [...value].length;
  if (!isContainer(value)) return null;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

/**
 * The library compares doubles, recurses for each level of JSON, and passes all results of a step as arguments. This
 * makes a query compare numbers of any length, and handle JSON of any depth and length.
 */
function adapt(node: unknown, library: Library): void {
  if (typeof node !== 'object' || node === null || node instanceof library.JSONPathEnvironment) return;
  const { InfixExpression } = library.jsonpath.expressions;
  if (node instanceof InfixExpression && !node.logical) {
    node.evaluate = (context) =>
      holds(operandOf(node.left, context, library), node.operator, operandOf(node.right, context, library));
  }
  if (node instanceof library.jsonpath.JSONPathSegment) {
    const begin = 'visit' in node ? descendantsOf : itself;
    node.resolve = (nodes) => resolve(node, begin, nodes, library);
  }
  for (const part of Object.values(node)) adapt(part, library);
}

type Begin = (node: JSONPathNode, library: Library) => Iterable<JSONPathNode>;

function resolve(
  { selectors }: Segment,
  begin: Begin,
  nodes: readonly JSONPathNode[],
  library: Library,
): JSONPathNode[] {
  const found: JSONPathNode[] = [];
  for (const node of nodes) {
    for (const from of begin(node, library)) {
      for (const selector of selectors) for (const to of selector.resolve(from)) found.push(to);
    }
  }
  return found;
}

function itself(node: JSONPathNode): readonly JSONPathNode[] {
  return [node];
}

/** A node and all its descendants, parents before children; without locations, which are not used. */
function* descendantsOf({ value, root }: JSONPathNode, library: Library): Generator<JSONPathNode> {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    yield new library.JSONPathNode(next as JSONValue, [], root);
    if (isContainer(next)) for (const child of Object.values(next).reverse()) waiting.push(child);
  }
}

/** The operand's value; undefined without one. */
function operandOf(operand: Operand, context: Parameters<Operand['evaluate']>[0], library: Library): unknown {
  if (operand instanceof library.jsonpath.expressions.NumberLiteral) return exactLiteral(operand.token.value);
  const value = operand.evaluate(context);
  if (value instanceof library.JSONPathNodeList) return value.values()[0];
  return value === library.Nothing ? undefined : value;
}

function exactLiteral(text: string): unknown {
  return String(Number(text)) === text ? Number(text) : new ExactNumber(text);
}

function holds(left: unknown, operator: string, right: unknown): boolean {
  switch (operator) {
    case '==':
      return isSameJson(left, right);
    case '!=':
      return !isSameJson(left, right);
    case '<':
      return isLess(left, right);
    case '>':
      return isLess(right, left);
    case '<=':
      return isLess(left, right) || isSameJson(left, right);
    default:
      return isLess(right, left) || isSameJson(left, right);
  }
}

function isLess(left: unknown, right: unknown): boolean {
  if (isJsonNumber(left) && isJsonNumber(right)) return compareNumbers(left, right) < 0;
  return typeof left === 'string' && typeof right === 'string' && left < right;
}
