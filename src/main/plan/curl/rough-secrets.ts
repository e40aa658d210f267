import { secretsInJson } from '../../../requests/data-secrets.ts';
import { nameAndValue } from '../../../requests/header-text.ts';
import { secretsInForm } from '../../../requests/parameter-secrets.ts';
import { secretsInHeaders } from '../../../requests/secret-headers.ts';
import { secretsInUrl } from '../url-secrets.ts';

/** A word, of pieces in quotes and without. A caret is cmd's. */
const WORD = /(?:\$?'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?|\\.|[^\s'"\\])+/gs;
const PIECE = /\$?'((?:[^'\\]|\\.)*)'?|"((?:[^"\\]|\\.)*)"?|\\(.)|([^'"\\])/gs;
/** Options by letter that take a value, which may follow at once. */
const LETTER_WITH_VALUE = /^-([a-zA-Z#:0-9]*?)([AbcCdDeEFHKmoPQrtTuUwxXyYz])(.*)$/s;
/** Options whose value is a name and a password, or a secret on its own. */
const PAIRS = ['user', 'proxy-user', 'cert', 'proxy-cert', 'tlsuser'];
const WHOLE = ['oauth2-bearer', 'pass', 'proxy-pass', 'tlspassword', 'proxy-tlspassword'];
const PAIR_LETTERS = 'uUE';
/** As in `-xhttp://…`. */
const BEFORE_URL = /^-\w(?=https?:)/i;
/** A password that is not encoded may have any character. */
const BARE_PASSWORD = /:\/\/[^:@\s]*:(\S+)@/g;
const SHORTEST_BEGINNING = 2;

/**
 * Collects the secrets in a curl command, whatever is wrong with it: for sentences about a command that could not be
 * read. So it is split without being understood, and a word may be taken for a secret that is none.
 */
export function secretsInCurl(command: string): string[] {
  // A line of a config file may say `user = "…"`.
  const asWords = command
    .replaceAll('^', '')
    .replace(/^[ \t]*([a-z][\w-]*)[ \t]*[=: \t][ \t]*(?=["\w])/gim, '--$1 ');
  const words = Array.from(asWords.matchAll(WORD), ([word]) => unquoted(word));
  return words.flatMap((word, index) => [
    ...secretsOfOption(word, words[index + 1] ?? ''),
    ...secretsInHeaders(nameAndValue(word)),
    ...secretsInHeaders(nameAndValue(word.replace(/^-\w*H/, ''))),
    ...secretsInUrl(word.replace(BEFORE_URL, '')),
    ...Array.from(word.matchAll(BARE_PASSWORD), ([, password = '']) => password),
    ...secretsInForm(word.replace(/^-\w*[dF]/, '')),
    ...secretsInJson(word),
  ]);
}

function secretsOfOption(word: string, next: string): string[] {
  const [, long, attached] = /^--([a-z][\w.-]*)(?:=(.*))?$/is.exec(word) ?? [];
  if (long !== undefined) {
    const isMeant = (name: string): boolean =>
      long.length >= SHORTEST_BEGINNING && name.startsWith(long.toLowerCase());
    const value = attached ?? next;
    if (PAIRS.some(isMeant)) return ofPair(value);
    if (WHOLE.some(isMeant)) return [value];
    return 'cookie'.startsWith(long.toLowerCase()) && long.length > 1 ? ofCookie(value) : [];
  }
  const [, , letter = '', rest = ''] = LETTER_WITH_VALUE.exec(word) ?? [];
  const value = rest === '' ? next : rest;
  if (letter === 'b') return ofCookie(value);
  return letter !== '' && PAIR_LETTERS.includes(letter) ? ofPair(value) : [];
}

/** `name:password`, and the password, which may be quoted alone. */
function ofPair(value: string): string[] {
  const colon = value.indexOf(':');
  return colon < 0 ? [] : [value, value.slice(colon + 1)];
}

function ofCookie(value: string): string[] {
  return value.includes('=') ? secretsInHeaders(['cookie', value]) : [];
}

function unquoted(word: string): string {
  return word.replace(
    PIECE,
    (_piece, single?: string, double?: string, escaped?: string, bare?: string) =>
      single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? bare ?? '',
  );
}
