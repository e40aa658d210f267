/** Each stands between characters that are neither letters nor digits, as in `user[password]` and `X-Api-Key`. */
const SECRET_WORDS = [
  'authorization',
  'authentication',
  'auth',
  '(?:rapid)?(?:api|access|private|signing|subscription|functions?|master|admin|app(?:lication)?|license|secret|shared|encryption(?:[-_]?customer)?)[-_]?key',
  '(?:access|api|auth|bearer|client|csrf|csrfmiddleware|id|refresh|security|session|xsrf)?token',
  '(?:api|app|client|shared)?secret',
  '(?:user)?(?:password|passwd|passphrase|pwd)',
  'credentials?',
  'signature|sig',
  'session(?:[-_]?id)?',
  'jwt|bearer|dpop',
];
const SECRET_NAME = new RegExp(
  `^(?:set-)?cookie2?$|(?:^|[^a-z\\d])(?:${SECRET_WORDS.join('|')})(?:$|[^a-z\\d])`,
  'i',
);
/** Named parameters of `authorization` that are secret on their own. */
const SECRET_PARAMETER =
  /(?:^|[\s,;])[\w-]*(?:token|secret|signature|password|key|response|credential)="?([^\s,;"]{6,})/gi;
/** A cookie's value up to this length is not treated as a secret: it would match within many words. */
const LONGEST_PLAIN_COOKIE = 5;

const BETWEEN_WORDS = /(?<=[a-z\d])(?=[A-Z])/g;

/** Whether a header is likely to hold a secret. */
export function isSecretHeader(name: string): boolean {
  return SECRET_NAME.test(name) || SECRET_NAME.test(name.replace(BETWEEN_WORDS, '-'));
}

/** Whether a field or a parameter of this name is likely to hold a secret. */
export function isNameOfSecret(name: unknown): boolean {
  const text = String(name);
  // Headers count tokens: what is left of a limit.
  return isSecretHeader(text) || /(?:^|[^a-z\d])tokens(?:$|[^a-z\d])/i.test(text.replace(BETWEEN_WORDS, '-'));
}

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
