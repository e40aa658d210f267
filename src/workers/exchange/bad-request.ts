import { latin1Of, type ReadBytes } from '../connections/read-bytes.ts';

/** What an answer of 400 says is wrong with the connection, and not with the request. */
export type BadConnection = 'expects-tls' | 'wants-certificate' | 'refuses-certificate';

/** The words of nginx, Go and Apache. */
const WORDS: readonly (readonly [BadConnection, RegExp])[] = [
  [
    'expects-tls',
    /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled server/,
  ],
  ['wants-certificate', /No required SSL certificate was sent/],
  ['refuses-certificate', /The SSL certificate error/],
];
/** Such answers are short. */
const MOST_BYTES = 2_048;

/** What the body of a 400, or a piece of it, says of the connection; null if it says nothing of it. */
export function badConnectionIn(bytes: ReadBytes, from: number, to: number): BadConnection | null {
  const text = latin1Of(bytes, from, Math.min(to, from + MOST_BYTES));
  return WORDS.find(([, words]) => words.test(text))?.[0] ?? null;
}
