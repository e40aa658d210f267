import { type Document, isCollection, isMap, isNode, isScalar, type Pair } from 'yaml';

/** A position in a plan file, for instance `plan.yaml:3:7`. */
export type Place = string;

/** The position of a field's value, or of its name; without such a field, of what should contain it. */
export type PlaceOf = (keys: readonly PropertyKey[], of?: 'key') => Place;

/** Finds the fields of a document. */
export function placesIn(document: Document, placeAt: (offset: number) => Place): PlaceOf {
  const topLevel = topLevelOf(document);
  return ([first, ...rest], of) => {
    const { key: topKey, value: top } = topLevel.get(String(first)) ?? {};
    const key = rest.length === 0 ? topKey : keyIn(top, rest);
    if (of === 'key' && isNode(key) && key.range) return placeAt(key.range[0]);
    for (let length = rest.length; length > 0 && isCollection(top); length--) {
      const node = top.getIn(rest.slice(0, length), true);
      if (isNode(node) && node.range) return placeAt(node.range[0]);
    }
    return placeAt(isNode(top) ? (top.range?.[0] ?? 0) : 0);
  };
}

/** The plan's own fields by their names; looking each one up in the document would search all of it. */
function topLevelOf({ contents }: Document): ReadonlyMap<string, Pair> {
  if (!isMap(contents)) return new Map();
  return new Map(contents.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
}

/** The name of a field within a value, as written; undefined for an entry of a list. */
function keyIn(value: unknown, keys: readonly PropertyKey[]): unknown {
  const outer = keys.slice(0, -1);
  const holder = outer.length > 0 && isCollection(value) ? value.getIn(outer, true) : value;
  if (!isMap(holder)) return undefined;
  return holder.items.find(({ key }) => isScalar(key) && String(key.value) === String(keys.at(-1)))?.key;
}
