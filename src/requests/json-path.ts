/** A step into JSON: a property's name or an element's index. */
type Step = string | number;

const STEP = /(?:^|\.)([^.[\]]+)|\[(\d+|"(?:[^"\\]|\\.)*")\]/y;

/**
 * Reads a path such as `data.items[0].id` or `["a.b"].c`; a leading `$.` may be there. Null where it is none.
 */
export function parseJsonPath(path: string): readonly Step[] | null {
  const text = path.replace(/^\$(?=\.|\[|$)\.?/, '');
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  for (let at = 0; at < text.length; at = STEP.lastIndex) {
    const match = STEP.exec(text);
    if (match === null) return null;
    const [, name, bracket = ''] = match;
    if (name !== undefined) steps.push(name);
    else steps.push(bracket.startsWith('"') ? (JSON.parse(bracket) as string) : Number(bracket));
  }
  return steps;
}

/** What a path leads to; undefined where it leads nowhere. */
export function valueAt(value: unknown, steps: readonly Step[]): unknown {
  let at = value;
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<Step, unknown>>)[step];
  }
  return at;
}

/** As a person would write it: text as it is, everything else as JSON. */
export function shownValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
