import type { DigestCredentials } from '../../../protocol/request.ts';
import { shownVariable } from '../../text/quoted.ts';
import type { RequestOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { given, listed, phrase, the } from '../words.ts';

/**
 * The `authorization` header, from the URL, `--user` or `--bearer-env`; null without one. Its value is never
 * in a result or a message.
 */
export function parseAuthorization(options: RequestOptions, url: URL, problems: Problems): string | null {
  const { user, bearerEnv, headers } = options;
  const inUrl = url.username !== '' || url.password !== '';
  const hasHeader = (headers ?? []).some((line) => /^authorization\s*:/i.test(line));
  const said = [
    ...(inUrl ? [the('url', 'a user name in the URL')] : []),
    ...(user === undefined ? [] : [the('user')]),
    ...(bearerEnv === undefined ? [] : [the('bearer-env')]),
    ...(hasHeader ? [{ ...the('header', 'an authorization header'), header: 'authorization' }] : []),
  ];
  if (said.length > 1) {
    problems.add(phrase`${listed(said, ' and ')}: a request has one authorization: give one of them.`);
    return null;
  }
  if (options.digest === true) return null;
  if (inUrl) return fromUrl(url, problems);
  if (user !== undefined) return fromUser(user, problems);
  return bearerEnv === undefined ? null : fromEnvironment(bearerEnv, problems);
}

/** The credentials for Digest authorization; null without it, or if a problem has been noted. */
export function parseDigest(options: RequestOptions, problems: Problems): DigestCredentials | null {
  if (options.digest !== true || options.user === undefined) return null;
  const colon = options.user.indexOf(':');
  if (colon >= 0) return { user: options.user.slice(0, colon), password: options.user.slice(colon + 1) };
  problems.add(phrase`${the('user')}: give it as name:password.`);
  return null;
}

function fromUrl(url: URL, problems: Problems): string | null {
  try {
    return basic(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`);
  } catch {
    problems.add(
      phrase`${the('url', 'The user name or password in the URL')} cannot be read: write a % in it as %25.`,
    );
    return null;
  }
}

function fromUser(user: string, problems: Problems): string | null {
  if (user.includes(':')) return basic(user);
  problems.add(phrase`${the('user')}: give it as name:password.`);
  return null;
}

function fromEnvironment(name: string, problems: Problems): string | null {
  const token = process.env[name] ?? '';
  // Anything that does not fit into one header line is not a token, and is not quoted here.
  if (/^[\x21-\x7e]+$/.test(token)) return `Bearer ${token}`;
  problems.add(
    phrase`${the('bearer-env')} ${given(shownVariable(name))}: ${token === '' ? 'that variable is not set' : 'it does not hold a token'}: give the name of an environment variable that holds one.`,
  );
  return null;
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

/** The values of variables count as secrets, unless they are part of where requests go. */
export function secretVariables(
  variables: Readonly<Record<string, string>>,
  origins: readonly string[],
): string[] {
  return Object.values(variables).filter(
    (value) => !origins.some((origin) => origin.includes(value.toLowerCase()) || value.startsWith(origin)),
  );
}
