import { messageOf } from '../../protocol/errors.ts';
import { TOKEN } from '../../requests/header-text.ts';
import { nearestTo } from '../text/nearest.ts';
import { quoted } from '../text/quoted.ts';
import type * as library from './library-options.ts';
import { RUN_OPTIONS } from './option-shapes.ts';
import { type RunOptions, WRITTEN_IN } from './options.ts';
import { Problems, type Told } from './problems.ts';
import { libraryTerms } from './terms.ts';
import { withProblems } from './worded-problem.ts';
import { type OptionWord, phrase, the } from './words.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Options that the command line takes several times; in the library a single text is allowed too. */
const TEXTS = [
  ...['dataUrlencode', 'form', 'expectHeader', 'expectBody', 'expectJson'],
  ...['thresholds', 'abortOn', 'resolve', 'connectTo', 'tokenPath', 'usagePath'],
];

/**
 * Converts the library's options into the one form that is checked. What cannot be converted stays as it is, and
 * is reported by the check.
 *
 * @param found collects problems
 * @param others options that only the caller has: what is like one of them is not an option of a run
 */
export function plainOptions(
  given: library.RunOptions,
  found: Told[],
  others: readonly string[] = [],
): RunOptions {
  if (!isFields(given)) return given as unknown as RunOptions;
  const problems = new Problems();
  const options = withoutMisspelt(given, others, problems);
  const { mix } = options;
  const plain = {
    [WRITTEN_IN]: { in: 'library' },
    ...plainRequest(options, undefined, problems),
    ...('variables' in options ? { variables: textValues(options['variables']) } : {}),
    ...('percentiles' in options ? { percentiles: labelsIn(options['percentiles']) } : {}),
    ...(Array.isArray(mix)
      ? {
          // Not map, which skips the holes of a sparse list: the check must see them.
          mix: Array.from(mix, (request: unknown, index) =>
            isFields(request) ? plainRequest(request, index, problems) : request,
          ),
        }
      : {}),
  };
  found.push(...problems.list);
  return plain as unknown as RunOptions;
}

function withoutMisspelt<T extends Fields>(options: T, others: readonly string[], problems: Problems): T {
  const known = [...RUN_OPTIONS, ...others];
  const wrong = Object.keys(options).flatMap((name) => {
    const meant = known.includes(name) ? null : nearestTo(name, known);
    return meant !== null && others.includes(meant) ? [[name, meant] as const] : [];
  });
  for (const [name, meant] of wrong)
    problems.add(`The option ${quoted(name)} does not exist: did you mean ${meant}?`);
  const kept = Object.entries(options).filter(([name]) => !wrong.some(([misspelt]) => misspelt === name));
  return wrong.length === 0 ? options : (Object.fromEntries(kept) as T);
}

/** Rewords an error of the check in the library's terms. */
export function inLibraryTerms(error: unknown, options: library.RunOptions): unknown {
  const terms = libraryTerms((request) => {
    const said: unknown = request === undefined ? options : options.mix?.[request];
    return isFields(said) && said['headers'] !== undefined && !Array.isArray(said['headers']);
  });
  return withProblems(error, (problem) => problem.inTerms(terms));
}

function plainRequest(options: Fields, request: number | undefined, problems: Problems): Fields {
  const { url, headers, json } = options;
  const lists = TEXTS.filter((name) => typeof options[name] === 'string').map(
    (name) => [name, [options[name]]] as const,
  );
  return {
    ...options,
    ...Object.fromEntries(lists),
    ...(isUrl(url) ? { url: url.href } : {}),
    ...(isFields(headers) ? { headers: headerLines(headers, request, problems) } : {}),
    ...(json !== undefined && typeof json !== 'string' ? { json: jsonText(json, request, problems) } : {}),
  };
}

/** A URL of this realm or another. */
function isUrl(value: unknown): value is URL {
  return isFields(value) && typeof value['href'] === 'string' && typeof value['searchParams'] === 'object';
}

/** A header whose value is undefined, as in `{ 'x-a': undefined }`, is not sent. */
function headerLines(headers: object, request: number | undefined, problems: Problems): string[] {
  const pairs: readonly unknown[] = isIterable(headers) ? [...headers] : Object.entries(headers);
  return pairs.flatMap((pair) => {
    const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [pair, null];
    return linesOf(String(name), value, request, problems);
  });
}

function linesOf(name: string, value: unknown, request: number | undefined, problems: Problems): string[] {
  if (value === undefined) return [];
  const option: OptionWord = {
    option: 'header',
    header: name,
    ...(request === undefined ? {} : { request }),
  };
  if (!TOKEN.test(name)) {
    problems.add(phrase`${option}: that is not a header name: give one such as x-request-id.`);
    return [];
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((one) => {
    if (typeof one === 'string' || typeof one === 'number') return `${name}: ${one}`;
    // The value may be a secret, so only its kind is shown.
    problems.add(phrase`${option} is ${kindOf(one)}: give text, a number, or a list of them.`);
    return [];
  });
}

/** Returns a value as it is if JSON has no form for it; one that has such a value within is reported here. */
function jsonText(value: unknown, request: number | undefined, problems: Problems): unknown {
  try {
    return JSON.stringify(value, checkKept) ?? value;
  } catch (error) {
    const of = request === undefined ? '' : `mix[${request}].`;
    const option: OptionWord = {
      ...the('json', `The option ${of}json`),
      ...(request === undefined ? {} : { request }),
    };
    const why = error instanceof NotKept ? error.message : whyNoJson(messageOf(error));
    problems.add(phrase`${option} ${why}.`);
    return undefined;
  }
}

class NotKept extends Error {}

/** JSON.stringify leaves some values out, or writes null or an empty object for them, which nobody means to send. */
function checkKept(this: unknown, key: string, value: unknown): unknown {
  const given = (this as Readonly<Record<string, unknown>>)[key];
  if (typeof given === 'number' && !Number.isFinite(given))
    throw new NotKept(`has ${given}, which JSON does not have: give a number or null`);
  if (typeof given === 'function' || typeof given === 'symbol')
    throw new NotKept(`has a ${typeof given}, which JSON does not have: leave it out`);
  if (given === undefined && Array.isArray(this))
    throw new NotKept('has undefined in a list, which JSON does not have: give null');
  if (typeof given !== 'object' || given === null) return value;
  const kind = Object.prototype.toString.call(given).slice(8, -1);
  if (kind === 'Date' && value === null) throw new NotKept('has an invalid date: give a valid one');
  if (value === given && isEmptyAsJson(given, kind))
    throw new NotKept(`has ${nameOf(given, kind)}, whose content JSON drops: give an object or a list`);
  return value;
}

/** What JSON writes by its own fields although these are not what it is, or writes as an empty object. */
const NO_JSON = /^(?:Map|Set|Weak|RegExp|Error|Promise|ArrayBuffer|SharedArrayBuffer|DataView|.*\dArray$)/;
const OF_JSON = new Set(['Object', 'Array', 'String', 'Number', 'Boolean']);

function isEmptyAsJson(given: object, kind: string): boolean {
  if (NO_JSON.test(kind)) return true;
  const hasFields = Array.isArray(given) || Object.keys(given).length > 0;
  if (kind !== 'Object') return !OF_JSON.has(kind) && !hasFields;
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype !== null && Object.getPrototypeOf(prototype) !== null && !hasFields;
}

function nameOf(given: object, kind: string): string {
  const name = kind === 'Object' ? String((given.constructor as { name?: unknown } | undefined)?.name) : kind;
  return kind === 'Object' ? `an instance of ${name}` : `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** The error's own words quote the value's keys, so only their subject is reported. */
function whyNoJson(message: string): string {
  if (/circular/i.test(message))
    return 'contains itself, directly or further down: give a value without cycles';
  if (/bigint/i.test(message)) return 'has a bigint, which JSON does not have: give a number or text instead';
  return 'cannot be written as JSON, since its toJSON or a getter throws: give plain values';
}

function textValues(values: unknown): unknown {
  if (!isFields(values) || Object.prototype.toString.call(values) !== '[object Object]') return values;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]));
}

/** A number that is none stays as it is, for the check to refuse. */
function textOf(value: unknown): unknown {
  return Number.isFinite(value) || typeof value === 'boolean' ? String(value) : value;
}

function labelsIn(percentiles: unknown): unknown {
  return Array.isArray(percentiles) ? percentiles.map(textOf) : textOf(percentiles);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
