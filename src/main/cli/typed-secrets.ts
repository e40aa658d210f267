import type { Parsed } from './parsed.ts';

/** What stands before the host of a URL. */
const CREDENTIALS = /^(?:\w+:\/\/)?(.*)@/;

/** What a command line gives to be kept secret: a sentence that quotes another word may have it in that, too. */
export function typedSecrets(parsed: Parsed, environment: NodeJS.ProcessEnv): string[] {
  return [
    ...parsed.all('bearer-env').map((name) => environment[name] ?? ''),
    ...parsed.all('user').map(passwordOf),
    ...parsed.all('cookie'),
    ...parsed.all('proxy').map((url) => passwordOf(CREDENTIALS.exec(url)?.[1] ?? '')),
  ];
}

/** What stands behind the first colon; nothing where there is none. */
function passwordOf(credentials: string): string {
  const colon = credentials.indexOf(':');
  return colon < 0 ? '' : credentials.slice(colon + 1);
}
