import { existsSync } from 'node:fs';
import { secretsGiven } from '../plan/given-secrets.ts';
import { entries, LIBRARY_NAMES, RUN_TABLE } from '../plan/option-table/run-table.ts';
import { type RunOptions, SET_FOR_RUN } from '../plan/options.ts';
import type { Told } from '../plan/problems.ts';
import { quoted } from '../text/quoted.ts';
import { repeatedOptions } from './command-options.ts';
import type { Parsed } from './parsed.ts';

/** Reads the options of a run, with the problems that only the command line can have. */
export function runOptionsFrom(parsed: Parsed, problems: Told[]): RunOptions {
  for (const sentence of repeatedOptions(parsed, RUN_TABLE))
    if (!problems.includes(sentence)) problems.push(sentence);
  const options: Record<string, unknown> = {};
  for (const [name, { kind, isRepeatable }] of entries()) {
    const libraryName = LIBRARY_NAMES.get(name);
    if (libraryName === undefined) continue;
    if (isRepeatable) options[libraryName] = parsed.all(name);
    else if (kind !== 'flag') options[libraryName] = parsed.last(name);
    // `--no-keepalive` is `keepalive: false` in the library.
    else options[libraryName] = parsed.flag(name) ? !name.startsWith('no-') : undefined;
  }
  const body = parsed.last('body');
  if (body !== undefined && isFileAsInCurl(body))
    problems.push(
      `--body ${quoted(body)} would be sent as that text: for the content of the file use --body-file ${body.slice(1)}.`,
    );
  const variables = variablesIn(parsed.all('set'), problems);
  return {
    // Every value is checked later, whatever its type here.
    ...(options as Partial<RunOptions>),
    url: parsed.positionals[0],
    variables,
    [SET_FOR_RUN]: Object.keys(variables),
  };
}

/** `@file`, which curl takes for the content of that file. */
function isFileAsInCurl(body: string): boolean {
  return (
    /^@[^\s{}"']+$/.test(body) &&
    (/\.(?:json|xml|txt|csv|html|bin)$/i.test(body) || existsSync(body.slice(1)))
  );
}

function variablesIn(settings: readonly string[], problems: Told[]): Record<string, string> {
  const variables = new Map<string, string>();
  for (const setting of settings) {
    const equals = setting.indexOf('=');
    const name = setting.slice(0, Math.max(0, equals));
    // The text may be a secret, so it is not quoted.
    if (equals < 1) problems.push('--set: give it as name=value.');
    else if (variables.has(name)) problems.push(`--set ${quoted(name)} was given twice: give it once.`);
    else variables.set(name, setting.slice(equals + 1));
  }
  // Unlike an assignment, this keeps names such as __proto__.
  return Object.fromEntries(variables);
}

/** Secrets on the command line, to be hidden in sentences about words that no plan has checked. */
export function typedSecrets(parsed: Parsed, environment: NodeJS.ProcessEnv): string[] {
  const options = runOptionsFrom(parsed, []);
  const places = parsed.positionals.flatMap((url) => secretsGiven({ url }, environment));
  return [...secretsGiven(options, environment), ...places];
}
