import type { ReadBytes } from './read-bytes.ts';

// Of 'HTTP/1.x 408'.
const STATUS_AT = 9;
const STATUS = new TextEncoder().encode('408');

/** Whether unrequested bytes only say that an idle connection will be closed, as some servers and proxies do (RFC 9110, 15.5.9). */
export function isTimeoutNotice(bytes: ReadBytes, count: number): boolean {
  return count >= STATUS_AT + STATUS.length && STATUS.every((byte, at) => bytes[STATUS_AT + at] === byte);
}
