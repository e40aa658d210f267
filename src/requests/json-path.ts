import { isContainer } from './exact-json.ts';
import type { JsonQuery } from './json-query.ts';
import { compileRfcPath } from './rfc-path.ts';

/** A step into everything in a list or an object: `[*]`. */
const EACH = Symbol('each');
/** A step into JSON: a property's name, an element's index, which counts from the end if negative, or all of them. */
type Step = string | number | typeof EACH;

/** A name is anything between dots and brackets, except `*` and text with surrounding blanks. */
const STEP =
  /(?:^|\.)(?!\*(?:[.[]|$))(?!\s)([^.[\]]*[^.[\]\s])|\[\s*(\*|0|-?[1-9]\d{0,14}|"[^"\\\p{Cc}]*"|'[^'\\\p{Cc}]*')\s*\]/uy;
/** Syntax that is not part of a name in a path beginning with `$`: functions, filters, comparisons, lists, wildcards. */
const MORE_THAN_A_NAME = /[()<>*,]|^\?|[=!]=|&&|\|\|/;
const ROOT = /^\$(?=[.[]|$)/;
const INDEX = /^(?:0|[1-9]\d{0,14})$/;
const NOTHING: readonly unknown[] = [];

const known = new Map<string, JsonQuery>();

/**
 * Parses a path: `data.items[0].id`, `["a.b"].c`, or any path of RFC 9535, where a leading `$.` is optional.
 *
 * @throws Error if the path is invalid; the message says why and where
 */
export function parseJsonPath(path: string): JsonQuery {
  const steps = simpleSteps(path);
  if (steps === null) return compileRfcPath(rootOf(path), path);
  return isSingle(steps) ? new SimpleQuery(steps) : new BranchingQuery(steps);
}

/** The same with a cache, for the few paths of a plan. */
export function jsonQuery(path: string): JsonQuery {
  const query = known.get(path) ?? parseJsonPath(path);
  known.set(path, query);
  return query;
}

/** The names and indices of a simple path; null for any other. */
function simpleSteps(path: string): readonly Step[] | null {
  const text = path.replace(ROOT, '');
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  for (let at = 0; at < text.length; at = STEP.lastIndex) {
    const match = STEP.exec(text);
    if (match === null) return null;
    const [, name, bracket = ''] = match;
    if (name !== undefined && path.startsWith('$') && MORE_THAN_A_NAME.test(name)) return null;
    if (name !== undefined) steps.push(name);
    else if (bracket === '*') steps.push(EACH);
    else steps.push(/^["']/.test(bracket) ? bracket.slice(1, -1) : Number(bracket));
  }
  return steps;
}

/** The root to prepend to make it a path of RFC 9535. */
function rootOf(path: string): string {
  if (ROOT.test(path) || /^\$\s/.test(path)) return '';
  return /^[.[]/.test(path) ? '$' : '$.';
}

function isSingle(steps: readonly Step[]): steps is readonly Exclude<Step, typeof EACH>[] {
  return !steps.includes(EACH);
}

class BranchingQuery implements JsonQuery {
  readonly isSingular = false;
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  find(root: unknown): readonly unknown[] {
    let found: unknown[] | null = null;
    const walk = (from: unknown, first: number): void => {
      let at = from;
      for (let index = first; index < this.#steps.length; index++) {
        const step = this.#steps[index] as Step;
        if (!isContainer(at)) return;
        if (step === EACH) {
          for (const next of Object.values(at)) walk(next, index + 1);
          return;
        }
        at = Array.isArray(at) ? elementAt(at, step) : propertyOf(at, step);
        if (at === undefined) return;
      }
      found ??= [];
      found.push(at);
    };
    walk(root, 0);
    return found ?? NOTHING;
  }
}

class SimpleQuery implements JsonQuery {
  readonly isSingular = true;
  readonly #steps: readonly Exclude<Step, typeof EACH>[];

  constructor(steps: readonly Exclude<Step, typeof EACH>[]) {
    this.#steps = steps;
  }

  find(root: unknown): readonly unknown[] {
    let at = root;
    for (const step of this.#steps) {
      if (!isContainer(at)) return NOTHING;
      const next = Array.isArray(at) ? elementAt(at, step) : propertyOf(at, step);
      if (next === undefined) return NOTHING;
      at = next;
    }
    return [at];
  }
}

function propertyOf(at: Readonly<Record<string, unknown>>, step: string | number): unknown {
  return typeof step === 'string' && Object.hasOwn(at, step) ? at[step] : undefined;
}

/** `items.0` is not a path of RFC 9535, and is read as `items[0]`. */
function elementAt(at: readonly unknown[], step: string | number): unknown {
  if (typeof step === 'number') return at.at(step);
  return INDEX.test(step) ? at[Number(step)] : undefined;
}
