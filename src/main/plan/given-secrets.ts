import { withoutBlanks } from '../../requests/header-text.ts';
import { secretsInJson, secretsInQuery } from '../../requests/named-secrets.ts';
import { secretsInHeaders } from '../../requests/secret-headers.ts';
import { shownVariable } from '../text/quoted.ts';
import type { RunOptions } from './options.ts';
import { secretVariables } from './requests/credentials.ts';
import { environmentNames } from './requests/placeholders.ts';

/** The credentials before the host of a URL. */
const CREDENTIALS = /^\s*(?:[a-z][a-z0-9+.-]*:[\\/]*)?([^/?#]*)@/i;
/** For a curl command that has not been parsed: text in quotes, and the values of options with credentials. */
const IN_CURL = /'([^']+)'|"([^"]+)"|(?:-[uUb]|--(?:user|proxy-user|cookie))[ =]?(\S+)/g;
const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;

/**
 * Collects the secrets in options, whatever else is wrong with them: a sentence that quotes another value may
 * contain one too. The types are not relied on, since options of the library may be of any type.
 */
export function secretsGiven(options: RunOptions, environment: NodeJS.ProcessEnv): string[] {
  const all: Fields = fieldsOf(options);
  const mix = Array.isArray(all['mix']) ? all['mix'].map(fieldsOf) : [];
  const found = [
    ...[all, ...mix].flatMap((said) => ofRequest(said, environment)),
    ...ofUrl(textOf(all['proxy'])),
    // Taken for URLs, they have no name and password either.
    ...['resolve', 'connectTo', 'unixSocket'].flatMap((option) =>
      [all[option]].flat().map(textOf).flatMap(ofUrl),
    ),
    ...ofCurl(textOf(all['curl'])),
    ...ofVariables(
      all['variables'],
      [all, ...mix].map(({ url }) => textOf(url)),
    ),
  ];
  return [...new Set(found)].filter((secret) => secret !== '');
}

type Fields = Readonly<Record<string, unknown>>;

function ofRequest(said: Fields, environment: NodeJS.ProcessEnv): string[] {
  const lines = Array.isArray(said['headers']) ? said['headers'].map(textOf) : [];
  const cookie = textOf(said['cookie']);
  const texts = Object.values(said).flat().map(textOf);
  return [
    environment[textOf(said['bearerEnv'])] ?? '',
    ...['bearerEnv', 'apiKeyEnv'].map((option) => textOf(said[option])).filter(isNoVariable),
    passwordOf(textOf(said['user'])),
    ...(cookie === '' ? [] : [cookie, ...secretsInHeaders(['cookie', cookie])]),
    ...ofUrl(textOf(said['url'])),
    ...secretsInJson(textOf(said['json'])),
    ...lines.flatMap((line) => secretsInHeaders(nameAndValue(line))),
    // A URL may be given where a file is asked for.
    ...texts.flatMap(secretsInQuery),
    ...texts.flatMap(environmentNames).map((name) => environment[name] ?? ''),
  ];
}

/** The password of a URL, and what its query calls a secret, as written and decoded. */
function ofUrl(url: string): string[] {
  const [, credentials = ''] = CREDENTIALS.exec(url) ?? [];
  const password = credentials.includes(':') ? passwordOf(credentials) : '';
  const inQuery = secretsInQuery(url);
  try {
    return [password, decodeURIComponent(password), ...inQuery];
  } catch {
    return [password, ...inQuery];
  }
}

/** The secret itself, in place of a variable's name. */
function isNoVariable(name: string): boolean {
  return shownVariable(name) !== name;
}

function ofCurl(command: string): string[] {
  return Array.from(
    command.matchAll(IN_CURL),
    ([, single, double, bare]) => single ?? double ?? bare?.replace(/^['"]|['"]$/g, '') ?? '',
  ).flatMap((word) => [
    ...secretsInHeaders(nameAndValue(word)),
    ...(word.includes('://') ? ofUrl(word) : /^[^\s:]+:[^\s:]+$/.test(word) ? [passwordOf(word)] : []),
  ]);
}

function ofVariables(given: unknown, urls: readonly string[]): string[] {
  const variables = Object.entries(fieldsOf(given)).map(([name, value]) => [name, textOf(value)] as const);
  const values = new Map(variables);
  const origins = urls.flatMap((url) => {
    const filled = url.replace(PLACEHOLDER, (whole, name: string) => values.get(name) ?? whole);
    return URL.canParse(filled) ? [new URL(filled).origin] : [];
  });
  return secretVariables(Object.fromEntries(variables), origins);
}

/** The text after the first colon, or all of it without one. */
function passwordOf(credentials: string): string {
  return credentials.slice(credentials.indexOf(':') + 1);
}

function nameAndValue(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, Math.max(0, colon)).trim(), withoutBlanks(line.slice(colon + 1))];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
