import { secretsInJson } from '../../requests/data-secrets.ts';
import { nameAndValue } from '../../requests/header-text.ts';
import { secretsInForm, secretsInQuery } from '../../requests/parameter-secrets.ts';
import { secretsInHeaders } from '../../requests/secret-headers.ts';
import { isSecretUnder } from '../../requests/secret-names.ts';
import { shownVariable } from '../text/quoted.ts';
import { secretsInCurl } from './curl/rough-secrets.ts';
import type { RunOptions } from './options.ts';
import { secretVariables } from './requests/credentials.ts';
import { bareName, environmentNames, piecesOf } from './requests/placeholders.ts';
import { BODIES } from './requests/sources.ts';
import { passwordIn, secretsInUrl } from './url-secrets.ts';

/** What was meant for JSON. */
const LOOSELY = /([\w.-]{1,64})["'\\]{0,8}\s{0,8}[:=]\s{0,8}["'\\]{0,8}([^\s"'\\,}\]&]{4,})/g;
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
    ...secretsInUrl(textOf(all['proxy'])),
    // Taken for URLs, they have no name and password either.
    ...['resolve', 'connectTo', 'unixSocket'].flatMap((option) =>
      [all[option]].flat().map(textOf).flatMap(secretsInUrl),
    ),
    ...secretsInCurl(textOf(all['curl'])),
    ...ofVariables(
      all['variables'],
      [all, ...mix].map(({ url }) => textOf(url)),
    ),
  ];
  return [...new Set(found)].filter((secret) => !isOnlyNames(secret));
}

/** Nothing but placeholders by their names, which sentences about them have to show. */
function isOnlyNames(secret: string): boolean {
  return piecesOf(secret).every((piece) => {
    if (typeof piece === 'string') return piece.trim() === '';
    const name = bareName(piece.name).replace(/^env\s+/, '');
    return shownVariable(name) === name;
  });
}

type Fields = Readonly<Record<string, unknown>>;

function ofRequest(said: Fields, environment: NodeJS.ProcessEnv): string[] {
  const lines = Array.isArray(said['headers']) ? said['headers'].map(textOf) : [];
  const cookie = textOf(said['cookie']);
  const texts = Object.values(said).flat().map(textOf);
  return [
    environment[textOf(said['bearerEnv'])] ?? '',
    ...['bearerEnv', 'apiKeyEnv'].map((option) => textOf(said[option])).filter(isNoVariable),
    passwordIn(textOf(said['user'])),
    ...(cookie === '' ? [] : [cookie, ...secretsInHeaders(['cookie', cookie])]),
    ...secretsInUrl(textOf(said['url'])),
    ...BODIES.flatMap((body) => [said[body]].flat().map(textOf)).flatMap(secretsInText),
    ...lines.flatMap((line) => secretsInHeaders(nameAndValue(line))),
    // A URL may be given where a file is asked for.
    ...texts.flatMap(secretsInQuery),
    ...texts.flatMap(environmentNames).map((name) => environment[name] ?? ''),
  ];
}

/** The secret itself, in place of a variable's name. */
function isNoVariable(name: string): boolean {
  return shownVariable(name) !== name;
}

/** A body, which may be broken, or one field of a form. */
function secretsInText(text: string): string[] {
  const loose = Array.from(text.matchAll(LOOSELY), ([, name = '', value = '']) =>
    isSecretUnder(name, value, 'text') ? value : '',
  );
  return [...secretsInForm(text), ...secretsInJson(text), ...loose.filter((value) => value !== '')];
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

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
