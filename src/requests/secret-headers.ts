import { isSecretHeader } from './secret-names.ts';

/** Named parameters of `authorization` that are secret on their own. */
const SECRET_PARAMETER =
  /(?:^|[\s,;])[\w-]*(?:token|secret|signature|password|key|response|credential)="?([^\s,;"]{6,})/gi;
/** A cookie's value up to this length is not treated as a secret: it would match within many words. */
const LONGEST_PLAIN_COOKIE = 5;

/** Secrets in the headers of a request, which no result may show; headers are names and values in turn. */
export function secretsInHeaders(headers: readonly string[]): string[] {
  return headers.flatMap((name, index) => {
    const value = headers[index + 1] ?? '';
    return index % 2 === 1 || !isSecretHeader(name) || value === '' ? [] : secretsInValue(name, value);
  });
}

function secretsInValue(name: string, value: string): string[] {
  if (/cookie/i.test(name)) {
    const values = value.split(/;\s*/).map((pair) => pair.slice(pair.indexOf('=') + 1).replace(/^"|"$/g, ''));
    return [value, ...values.filter(({ length }) => length > LONGEST_PLAIN_COOKIE)];
  }
  const [, scheme = '', rest = ''] = /^([A-Za-z]+)\s+(\S.*)$/.exec(value) ?? [];
  if (rest === '') return [value];
  if (scheme.toLowerCase() !== 'basic')
    return [value, rest, ...Array.from(rest.matchAll(SECRET_PARAMETER), ([, secret = '']) => secret)];
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  const password = pair.slice(pair.indexOf(':') + 1);
  return [value, rest, pair, password];
}
