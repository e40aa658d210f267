import { isContainer } from './exact-json.ts';
import type { JsonQuery } from './json-query.ts';
import { compileRfcPath } from './rfc-path.ts';

/** A step into JSON: a property's name, or an element's index, which counts from the end where it is negative. */
type Step = string | number;

/** A name is whatever stands between dots and brackets, but for `*` and what has blanks around it. */
const STEP =
  /(?:^|\.)(?!\*(?:[.[]|$))(?!\s)([^.[\]]*[^.[\]\s])|\[\s*(0|-?[1-9]\d{0,14}|"[^"\\\p{Cc}]*"|'[^'\\\p{Cc}]*')\s*\]/uy;
/** What no name has where a path begins as in RFC 9535: functions, filters, comparisons, lists and wildcards. */
const MORE_THAN_A_NAME = /[()<>*,]|^\?|[=!]=|&&|\|\|/;
const ROOT = /^\$(?=[.[]|$)/;
const INDEX = /^(?:0|[1-9]\d{0,14})$/;
const NOTHING: readonly unknown[] = [];

const known = new Map<string, JsonQuery>();

/**
 * Reads a path: `data.items[0].id`, `["a.b"].c`, or any of RFC 9535, of which `$.` may be left out at its beginning.
 *
 * @throws Error that says what is wrong with it, and where
 */
export function parseJsonPath(path: string): JsonQuery {
  const steps = simpleSteps(path);
  return steps === null ? compileRfcPath(rootOf(path), path) : new SimpleQuery(steps);
}

/** The same of a path of the plan, of which there are few. */
export function jsonQuery(path: string): JsonQuery {
  const query = known.get(path) ?? parseJsonPath(path);
  known.set(path, query);
  return query;
}

/** Names and indices that follow each other; null where the path asks for more, or is none. */
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
    else steps.push(/^["']/.test(bracket) ? bracket.slice(1, -1) : Number(bracket));
  }
  return steps;
}

/** What a path has to begin with besides, to be one of RFC 9535. */
function rootOf(path: string): string {
  if (ROOT.test(path) || /^\$\s/.test(path)) return '';
  return /^[.[]/.test(path) ? '$' : '$.';
}

class SimpleQuery implements JsonQuery {
  readonly isSingular = true;
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[]) {
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

function propertyOf(at: Readonly<Record<string, unknown>>, step: Step): unknown {
  return typeof step === 'string' && Object.hasOwn(at, step) ? at[step] : undefined;
}

/** `items.0` is not a path of RFC 9535, and is taken for `items[0]`. */
function elementAt(at: readonly unknown[], step: Step): unknown {
  if (typeof step === 'number') return at.at(step);
  return INDEX.test(step) ? at[Number(step)] : undefined;
}
