import { type Document, isCollection, isMap, isScalar, type Pair } from 'yaml';

/** The plan's own fields by their names; looking each one up in the document would search all of it. */
export function topLevelOf({ contents }: Document): ReadonlyMap<string, Pair> {
  if (!isMap(contents)) return new Map();
  return new Map(contents.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
}

/** The name of a field within a value, as written; undefined for an entry of a list. */
export function keyIn(value: unknown, keys: readonly PropertyKey[]): unknown {
  const outer = keys.slice(0, -1);
  const holder = outer.length > 0 && isCollection(value) ? value.getIn(outer, true) : value;
  if (!isMap(holder)) return undefined;
  return holder.items.find(({ key }) => isScalar(key) && String(key.value) === String(keys.at(-1)))?.key;
}
