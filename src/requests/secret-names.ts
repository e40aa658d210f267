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
  'signature|sig|hmac',
  'session|(?:asp|j|php)?sess(?:ion)?[-_]?id',
  'jwt|bearer|dpop',
  // Codes for one use.
  'otp|totp|passcode',
  '(?:2fa|access|activation|auth|authorization|backup|confirmation|device|login|mfa|oauth|one[-_]?time|pin|recovery|reset|security|sms|user|verification|verify)[-_]?code',
  'code[-_]?verifier',
  'saml(?:art|request|response)',
  'assertion(?![-_]?type)',
  'connection[-_]?string',
  'sas|(?:pass|pin|refresh)[^a-z\\d]*$',
].join('|');
const SECRET_NAME = new RegExp(`^(?:set-)?cookie2?$|(?:^|[^a-z\\d])(?:${SECRET_WORDS})(?:$|[^a-z\\d])`, 'i');
/** The name of what a number can be: `token`, but not `token_count`. */
const NAME_OF_NUMBER = new RegExp(`(?:^|[^a-z\\d])(?:${SECRET_WORDS})[^a-z\\d]*$`, 'i');
/** Names that nearly every request has: told at once, since compiling the expressions takes a start 2 ms. */
const OPEN_NAMES: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'content-length',
  'content-type',
  'host',
  'user-agent',
]);
const BETWEEN_WORDS = /(?<=[a-z\d])(?=[A-Z])/g;

/** Shorter values are not hidden: they would match within other text. */
const SHORTEST = 4;
/** Values that are not secrets, whatever they are called. */
const NO_SECRET = /^(?:true|false|null|none|undefined)$/i;
const NUMBER = /^-?\d[\d.]*$/;
/** Parameters of these names are often no secret; values of at least this length are. */
const FROM_LENGTH: ReadonlyMap<string, number> = new Map([
  ['code', 6],
  ['sid', 8],
  ['appid', 16],
  ['key', 16],
  ['state', 16],
  ['ticket', 16],
]);
/** Elsewhere `code` usually names an error; a value that looks random is a secret. */
const RANDOM_CODE = /^(?=.*\d)(?=.*[a-z])[\w.~+/-]{16,}=*$/;

/** A word has no digits. */
const RANDOM = /^(?=.*\d)(?=.*[A-Za-z])[\x21-\x7e]{6,}$/;

/** How a value stands beside its name: in a query or a form, or in other text. */
export type NamedIn = 'parameter' | 'text';

/** Whether a header is likely to hold a secret. */
export function isSecretHeader(name: string): boolean {
  if (OPEN_NAMES.has(name)) return false;
  return SECRET_NAME.test(name) || SECRET_NAME.test(name.replace(BETWEEN_WORDS, '-'));
}

/** Whether text within a field or a parameter of this name is likely to be secret. */
export function isNameOfSecret(name: unknown): boolean {
  const text = String(name);
  // Headers count tokens: what is left of a limit.
  return isSecretHeader(text) || /(?:^|[^a-z\d])tokens(?:$|[^a-z\d])/i.test(text.replace(BETWEEN_WORDS, '-'));
}

/** The one rule on what names call secret: whether this value, decoded and without quotes, is one under this name. */
export function isSecretUnder(name: unknown, value: string, where: NamedIn): boolean {
  const text = String(name);
  if (where === 'parameter' && value.length >= (FROM_LENGTH.get(text.toLowerCase()) ?? Infinity))
    return !/\s/.test(value);
  if (!canBeSecret(value)) return false;
  if (NUMBER.test(value)) return isNameOfSecretNumber(text);
  return isNameOfSecret(text) || (/^code$/i.test(text) && RANDOM_CODE.test(value));
}

/** Whether a value can be a secret at all. */
export function canBeSecret(value: string): boolean {
  return value.length >= SHORTEST && !NO_SECRET.test(value);
}

/** Whether a value looks random, as no word does. */
export function isRandom(value: string): boolean {
  return RANDOM.test(value);
}

function isNameOfSecretNumber(name: string): boolean {
  return NAME_OF_NUMBER.test(name) || NAME_OF_NUMBER.test(name.replace(BETWEEN_WORDS, '-'));
}
