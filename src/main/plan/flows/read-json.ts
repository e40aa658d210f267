import type { FlowJson } from '../../../protocol/flow.ts';
import { parseWithBigInts } from '../../../requests/exact-values.ts';
import { bareName, IS_RAW, piecesOf } from '../requests/placeholders.ts';
import type { Keys, StepReading } from './step-reading.ts';

/** A placeholder used as a JSON value, without quotes. */
const BARE = /([:[,]\s*|^\s*)\{\{([^{}]+)\}\}(?=\s*[,\]}]|\s*$)/g;

/** Reads a JSON body: a value, or JSON as text. */
export function readJson(value: unknown, keys: Keys, reader: StepReading): FlowJson {
  if (typeof value !== 'string' || keys.at(-1) !== 'json') return treeOf(value, keys, reader);
  try {
    return treeOf(parseWithBigInts(value), keys, reader);
  } catch {
    const quotedOnes = value.replaceAll(
      BARE,
      (_all, before: string, name: string) =>
        `${before}${JSON.stringify(`{{raw ${bareName(name.trim())}}}`)}`,
    );
    try {
      return treeOf(parseWithBigInts(quotedOnes), keys, reader);
    } catch {
      reader.problem(
        keys,
        'json: the text is not JSON: give a map, a list, or JSON with placeholders as values or in texts.',
      );
      return { type: 'constant', value: null };
    }
  }
}

function treeOf(value: unknown, keys: Keys, reader: StepReading): FlowJson {
  if (typeof value === 'string') return textOf(value, keys, reader);
  if (Array.isArray(value)) {
    const items = value.map((item, index) => treeOf(item, [...keys, index], reader));
    return items.every((item) => item.type === 'constant')
      ? constant(items.map(constantIn))
      : { type: 'list', items };
  }
  if (typeof value !== 'object' || value === null) return constant(value);
  const entries = Object.entries(value).map(
    ([name, item]) => [name, treeOf(item, [...keys, name], reader)] as const,
  );
  return entries.every(([, item]) => item.type === 'constant')
    ? constant(Object.fromEntries(entries.map(([name, item]) => [name, constantIn(item)])))
    : { type: 'map', entries };
}

/** A text that consists only of `{{raw NAME}}` is replaced by the value itself. */
function textOf(value: string, keys: Keys, reader: StepReading): FlowJson {
  const problem = (advice: string): void => reader.problem(keys, advice);
  const [before, only, after, ...more] = piecesOf(value);
  if (
    before === '' &&
    after === '' &&
    more.length === 0 &&
    typeof only === 'object' &&
    IS_RAW.test(only.name)
  ) {
    const source = reader.names.placeholder(bareName(only.name), problem);
    if (source === null) return constant(value);
    return source.type === 'constant' ? constant(source.value) : { type: 'value', source };
  }
  const text = reader.names.text(value, 'raw', problem);
  return text.every((part) => typeof part === 'string') ? constant(text.join('')) : { type: 'text', text };
}

function constant(value: unknown): FlowJson {
  return { type: 'constant', value };
}

function constantIn(json: FlowJson): unknown {
  return json.type === 'constant' ? json.value : undefined;
}
