import { secretsInData, secretsInJson } from './data-secrets.ts';
import { secretsInForm } from './parameter-secrets.ts';
import { isSecretUnder } from './secret-names.ts';

const LONGEST_LOOKED_AT = 65_536;
const FORM_TYPE = 'application/x-www-form-urlencoded';
/** A body of another type, or of none. */
const LIKE_A_FORM = /^[^\s=&{["<]+=\S*$/;
/** One field, up to the next boundary. */
const IN_MULTIPART =
  /^content-disposition:[^\r\n]*?\sname="?([^"\r\n;]+)[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n([\s\S]*?)(?:\r?\n--|$(?![\s\S]))/gim;

const IN_LINE = /^[ \t-]*([\w.-]{1,64})[ \t]*:[ \t]*([^\s"'{[][^\r\n]*)/gm;
const PRIVATE_KEY = /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----\s*([\s\S]*?)(?:-----END|$)/g;

/** What names in a body call a secret, as far as it is looked at. */
export function secretsInBody(type: string, body: Uint8Array | null): string[] {
  const text = textOf(body);
  if (type.toLowerCase() === FORM_TYPE) return secretsInForm(text);
  if (type.toLowerCase().startsWith('multipart/'))
    return Array.from(text.matchAll(IN_MULTIPART), ([, name = '', value = '']) =>
      isSecretUnder(name, value, 'parameter') ? value : '',
    ).filter((value) => value !== '');
  return LIKE_A_FORM.test(text)
    ? secretsInForm(text)
    : [...secretsInJson(text), ...secretsInJsonBody(text), ...secretsInLines(text)];
}

/** Lines of settings, and private keys. */
function secretsInLines(text: string): string[] {
  const lines = Array.from(text.matchAll(IN_LINE), ([, name = '', value = '']) =>
    isSecretUnder(name, value, 'text') ? value : '',
  );
  const keys = Array.from(text.matchAll(PRIVATE_KEY), ([, key = '']) => key.split(/\s+|\\n/)).flat();
  return [...lines, ...keys].filter((value) => value !== '');
}

/** The same of a text, if it is JSON. */
export function secretsInJsonBody(text: string): string[] {
  if (!/^\s*[[{]/.test(text)) return [];
  // Found as written too: a number may have more digits than JavaScript keeps.
  const asWritten = secretsInJson(text);
  try {
    return [...new Set([...secretsInData(JSON.parse(text)), ...asWritten])];
  } catch {
    return asWritten;
  }
}

/** The beginning of a long body, as no more of it is shown. */
export function textOf(body: Uint8Array | null): string {
  return body === null ? '' : new TextDecoder().decode(body.subarray(0, LONGEST_LOOKED_AT));
}
