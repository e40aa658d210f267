import type { Place } from '../plan-place.ts';
import type { FlowNames } from './flow-names.ts';
import { isFields } from './written-fields.ts';

type Keys = readonly PropertyKey[];
/** A name that a step sets, and where; without a place if it need not be used. */
type SetName = readonly [name: string, keys: Keys | null];

/** Collects the names that steps set, whatever else is wrong with them: a loop may use a name before the line that sets it. */
export function collectSetNames(
  flow: unknown,
  keys: Keys,
  names: FlowNames,
  placeOf: (keys: Keys) => Place,
): void {
  for (const [name, at] of setIn(flow, keys, names)) names.set(name, at === null ? null : placeOf(at));
}

/** The names that a step, or one within it, sets. */
export function namesSetBy(step: unknown): string[] {
  return [...setIn([step], [], null)].map(([name]) => name);
}

/** @param names marks all of them as used where code is called */
function* setIn(flow: unknown, keys: Keys, names: FlowNames | null): Generator<SetName> {
  if (!Array.isArray(flow)) return;
  for (const [index, step] of flow.entries()) {
    if (!isFields(step)) continue;
    const at = [...keys, index];
    const { capture, for: each, sets } = step;
    if (isFields(capture)) for (const name of Object.keys(capture)) yield [name, [...at, 'capture', name]];
    if (typeof each === 'string') yield [each, null];
    for (const name of [sets ?? []].flat()) yield [String(name), null];
    for (const inner of ['flow', 'then', 'else', 'parallel'])
      yield* setIn(step[inner], [...at, inner], names);
    if (step['call'] !== undefined) names?.useAll();
  }
}
