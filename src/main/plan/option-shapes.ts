import { isMap, isUint8Array } from 'node:util/types';
import { meantOrOneOf } from '../text/nearest.ts';
import { quoted } from '../text/quoted.ts';
import type { OnlyInLibrary } from './option-table/agreement.ts';
import type { Kind, OptionEntry } from './option-table/entry.ts';
import { entries, isInLibrary, LIBRARY_NAMES } from './option-table/run-table.ts';
import type { Problems } from './problems.ts';
import { given, type OptionWord, phrase, the } from './words.ts';

type Shape = readonly [description: string, fits: (value: unknown) => boolean];

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextList = (value: unknown): boolean => Array.isArray(value) && Array.from(value).every(isText);
const TEXT: Shape = ['text', isText];
const QUANTITY: Shape = ['a number or text', (value) => typeof value === 'number' || isText(value)];
const LIST: Shape = ['text or a list of text', isTextList];
const HEADERS: Shape = ["an object of names and values, or a list of 'Name: value'", isTextList];
const JSON_VALUE: Shape = ['a value that JSON can represent, or JSON text', isText];
const DURATION: Shape = [
  'a number of milliseconds, or text such as 10s',
  (value) => typeof value === 'number' || isText(value),
];
const URL_TEXT: Shape = ['text or a URL', isText];
const BODY: Shape = ['text or a Uint8Array', (value) => isText(value) || isUint8Array(value)];
const FLAG: Shape = ['true or false', (value) => typeof value === 'boolean'];

const SHAPE_OF: Readonly<Record<Exclude<Kind, 'setting'>, Shape>> = {
  text: TEXT,
  file: TEXT,
  choice: TEXT,
  duration: DURATION,
  version: TEXT,
  json: JSON_VALUE,
  body: BODY,
  count: QUANTITY,
  rate: QUANTITY,
  statuses: QUANTITY,
  percentiles: ['numbers, as a list or as text', (value) => isText(value) || isTextList(value)],
  flag: FLAG,
  redirects: ['a number, text or true', (value) => ['number', 'boolean', 'string'].includes(typeof value)],
  list: LIST,
  rule: LIST,
  header: HEADERS,
};

/** Shapes of the options in the table, by their names in the library. */
function shapesWhere(holds: (entry: OptionEntry) => boolean): Readonly<Record<string, Shape>> {
  const described = entries().flatMap(([name, entry]) => {
    const libraryName = LIBRARY_NAMES.get(name);
    if (libraryName === undefined || entry.kind === 'setting' || !holds(entry)) return [];
    return [[libraryName, SHAPE_OF[entry.kind]] as const];
  });
  return Object.fromEntries(described);
}

const ONLY_IN_LIBRARY: Readonly<Record<OnlyInLibrary, Shape>> = {
  url: URL_TEXT,
  pathAsIs: FLAG,
  requestTarget: TEXT,
  withoutHeaders: LIST,
  methodOnRedirect: TEXT,
  headersOfBody: LIST,
  curlRedirects: ['an object', isPlainObject],
  digest: FLAG,
};

/** Options of one request. */
const OF_REQUEST: Readonly<Record<string, Shape>> = {
  ...ONLY_IN_LIBRARY,
  ...shapesWhere(({ of }) => of === 'request'),
};

/** The allowed types of each option: TypeScript checks them for its users, but not for those of JavaScript. */
const SHAPES: Readonly<Record<string, Shape>> = {
  ...OF_REQUEST,
  mix: ['a list of requests', Array.isArray],
  variables: ['an object of texts, finite numbers and booleans', isPlainObject],
  presets: [
    'an object of presets',
    (value) => isPlainObject(value) && Object.values(value).every(isPlainObject),
  ],
  ...shapesWhere(({ of }) => of !== 'request'),
};

/** Names of a run's options, in the library. */
export const RUN_OPTIONS: readonly string[] = Object.keys(SHAPES);

const OF_MIX: Readonly<Record<string, Shape>> = {
  ...OF_REQUEST,
  name: TEXT,
  weight: QUANTITY,
  places: ['a Map', isMap],
  placeholders: FLAG,
};

/** Options whose value may contain a secret, and is never quoted. */
const SECRET: ReadonlySet<string> = new Set([
  ...['url', 'headers', 'body', 'json', 'dataUrlencode', 'form', 'user', 'cookie'],
  ...['curl', 'proxy', 'variables', 'presets', 'expectJson', 'expectHeader', 'expectBody'],
]);
const MOST_WRONG = 10;
/** Options of the command line for what a program does with a result itself. */
const WRITES_RESULT: ReadonlySet<string> = new Set(['output', 'out', 'html', 'step-summary', 'verbose']);

/**
 * Notes a problem for each option that does not exist or has the wrong type, also in the requests of a mix.
 *
 * @returns whether the others can be checked nonetheless: none has the wrong type
 */
export function checkShape(options: unknown, problems: Problems): boolean {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    problems.add(`The options ${quoted(options)}: give an object, at least { url: 'http://…' }.`);
    return false;
  }
  const fit = checkFields(options, SHAPES, undefined, problems);
  const { mix, variables } = options as { readonly mix?: unknown; readonly variables?: unknown };
  const areTexts = !isPlainObject(variables) || checkVariables(variables, problems);
  return (!Array.isArray(mix) || checkMix(mix, problems)) && fit && areTexts;
}

/** Numbers and booleans are texts by now. */
function checkVariables(variables: object, problems: Problems): boolean {
  const wrong = Object.entries(variables).filter(([, value]) => !isText(value));
  for (const [name, value] of wrong) {
    const word = the('variables', `variables[${JSON.stringify(name)}]`);
    // A list or an object may hold secrets, so only its kind is shown.
    const kind = mayHoldText(value) ? kindOf(value) : String(value);
    problems.add(phrase`${word} is ${kind}: give text, a finite number, true or false.`);
  }
  return wrong.length === 0;
}

function checkMix(mix: readonly unknown[], problems: Problems): boolean {
  let wrong = 0;
  let fit = true;
  for (const [index, request] of mix.entries()) {
    const before = problems.size;
    if (!checkRequest(request, index, problems)) fit = false;
    if (problems.size > before) wrong++;
    // Generated requests repeat the same mistake.
    if (wrong === MOST_WRONG) return false;
  }
  return fit;
}

function checkRequest(request: unknown, index: number, problems: Problems): boolean {
  const name = `mix[${index}]`;
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    problems.add(
      phrase`${the(name, `The request ${name}`)} is ${kindOf(request)}: give an object with name and url.`,
    );
    return false;
  }
  const fit = checkFields(request, OF_MIX, index, problems);
  const missing = ['name', 'url'].filter(
    (field) => (request as Readonly<Record<string, unknown>>)[field] === undefined,
  );
  for (const field of missing) problems.add(phrase`${inMix(field, index)} is missing: give text.`);
  return fit && missing.length === 0;
}

/** Whether no value has the wrong type. */
function checkFields(
  options: object,
  shapes: Readonly<Record<string, Shape>>,
  request: number | undefined,
  problems: Problems,
): boolean {
  let fit = true;
  for (const [name, value] of Object.entries(options)) {
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (shape === undefined) {
      const where = request === undefined ? '' : ` in mix[${request}]`;
      const known = Object.keys(shapes).filter((one) => one !== 'places');
      problems.add(
        phrase`${{ ...inMix(name, request), as: `The option ${quoted(name)}${where}` }} does not exist: ${onlyOnCommandLine(name) ?? meantOrOneOf(name, known)}`,
      );
      continue;
    }
    const [description, fits] = shape;
    if (value === undefined || fits(value)) continue;
    fit = false;
    const shown = SECRET.has(name) && mayHoldText(value) ? `is ${kindOf(value)}` : given(value);
    problems.add(phrase`${inMix(name, request)} ${shown}: give ${description}.`);
  }
  return fit;
}

/** What to say of an option that only the command line has; null for any other name. */
function onlyOnCommandLine(name: string): string | null {
  const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (isInLibrary(option) || !entries().some(([known]) => known === option)) return null;
  return WRITES_RESULT.has(option)
    ? `only the command line has --${option}: render(result, form) and renderHtml(result) return what to write.`
    : `only the command line has --${option} (docs/library.md).`;
}

/** An option, by the library's name, of one request or of all. */
function inMix(name: string, request: number | undefined): OptionWord {
  const as = `The option ${request === undefined ? '' : `mix[${request}].`}${name}`;
  return { ...the(name, as), name, ...(request === undefined ? {} : { request }) };
}

/** What a value is, for messages; texts may be secret. */
export function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'text';
  try {
    if (Array.isArray(value)) return 'a list';
  } catch {
    return 'a Proxy that was revoked';
  }
  return typeof value === 'object' && value !== null ? 'an object' : quoted(value);
}

function mayHoldText(value: unknown): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

/** Excludes lists and Maps, whose values would be overlooked. */
function isPlainObject(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]';
}
