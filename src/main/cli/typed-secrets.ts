import { secretsGiven } from '../plan/given-secrets.ts';
import type { Parsed } from './parsed.ts';
import { runOptionsFrom } from './run-options.ts';

/** What a command line gives to be kept secret, for sentences about words that no gate of a plan has seen. */
export function typedSecrets(parsed: Parsed, environment: NodeJS.ProcessEnv): string[] {
  const options = runOptionsFrom(parsed, []);
  const places = parsed.positionals.flatMap((url) => secretsGiven({ url }, environment));
  return [...secretsGiven(options, environment), ...places];
}
