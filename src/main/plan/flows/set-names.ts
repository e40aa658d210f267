import type { Place } from '../plan-place.ts';
import type { FlowNames } from './flow-names.ts';
import { isFields } from './written-fields.ts';

/** Collects the names that steps set, whatever else is wrong with them: a name may be used before the line that sets it. */
export function collectSetNames(
  flow: unknown,
  keys: readonly PropertyKey[],
  names: FlowNames,
  placeOf: (keys: readonly PropertyKey[]) => Place,
): void {
  if (!Array.isArray(flow)) return;
  for (const [index, step] of flow.entries()) {
    if (!isFields(step)) continue;
    const at = [...keys, index];
    const { capture, for: each, sets } = step;
    if (isFields(capture))
      for (const name of Object.keys(capture)) names.set(name, placeOf([...at, 'capture', name]));
    if (typeof each === 'string') names.set(each, null);
    for (const name of [sets ?? []].flat()) names.set(String(name), null);
    for (const inner of ['flow', 'then', 'else', 'parallel'])
      collectSetNames(step[inner], [...at, inner], names, placeOf);
    if (step['call'] !== undefined) names.useAll();
  }
}
