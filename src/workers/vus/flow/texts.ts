import type { FlowJson, FlowPairs, FlowSource, FlowText } from '../../../protocol/flow.ts';
import type { VU } from '../../../protocol/test-definition.ts';
import { jsonWithBigInts } from '../../../requests/exact-values.ts';
import { encoded } from '../../../requests/render.ts';
import type { Walk } from './walk.ts';

/** Makes a value from what is known when a step runs. */
export type Made<T> = (walk: Walk, vu: VU) => T;

/** Fills in text. */
export function textMaker(text: FlowText): Made<string> {
  const [only = '', ...more] = text;
  if (typeof only === 'string' && more.length === 0) return () => only;
  return (walk, vu) => {
    let made = '';
    for (const part of text)
      made +=
        typeof part === 'string'
          ? part
          : encoded(asText(walk.value(part.source, vu), part.source), part.encoding);
    return made;
  };
}

/** Fills in JSON. */
export function jsonMaker(json: FlowJson): Made<unknown> {
  switch (json.type) {
    case 'constant':
      return () => json.value;
    case 'text':
      return textMaker(json.text);
    case 'value':
      return (walk, vu) => walk.value(json.source, vu);
    case 'list': {
      const items = json.items.map(jsonMaker);
      return (walk, vu) => items.map((make) => make(walk, vu));
    }
    case 'map': {
      const entries = json.entries.map(([name, value]) => [name, jsonMaker(value)] as const);
      return (walk, vu) => Object.fromEntries(entries.map(([name, make]) => [name, make(walk, vu)]));
    }
  }
}

/** Fills in texts by name. */
export function fieldsMaker(
  fields: readonly (readonly [name: string, text: FlowText])[],
): Made<Record<string, string>> {
  const makers = fields.map(([name, text]) => [name, textMaker(text)] as const);
  return (walk, vu) => {
    const made: Record<string, string> = {};
    for (const [name, make] of makers) made[name] = make(walk, vu);
    return made;
  };
}

/** The same where a name may have several. */
export function pairsMaker(pairs: FlowPairs): Made<Record<string, string[]>> {
  const makers = pairs.map(([name, values]) => [name, values.map(textMaker)] as const);
  return (walk, vu) =>
    Object.fromEntries(makers.map(([name, values]) => [name, values.map((make) => make(walk, vu))]));
}

/** @throws Error for null, which somebody would send as a word */
function asText(value: unknown, source: FlowSource): string {
  if (value === null)
    throw new Error(
      `'${'name' in source ? source.name : source.type}' is null, which is no text: ask for that first, as in an if`,
    );
  return typeof value === 'object' ? String(jsonWithBigInts(value)) : String(value);
}
