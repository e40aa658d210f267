import { type Document, isCollection, isNode, isPair, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { codeOf, ERROR_CODES, messageOf, VolleyError } from '../../protocol/errors.ts';
import { readInput } from '../files/input-files.ts';
import type { NamedRequestOptions, RequestOptions } from './options.ts';
import { MIX_ENTRY, PLAN, type PlanEntry } from './plan-schema.ts';

/** Where something stands in a plan file, for instance `plan.yaml:3:7`. */
export type Place = string;

/** What a plan file says. */
export interface PlanFile {
  /** Options by their long names, as if each value had been given on the command line. */
  readonly options: ReadonlyMap<string, readonly string[] | true>;
  readonly places: ReadonlyMap<string, Place>;
  readonly variables: Readonly<Record<string, string>>;
  /** Null where the plan names no requests. */
  readonly mix: readonly NamedRequestOptions[] | null;
}

/**
 * Reads a plan file, in YAML or JSON.
 *
 * @throws VolleyError VOLLEY_USAGE, with every problem and where it stands
 */
export function readPlanFile(path: string): PlanFile {
  const text = readText(path);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new VolleyError(
      ERROR_CODES.usage,
      document.errors.map(({ message, pos }) => `${placeAt(pos[0])}: ${firstLine(message)}.`),
    );
  }
  const unquoted = unquotedIn(document, placeAt);
  if (unquoted.length > 0) throw new VolleyError(ERROR_CODES.usage, unquoted);
  const placeOf = (keys: readonly PropertyKey[]): Place => {
    for (let length = keys.length; length > 0; length--) {
      const node = document.getIn(keys.slice(0, length), true);
      if (isNode(node) && node.range) return placeAt(node.range[0]);
    }
    return placeAt(0);
  };
  const read = PLAN.safeParse(withoutAnchors(document.toJS() ?? {}));
  if (!read.success) {
    throw new VolleyError(
      ERROR_CODES.usage,
      read.error.issues.flatMap((issue) => sentencesOf(issue, placeOf)),
    );
  }
  const { variables = {}, mix, ...options } = read.data;
  return {
    options: new Map(Object.entries(options).flatMap(([name, value]) => given(name, value))),
    places: new Map(Object.keys(options).map((name) => [name, placeOf([name])])),
    variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
    mix: mix?.map(requestOf) ?? null,
  };
}

function readText(path: string): string {
  try {
    return readInput(path).toString('utf8');
  } catch (error) {
    throw new VolleyError(
      ERROR_CODES.usage,
      `The plan '${path}' cannot be read (${codeOf(error) || messageOf(error)}): check the path.`,
    );
  }
}

function sentencesOf(issue: z.core.$ZodIssue, placeOf: (keys: readonly PropertyKey[]) => Place): string[] {
  const name = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(issue.path.length === 0 ? PLAN.shape : MIX_ENTRY.shape).join(', ');
    return issue.keys.map(
      (key) =>
        `${placeOf([...issue.path, key])}: '${key}' is nothing that a plan says here: choose from ${known}.`,
    );
  }
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    return [`${placeOf(issue.path)}: '${name}' is missing.`];
  return [`${placeOf(issue.path)}: ${name === '' ? 'the plan' : `'${name}'`}: ${firstLine(issue.message)}.`];
}

/**
 * What YAML takes for something else than was meant: braces without quotes for a map, and numbers whose text
 * would change, where the text is sent.
 */
function unquotedIn(document: Document, placeAt: (offset: number) => Place): string[] {
  const found: string[] = [];
  visit(document, {
    Pair: (_key, { key }) => {
      if (!isCollection(key)) return undefined;
      found.push(
        `${placeAt(key.range?.[0] ?? 0)}: braces without quotes: write a placeholder as '{{name}}'.`,
      );
      return visit.SKIP;
    },
    Scalar: (_key, { value, source, range }, path) => {
      if (typeof value !== 'number' || source === undefined || String(value) === source) return;
      const isSent = path.some((node) => isPair(node) && SENT.has(String(node.key)));
      if (isSent)
        found.push(`${placeAt(range?.[0] ?? 0)}: ${source} would be sent as ${value}: put it in quotes.`);
    },
  });
  return found;
}

const SENT = new Set(['variables', 'json', 'header']);

/** Fields of the file's own, such as those that only hold anchors. */
function withoutAnchors(plan: unknown): unknown {
  if (typeof plan !== 'object' || plan === null || Array.isArray(plan)) return plan;
  return Object.fromEntries(Object.entries(plan).filter(([name]) => !name.startsWith('x-')));
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? text).replace(/[.:]$/, '');
}

/** What is not said, and what is said not to be, is not given. */
function given(
  name: string,
  value: PlanEntry | undefined,
): (readonly [name: string, values: readonly string[] | true])[] {
  if (value === undefined || value === false || name === '$schema') return [];
  if (name === 'json' && typeof value !== 'string') return [[name, [JSON.stringify(value)]]];
  if (value !== true) return [[name, textsOf(value)]];
  return [[name, name === 'location' ? [''] : true]];
}

/** The values of an option as the command line would have them. */
function textsOf(value: PlanEntry): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object') return Object.entries(value).map(([name, text]) => `${name}: ${text}`);
  return [String(value)];
}

const CAMEL: Readonly<Record<string, keyof RequestOptions>> = {
  header: 'headers',
  'body-file': 'bodyFile',
  'data-urlencode': 'dataUrlencode',
  'bearer-env': 'bearerEnv',
  'user-agent': 'userAgent',
  'expect-status': 'expectStatus',
  'expect-body': 'expectBody',
  'expect-json': 'expectJson',
  'max-body': 'maxBody',
};
const LISTS = new Set(['header', 'data-urlencode', 'form', 'expect-body', 'expect-json']);

function requestOf(entry: z.infer<typeof MIX_ENTRY>): NamedRequestOptions {
  const { name, url, json, 'no-keepalive': isAlone, location, weight, ...texts } = entry;
  const options = Object.entries(texts).flatMap(([option, value]) =>
    value === undefined
      ? []
      : [[CAMEL[option] ?? option, LISTS.has(option) ? textsOf(value) : String(value)] as const],
  );
  return {
    ...Object.fromEntries(options),
    name,
    url,
    weight,
    location,
    json: json === undefined || typeof json === 'string' ? json : JSON.stringify(json),
    keepalive: isAlone === true ? false : undefined,
  };
}
