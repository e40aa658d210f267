import type { RequestOptions } from './options.ts';

/** Names of the headers that options set, in lower case: they replace recorded ones. */
export function ownHeaderNames({
  headers = [],
  cookie,
  userAgent,
  user,
  bearerEnv,
}: Pick<RequestOptions, 'headers' | 'cookie' | 'userAgent' | 'user' | 'bearerEnv'>): ReadonlySet<string> {
  return new Set([
    ...headers.map(nameOf),
    ...(cookie === undefined ? [] : ['cookie']),
    ...(userAgent === undefined ? [] : ['user-agent']),
    ...(user === undefined && bearerEnv === undefined ? [] : ['authorization']),
  ]);
}

/** Header lines without those that have these names. */
export function withoutHeaders(lines: readonly string[], names: ReadonlySet<string>): string[] {
  return lines.filter((line) => !names.has(nameOf(line)));
}

function nameOf(line: string): string {
  return line
    .slice(0, Math.max(0, line.indexOf(':')))
    .trim()
    .toLowerCase();
}
