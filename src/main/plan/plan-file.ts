import {
  type Document,
  isAlias,
  isCollection,
  isScalar,
  LineCounter,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import type { z } from 'zod';
import { ERROR_CODES, messageOf, VolleyError } from '../../protocol/errors.ts';
import { STDIN } from '../files/stdin.ts';
import { cut, quoted } from '../text/quoted.ts';
import { FLOW_FIELDS } from './flows/flow-schema.ts';
import type { WrittenFlow } from './flows/places.ts';
import type { PresetOptions } from './library-options.ts';
import { isMisspelt } from './misspelt-field.ts';
import { camelCase } from './option-table/entry.ts';
import { LIBRARY_NAMES, type RequestName, RUN_TABLE } from './option-table/run-table.ts';
import type { NamedRequestOptions } from './options.ts';
import { type Place, type PlaceOf, placesIn } from './plan-place.ts';
import { type MIX_ENTRY, PLAN, type PlanEntry } from './plan-schema.ts';
import { emptyPlan, planText } from './read-plan-text.ts';
import { adviceOnFields, fieldsAt, otherByName, otherThanPlan } from './unknown-fields.ts';
import { unquotedIn } from './unquoted.ts';
import { faultsIn, wrongValue } from './wrong-value.ts';

/** The content of a plan file. */
export interface PlanFile {
  /** Options by their long names, as if each value had been given on the command line. */
  readonly options: ReadonlyMap<string, readonly string[] | true>;
  readonly places: ReadonlyMap<string, Place>;
  readonly variables: Readonly<Record<string, string>>;
  /** The plan's own presets. */
  readonly presets: Readonly<Record<string, PresetOptions>>;
  /** Null if the plan names no requests. */
  readonly mix: readonly NamedRequestOptions[] | null;
  /** Scenarios as written; null without any. */
  readonly flow: WrittenFlow | null;
  /** What is wrong with its fields, one sentence each, with their places. */
  readonly problems: readonly string[];
}

/**
 * Reads a plan file in YAML or JSON. Wrong fields are reported in `problems` and left out, so that the rest can
 * be checked too.
 *
 * @throws VolleyError VOLLEY_USAGE if the file cannot be read or is not a plan
 */
export function readPlanFile(path: string): PlanFile {
  const text = planText(path);
  const kind = otherByName(path);
  if (kind !== null) throw new VolleyError(ERROR_CODES.usage, kind);
  const name = path === STDIN ? 'stdin' : path;
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const document = checkedDocument(text, lines, path, placeAt);
  const placeOf = placesIn(document, placeAt);
  const { data, flow } = withoutFlow(withoutAnchors(contentOf(document, path)));
  const other = otherThanPlan(data, path);
  if (other !== null) throw new VolleyError(ERROR_CODES.usage, other);
  const first = PLAN.safeParse(data);
  const issues = first.error?.issues ?? [];
  const problems = issues.flatMap((issue) =>
    isMisspelt(issue, issues, fieldsAt)
      ? []
      : faultsIn(issue).flatMap((fault) => sentencesOf(fault, data, placeOf)),
  );
  const read = first.success ? first : PLAN.safeParse(withoutWrong(data, issues));
  if (!read.success) throw new VolleyError(ERROR_CODES.usage, problems);
  const { variables = {}, presets = {}, mix, ...options } = read.data;
  return {
    options: new Map(Object.entries(options).flatMap(([name, value]) => given(name, value))),
    places: new Map([...Object.keys(options), 'presets'].map((name) => [name, placeOf([name])])),
    variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
    presets: Object.fromEntries(Object.entries(presets).map(([name, preset]) => [name, presetFrom(preset)])),
    mix:
      mix?.map((entry, index) => ({
        ...requestOf(entry),
        places: new Map(Object.keys(entry).map((name) => [name, placeOf(['mix', index, name])])),
      })) ?? null,
    flow: flow === null ? null : { path: name, data: flow, placeOf },
    problems,
  };
}

/** Parses the file; throws if it is not YAML that a plan can be read from. */
function checkedDocument(
  text: string,
  lines: LineCounter,
  path: string,
  placeAt: (offset: number) => Place,
): Document.Parsed {
  if (isTooDeep(text)) throw unreadable(path, 'it is nested too deeply');
  const document = parsed(text, lines, path);
  // Further errors mostly follow from the first.
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    const advice = syntax.code === 'MULTIPLE_DOCS' ? SECOND_DOCUMENT : adviceOn(text, syntax.pos[0]);
    throw new VolleyError(
      ERROR_CODES.usage,
      `${placeAt(syntax.pos[0])}: ${advice ?? `${firstLine(syntax.message)}.`}`,
    );
  }
  const problems = [
    ...document.warnings.map(
      ({ pos, message }) => `${placeAt(pos[0])}: ${firstLine(message)}: leave it out.`,
    ),
    ...referenceProblems(document, placeAt),
    ...unquotedIn(document, placeAt),
  ];
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
  return document;
}

function parsed(text: string, lines: LineCounter, path: string): Document.Parsed {
  try {
    // Only the first error is reported; writing a context for each of thousands takes half a minute.
    // Warnings would go to stderr directly; a key that is not a text is reported below, with its place.
    return parseDocument(text, {
      lineCounter: lines,
      merge: true,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    });
  } catch (error) {
    throw unreadable(path, reasonOf(error));
  }
}

function contentOf(document: Document, path: string): unknown {
  // Comments alone.
  if (document.contents === null) throw emptyPlan(path);
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw unreadable(path, reasonOf(error));
  }
}

const DEEPEST = 1_000;
const DEEP_LINE = new RegExp(`(?:[-?][ \\t]+){${DEEPEST}}`);

/** Detects absurd nesting, which would take the parser long to refuse. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1);
    if (depth > DEEPEST) return true;
  }
  return DEEP_LINE.test(text);
}

function reasonOf(error: unknown): string {
  return error instanceof RangeError ? 'it is nested too deeply' : firstLine(messageOf(error));
}

function unreadable(path: string, why: string): VolleyError {
  return new VolleyError(
    ERROR_CODES.usage,
    `The plan '${path}' cannot be read (${why}): write it with less nesting and fewer aliases.`,
  );
}

const SECOND_DOCUMENT = 'another document begins here: a plan is a single one: give each a file of its own.';

/** Advice on a syntax error if its line shows what was meant; otherwise null. */
function adviceOn(text: string, offset: number): string | null {
  const start = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end < 0 ? undefined : end);
  const bare = line.replace(/'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"/g, '');
  if (bare.includes('{{'))
    return "braces without quotes: put quotes around placeholders, as in '{{name}}/path'.";
  return /\{[^}]*\[/.test(bare)
    ? 'brackets within { } without quotes: put quotes around the value, or write the map over several lines.'
    : null;
}

/** A plan without the wrong fields; required ones are made up, since nothing will be sent. */
function withoutWrong(data: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const copy = structuredClone(data);
  for (const issue of issues) {
    const paths =
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const path of paths) leaveOut(copy, path);
  }
  return copy;
}

/** How many keys lead to what is left out, where it is not a whole field. */
const DEPTH_OF_WRONG: Readonly<Record<string, number>> = { mix: 3, presets: 3, variables: 2 };

function leaveOut(data: unknown, path: readonly PropertyKey[]): void {
  // Removes a whole top-level field, but only the wrong field of a request of the mix or of a preset.
  const keys = path.slice(0, DEPTH_OF_WRONG[String(path[0])] ?? 1);
  const last = keys.at(-1);
  let holder: unknown = data;
  for (const key of keys.slice(0, -1)) holder = isRecord(holder) ? holder[String(key)] : undefined;
  if (!isRecord(holder) || last === undefined) return;
  const isNeeded = keys[0] === 'mix' && keys.length === 3 && (last === 'name' || last === 'url');
  if (keys.length === 2 && keys[0] === 'mix') holder[String(last)] = standIn(last);
  else if (isNeeded)
    holder[String(last)] = last === 'name' ? `request ${String(keys[1])}` : 'http://127.0.0.1/';
  // Without it, requests that name it would seem wrong, too.
  else if (keys[0] === 'variables' && keys.length === 2) holder[String(last)] = '1';
  else delete holder[String(last)];
}

/** A valid request for the mix. */
function standIn(index: PropertyKey): object {
  return { name: `request ${String(index)}`, url: 'http://127.0.0.1/' };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** In quotes it is a name like any other. */
function isMerge({ source, type }: Scalar): boolean {
  return source === '<<' && type === 'PLAIN';
}

/** Finds aliases and merges without a target or in circles, and keys that JavaScript would not keep. */
function referenceProblems(document: Document, placeAt: (offset: number) => Place): string[] {
  const found: string[] = [];
  const note = (range: readonly number[] | null | undefined, sentence: string): void => {
    found.push(`${placeAt(range?.[0] ?? 0)}: ${sentence}`);
  };
  visit(document, {
    Alias: (_key, alias, path) => {
      const anchored = alias.resolve(document);
      if (anchored === undefined)
        note(
          alias.range,
          `*${alias.source} has no anchor: write &${alias.source} before what it stands for.`,
        );
      else if (path.includes(anchored))
        note(alias.range, `*${alias.source} stands for something that contains it: leave it out.`);
    },
    // The library's own check compares each key with all before it.
    Map: (_key, { items }) => {
      const names = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key) || isMerge(key)) continue;
        const name = `${typeof key.value} ${String(key.value)}`;
        if (names.has(name)) note(key.range, `${quoted(key.value)} appears twice: give it once.`);
        names.add(name);
      }
    },
    Pair: (_key, { key, value }) => {
      if (isAlias(key) && isCollection(key.resolve(document)))
        note(key.range, `*${key.source} is a list or a map, which cannot be a name: give text.`);
      if (!isScalar(key)) return;
      if (key.value === '__proto__')
        note(key.range, "'__proto__' cannot be a name here: choose another one.");
      if (isMerge(key) && isScalar(value)) note(value.range, '<< merges maps: give it an alias of one.');
    },
  });
  return found;
}

function sentencesOf(issue: z.core.$ZodIssue, data: unknown, placeOf: PlaceOf): string[] {
  const name = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const advice = adviceOnFields(issue.keys, issue.path);
    return issue.keys.map(
      (key, place) =>
        `${placeOf([...issue.path, key], 'key')}: ${quoted(key)} is not a field that a plan has here${advice[place] ?? ''}`,
    );
  }
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    return [`${placeOf(issue.path)}: '${name}' is missing.`];
  const place = placeOf(issue.path);
  if (name === 'requests' && isListIn(data))
    return [
      `${place}: 'requests': it is the number of requests to send: list the requests themselves under mix.`,
    ];
  const what = name === '' ? 'the plan' : `'${name}'${wrongValue(issue, data)}`;
  return [`${place}: ${what}: ${firstLine(issue.message)}.`];
}

function isListIn(data: unknown): boolean {
  return isRecord(data) && Array.isArray(data['requests']);
}

/** Removes fields for the file's own use, such as those that only hold anchors. */
function withoutAnchors(plan: unknown): unknown {
  if (typeof plan !== 'object' || plan === null || Array.isArray(plan)) return plan;
  return Object.fromEntries(Object.entries(plan).filter(([name]) => !name.startsWith('x-')));
}

/** Separates the fields on scenarios from the rest, which is the same as without them. */
function withoutFlow(plan: unknown): { data: unknown; flow: Record<string, unknown> | null } {
  if (!isRecord(plan) || Array.isArray(plan) || plan['scenarios'] === undefined)
    return { data: plan, flow: null };
  const isOfFlow = ([name]: readonly [string, unknown]): boolean => FLOW_FIELDS.includes(name);
  const entries = Object.entries(plan);
  return {
    data: Object.fromEntries(entries.filter((entry) => !isOfFlow(entry))),
    flow: Object.fromEntries(entries.filter(isOfFlow)),
  };
}

function firstLine(text: string): string {
  return cut((text.split('\n')[0] ?? text).replace(/[.:]$/, ''));
}

/** An option as given; fields that are missing or false count as not given. */
function given(
  name: string,
  value: PlanEntry | undefined,
): (readonly [name: string, values: readonly string[] | true])[] {
  if (value === undefined || value === false || name === '$schema') return [];
  if (name === 'json' && typeof value !== 'string') return [[name, [JSON.stringify(value)]]];
  if (value !== true) return [[name, textsOf(value)]];
  return [[name, name === 'location' ? [''] : true]];
}

/** The values of an option as they would be on the command line. */
function textsOf(value: PlanEntry): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object') return Object.entries(value).map(([name, text]) => `${name}: ${text}`);
  return [String(value)];
}

/** Converts names to the library's; the values are checked later. */
function presetFrom({ header, ...fields }: Readonly<Record<string, unknown>>): PresetOptions {
  const said = Object.entries(fields).map(([name, value]) => [camelCase(name), value]);
  return {
    ...Object.fromEntries(said),
    ...(header === undefined ? {} : { headers: textsOf(header as PlanEntry) }),
  };
}

function requestOf(entry: z.infer<typeof MIX_ENTRY>): NamedRequestOptions {
  const { name, url, json, 'no-keepalive': isAlone, location, weight, ...texts } = entry;
  const options = Object.entries(texts).flatMap(([option, value]) =>
    value === undefined
      ? []
      : [[LIBRARY_NAMES.get(option as RequestName), saidOf(option as RequestName, value)] as const],
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

/** The value of a request's option in the form that is checked. */
function saidOf(option: RequestName, value: PlanEntry): string | string[] | boolean {
  if (typeof value === 'boolean') return value;
  return 'isRepeatable' in RUN_TABLE[option] ? textsOf(value) : String(value);
}
