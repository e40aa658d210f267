import type {
  RequestPlan,
  RequestTemplates,
  RowCells,
  RowsMode,
  Template,
} from '../../../protocol/request.ts';
import type { Supplies } from '../../../protocol/supplies.ts';
import { secretsInBody } from '../../../requests/body-secrets.ts';
import { canBeDealt } from '../../../requests/dealing.ts';
import { HOST_FIELD, NOT_IN_A_HEADER } from '../../../requests/header-text.ts';
import {
  checkHeaders,
  checkPath,
  InvalidRequest,
  isMethod,
  NO_HOST,
} from '../../../requests/invalid-request.ts';
import { secretsInQuery } from '../../../requests/parameter-secrets.ts';
import { secretsInHeaders } from '../../../requests/secret-headers.ts';
import { quoted } from '../../text/quoted.ts';
import { checkServerName } from '../connection/tls-files.ts';
import { DEFAULT_LOCATION, HEADERS_OF_BODY, MOST_REDIRECTS } from '../defaults.ts';
import { withoutLackingPrompt } from '../models/row-prompts.ts';
import { libraryNameOf } from '../option-table/run-table.ts';
import { type NamedRequestOptions, type RunOptions, SET_FOR_RUN } from '../options.ts';
import { Problems } from '../problems.ts';
import { parseTarget, type UnresolvedTarget } from '../target.ts';
import type { Words } from '../words.ts';
import { given, isOptionWord, isValueWord, type OptionWord, phrase, the, type Word } from '../words.ts';
import { parseDigest, secretVariables } from './credentials.ts';
import { parseExpectation } from './expectations.ts';
import { mayBreakJson } from './json-template.ts';
import { Placeholders, placesOf } from './placeholders.ts';
import { markOwnHeaders, markRequest, OPEN_ORIGIN, withUserFilled } from './request-marks.ts';
import { checkRows } from './row-checks.ts';
import { asksForRows, parseRows } from './rows-of-options.ts';
import { connectionOptionsOf, requestsOf } from './sources.ts';
import { notesOnTarget } from './target-notes.ts';
import { refuseUnusedRows } from './unused-rows.ts';

const MOST_WEIGHT = 1_000_000;

/** A request before its target's name is looked up. */
export type UnresolvedRequest = Omit<RequestPlan, 'endpoint' | 'message'> & {
  readonly target: UnresolvedTarget;
};

interface UnresolvedRequests {
  readonly mix: readonly UnresolvedRequest[];
  readonly rows: RowsMode | null;
  readonly supplies: Supplies;
  readonly skippedRows: number;
  readonly notes: readonly Words[];
  /** When recorded requests are due; null without a recording. */
  readonly timesMs: readonly number[] | null;
}

/**
 * Reads all requests of a run, and the rows that fill them; null if a problem has been noted.
 *
 * @param columns column names of rows that are sent later, one by one
 */
export function parseRequests(
  options: RunOptions,
  userAgent: string,
  problems: Problems,
  columns: readonly string[] | null = null,
): UnresolvedRequests | null {
  const before = problems.size;
  const rows = parseRows(options, columns !== null, problems);
  const names = {
    secrets: new Set<string>(),
    areKnown: !asksForRows(options) || rows !== null,
    columns: placesOf(rows?.cells.columns ?? columns),
    variables: new Map(Object.entries(options.variables ?? {})),
    used: new Set<string>(),
    usedColumns: new Set<string>(),
  };
  const asked = withoutLackingPrompt(options, rows?.cells.columns ?? null, problems);
  const all = requestsOf(asked);
  const requests = all.map((request, index) =>
    parseRequest(request, index, options, names, rows?.cells ?? null, userAgent, problems),
  );
  const known = requests.filter((request) => request !== null);
  checkNames(all, problems);
  checkKnown(known, problems);
  if (known.length < requests.length) return null;
  if (problems.size === before) {
    refuseUnused(options, names.used, problems);
    // What is wrong with the options may be why: a curl command that cannot be read has no placeholders.
    if (before === 0 && names.columns !== null && names.usedColumns.size === 0)
      refuseUnusedRows(options, all, [...names.columns.keys()], problems);
  }
  checkServerName(options, known, problems);
  const targets = known.map(({ target }) => target);
  const secrets = [
    ...names.secrets,
    ...targets.flatMap(({ headers, routes }) => [
      ...secretsInHeaders(headers),
      ...secretsInHeaders(['proxy-authorization', routes.proxy?.authorization ?? '']),
    ]),
    ...secretVariables(
      options.variables ?? {},
      targets.map(({ origin }) => origin),
    ),
  ];
  const supplies = { rows: rows?.cells ?? null, secrets: [...new Set(secrets)] };
  const sentence = rows?.skipped?.sentence ?? null;
  return {
    mix: known,
    rows: rows?.mode ?? null,
    supplies,
    skippedRows: rows?.skipped?.count ?? 0,
    notes: [
      ...(sentence === null ? [] : [[`Of the rows, ${sentence}`]]),
      ...notesOnTarget(options, all, known),
    ],
    timesMs: rows?.timesMs ?? null,
  };
}

function parseRequest(
  asGiven: NamedRequestOptions,
  index: number,
  options: RunOptions,
  names: ConstructorParameters<typeof Placeholders>[0],
  rows: RowCells | null,
  userAgent: string,
  problems: Problems,
): UnresolvedRequest | null {
  const found = new Problems();
  const own = options.mix?.[index];
  const placeholders = new Placeholders(names, found);
  const request = withUserFilled(asGiven, placeholders, found);
  const { marked, openUrl } =
    request.placeholders === false
      ? { marked: markOwnHeaders(request, options.headers?.length ?? 0, placeholders), openUrl: null }
      : markRequest(request, placeholders, found);
  const target = parseTarget({ ...connectionOptionsOf(options), ...marked }, userAgent, found);
  const expectation = parseExpectation(request, found);
  const weight = found.count(
    the('weight', `Request ${quoted(request.name)}: weight`),
    request.weight ?? 1,
    1,
    MOST_WEIGHT,
  );
  const maxRedirects = parseLocation(request.location, found);
  const digest = parseDigest(request, found);
  if (digest !== null) names.secrets.add(digest.password);
  for (const secret of secretsInQuery(request.url)) names.secrets.add(secret);
  for (const { name: cookie, value } of request.curlRedirects?.keptCookies ?? [])
    for (const secret of secretsInHeaders(['cookie', `${cookie}=${value}`])) names.secrets.add(secret);
  for (const problem of found.list)
    problems.add(
      problem.with((word) => inRequest(shownWord(word, placeholders), index, own, request.places)),
    );
  if (target === null || weight === null || maxRedirects === null || found.size > 0) return null;

  const templates = templatesOf(target, openUrl, placeholders, marked.json !== undefined);
  const before = problems.size;
  checkConstants(request.name, target, placeholders, problems);
  // Rows that come later are checked one by one, when they are sent.
  if (rows !== null || (names.columns === null && names.areKnown))
    checkRows(request.name, templates, target, rows, problems);
  if (problems.size > before) return null;
  const filled = filledTarget(target, request.url, openUrl, placeholders);
  for (const secret of secretsInBody(headerIn(filled.headers, 'content-type'), filled.body))
    names.secrets.add(secret);
  return {
    name: request.name,
    weight,
    target: filled,
    templates: isFixed(templates) ? null : templates,
    expectation,
    maxRedirects,
    methodOnRedirect: request.methodOnRedirect ?? 'standard',
    headersOfBody: request.headersOfBody ?? HEADERS_OF_BODY,
    curlRedirects: request.curlRedirects ?? null,
    digest,
  };
}

/** Checks values of variables and from the environment, which may not be allowed in a header or path. */
function checkConstants(
  name: string,
  { method, path, headers }: UnresolvedTarget,
  placeholders: Placeholders,
  problems: Problems,
): void {
  // Shown as given, since the values may be secret.
  const report = (option: string, what: string, text: string, why: string): void =>
    problems.add(phrase`${the(option, `${name}: the ${what}`)} ${given(placeholders.shown(text))} ${why}.`);
  const filled = placeholders.shown(path) === path ? null : placeholders.constant(path);
  if (filled !== null && !isSendable(() => checkPath(filled)))
    report('url', 'path', path, 'has a character that no path may have');
  const verb = placeholders.shown(method) === method ? null : placeholders.constant(method);
  if (verb !== null && !isMethod(verb)) report('method', 'method', method, 'is not one that can be sent');
  headers.forEach((text, index) => {
    const value = placeholders.shown(text) === text ? null : placeholders.constant(text);
    if (value === null) return;
    if (index % 2 === 1 && NOT_IN_A_HEADER.test(value))
      report('header', 'header value', text, 'has a character that no header may have');
    if (index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'host' && !HOST_FIELD.test(value))
      report('header', 'host', text, NO_HOST);
    if (index % 2 === 0 && !isSendable(() => checkHeaders([value, ''])))
      report('header', 'header', text, 'is not a name that can be sent');
  });
}

function isSendable(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof InvalidRequest) return false;
    throw error;
  }
}

/** The parts that are filled in for each request. */
function templatesOf(
  target: UnresolvedTarget,
  openUrl: string | null,
  placeholders: Placeholders,
  isJson: boolean,
): RequestTemplates {
  const headers = target.headers.map((text) => placeholders.template(text));
  const filled = target.body === null ? null : placeholders.bodyTemplate(target.body);
  const body = filled === null || filled.every((part) => part instanceof Uint8Array) ? null : filled;
  return {
    url: openUrl === null ? null : placeholders.template(openUrl),
    method: placeholders.constant(target.method) === null ? placeholders.template(target.method) : null,
    path: placeholders.constant(target.path) === null ? placeholders.template(target.path) : null,
    headers: headers.every(isConstant) ? null : headers,
    body,
    mayBreakJson: isJson && body !== null && mayBreakJson(body),
  };
}

/** The parts that are the same for every request, with constants filled in. */
function filledTarget(
  target: UnresolvedTarget,
  url: string,
  openUrl: string | null,
  placeholders: Placeholders,
): UnresolvedTarget {
  const { method, path, headers, body } = target;
  const filled = {
    ...target,
    url: placeholders.shown(target.url),
    method: placeholders.constant(method) ?? placeholders.shown(method),
    path: placeholders.constant(path) ?? placeholders.shown(path),
    headers: headers.map((text) => placeholders.constant(text) ?? placeholders.shown(text)),
    body:
      body === null
        ? null
        : Buffer.concat(placeholders.bodyTemplate(body).filter((part) => part instanceof Uint8Array)),
  };
  return openUrl === null ? filled : { ...filled, ...OPEN_ORIGIN, url };
}

/** The value of a header, flat as they are; empty without it. */
function headerIn(headers: readonly string[], name: string): string {
  const at = headers.findIndex((one, index) => index % 2 === 0 && one.toLowerCase() === name);
  return at < 0 ? '' : (headers[at + 1] ?? '').replace(/;.*/s, '').trim();
}

function isConstant(template: Template): boolean {
  return template.every((part) => typeof part === 'string');
}

function isFixed({ url, method, path, headers, body }: RequestTemplates): boolean {
  return url === null && method === null && path === null && headers === null && body === null;
}

function parseLocation(location: RunOptions['location'], problems: Problems): number | null {
  if (location === undefined || location === false) return 0;
  if (location === true || location === '') return DEFAULT_LOCATION;
  const count = new Problems().count('location', location, 0, MOST_REDIRECTS);
  // The option takes whatever follows it, even a URL.
  if (count === null)
    problems.add(
      phrase`${the('location')} ${given(location)}: give how many redirects to follow, from 0 to ${MOST_REDIRECTS}, or no number.`,
    );
  return count;
}

/** A plan may have variables for other times; what is set for one run is meant for it. */
function refuseUnused(options: RunOptions, used: ReadonlySet<string>, problems: Problems): void {
  for (const name of options[SET_FOR_RUN] ?? [])
    if (!used.has(name))
      problems.add(
        `--set ${quoted(name)}: nothing uses it: write {{${name}}} where it belongs, or leave it out.`,
      );
}

/** Reports names that are used twice, also by requests that have other problems. */
function checkNames(requests: readonly NamedRequestOptions[], problems: Problems): void {
  const uses = new Map<string, number>();
  for (const [request, { name, places }] of requests.entries()) {
    const use = (uses.get(name) ?? 0) + 1;
    uses.set(name, use);
    if (use !== 2) continue;
    const place = places?.get('name');
    const word = {
      ...{ ...the('name', 'Two requests are called'), request },
      ...(place === undefined ? {} : { place }),
    };
    problems.add(phrase`${word} ${given(name)}: give each a name of its own.`);
  }
}

function checkKnown(requests: readonly UnresolvedRequest[], problems: Problems): void {
  const unreadable = requests
    .map(({ name }) => name)
    .find((name) => name.trim() === '' || /\p{Cc}/u.test(name));
  if (unreadable !== undefined)
    problems.add(`A request is called ${JSON.stringify(unreadable)}: give it a name of one readable line.`);
  const weights = requests.map(({ weight }) => weight);
  if (!canBeDealt(weights))
    problems.add(`The weights ${weights.join(', ')} cannot be kept exactly: give smaller whole numbers.`);
}

/** A word with its placeholders as they were given. */
function shownWord(word: Word, placeholders: Placeholders): Word {
  if (isOptionWord(word)) return word;
  return isValueWord(word) ? { value: placeholders.shown(word.value) } : placeholders.shown(word);
}

/** Attributes an option to the request of a mix that sets it, with its place in a plan file. */
function inRequest(
  word: Word,
  request: number,
  own: NamedRequestOptions | undefined,
  places: ReadonlyMap<string, string> | undefined,
): Word {
  if (own === undefined || !isOptionWord(word) || !says(own, word)) return word;
  const place = places?.get(word.option);
  return { ...word, request, ...(place === undefined ? {} : { place }) };
}

function says(own: NamedRequestOptions, { option, header }: OptionWord): boolean {
  if (header !== undefined)
    return (own.headers ?? []).some((line) => line.toLowerCase().startsWith(`${header.toLowerCase()}:`));
  return Object.entries(own).some(([name, value]) => value !== undefined && name === libraryNameOf(option));
}
