import { secretsGiven } from '../plan/given-secrets.ts';
import { entries, LIBRARY_NAMES, RUN_TABLE } from '../plan/option-table/run-table.ts';
import type { RunOptions } from '../plan/options.ts';
import type { Told } from '../plan/problems.ts';
import { quoted } from '../text/quoted.ts';
import { repeatedOptions } from './command-options.ts';
import type { Parsed } from './parsed.ts';

/** Options of a run from what was parsed, with the problems that only the command line can have. */
export function runOptionsFrom(parsed: Parsed, problems: Told[]): RunOptions {
  for (const sentence of repeatedOptions(parsed, RUN_TABLE))
    if (!problems.includes(sentence)) problems.push(sentence);
  const options: Record<string, unknown> = {};
  for (const [name, { kind, isRepeatable }] of entries()) {
    const libraryName = LIBRARY_NAMES.get(name);
    if (libraryName === undefined) continue;
    if (isRepeatable) options[libraryName] = parsed.all(name);
    else if (kind !== 'flag') options[libraryName] = parsed.last(name);
    // `--no-keepalive` is what the library calls `keepalive: false`.
    else options[libraryName] = parsed.flag(name) ? !name.startsWith('no-') : undefined;
  }
  return {
    // The gate checks every value, whatever its type says.
    ...(options as Partial<RunOptions>),
    url: parsed.positionals[0],
    variables: variablesIn(parsed.all('set'), problems),
  };
}

function variablesIn(settings: readonly string[], problems: Told[]): Record<string, string> {
  const variables = new Map<string, string>();
  for (const setting of settings) {
    const equals = setting.indexOf('=');
    const name = setting.slice(0, Math.max(0, equals));
    // What stands there may be a secret.
    if (equals < 1) problems.push('--set: give it as name=value.');
    else if (variables.has(name)) problems.push(`--set ${quoted(name)} was given twice: give it once.`);
    else variables.set(name, setting.slice(equals + 1));
  }
  // This keeps a name that an assignment would take for something else, such as __proto__.
  return Object.fromEntries(variables);
}

/** What a command line gives to be kept secret, for sentences about words that no gate of a plan has seen. */
export function typedSecrets(parsed: Parsed, environment: NodeJS.ProcessEnv): string[] {
  const options = runOptionsFrom(parsed, []);
  const places = parsed.positionals.flatMap((url) => secretsGiven({ url }, environment));
  return [...secretsGiven(options, environment), ...places];
}
