import { latin1Of, type ReadBytes } from './read-bytes.ts';

const VERSION = 'HTTP/1.';
const NOTICE = /^HTTP\/1\.[01] 408[ \r]/;
/** Of 'HTTP/1.x 408' and a blank or the end of the line. */
const LEAST_BYTES = 13;
const H = 0x48;
const T = 0x54;
/** Longer ones are not looked for behind an answer. */
const LONGEST_BYTES = 1_024;

/**
 * Whether unrequested bytes, `bytes[from…to)`, only say that an idle connection will be closed, as some servers and proxies
 * do (RFC 9110, 15.5.9). Another answer behind such a notice is one that nobody asked for.
 */
export function isTimeoutNotice(bytes: ReadBytes, from: number, to: number): boolean {
  if (to - from < LEAST_BYTES || !NOTICE.test(latin1Of(bytes, from, from + LEAST_BYTES))) return false;
  return !latin1Of(bytes, from + LEAST_BYTES, to).includes(VERSION);
}

/** Where such a notice begins that came in one read with what is before it; -1 without one. */
export function timeoutNoticeBehind(bytes: ReadBytes, count: number): number {
  const first = Math.max(1, count - LONGEST_BYTES);
  // Runs for every read: bytes cost half of what a text of them does.
  for (let at = count - LEAST_BYTES; at >= first; at--)
    if (bytes[at] === H && bytes[at + 1] === T && bytes[at + 2] === T && isTimeoutNotice(bytes, at, count))
      return at;
  return -1;
}
