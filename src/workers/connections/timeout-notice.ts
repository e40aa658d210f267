import { latin1Of, type ReadBytes } from './read-bytes.ts';

const VERSION = 'HTTP/1.';
const NOTICE = /^HTTP\/1\.[01] 408[ \r]/;
/** Of 'HTTP/1.x 408' and a blank or the end of the line. */
const LEAST_BYTES = 13;
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
  if (count < 2 * LEAST_BYTES) return -1;
  const first = Math.max(1, count - LONGEST_BYTES);
  const at = first + latin1Of(bytes, first, count).lastIndexOf(VERSION);
  return at >= first && isTimeoutNotice(bytes, at, count) ? at : -1;
}
