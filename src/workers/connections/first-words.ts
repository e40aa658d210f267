import type { ReadBytes } from './read-bytes.ts';

/** What a target says first, if that is not HTTP/1.1. */
export type FirstWords = 'tls' | 'http2';

const TLS_ALERT = 0x15;
const TLS_MAJOR = 3;
const ALERT_BYTES = 2;
const TLS_HEAD_BYTES = 5;

const FRAME_HEAD_BYTES = 9;
const SETTINGS = 4;
const SETTING_BYTES = 6;

/** What the first bytes of a connection without TLS are; null for anything else, and if they are too few to say. */
export function firstWordsIn(bytes: ReadBytes, count: number): FirstWords | null {
  if (isAlert(bytes, count)) return 'tls';
  return isSettings(bytes, count) ? 'http2' : null;
}

function isAlert(bytes: ReadBytes, count: number): boolean {
  return (
    count >= TLS_HEAD_BYTES &&
    bytes[0] === TLS_ALERT &&
    bytes[1] === TLS_MAJOR &&
    bytes[3] === 0 &&
    bytes[4] === ALERT_BYTES
  );
}

/** A frame of SETTINGS that is no acknowledgement, on stream 0. */
function isSettings(bytes: ReadBytes, count: number): boolean {
  if (count < FRAME_HEAD_BYTES || bytes[0] !== 0 || bytes[3] !== SETTINGS || bytes[4] !== 0) return false;
  const length = ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0);
  return length % SETTING_BYTES === 0 && [5, 6, 7, 8].every((at) => bytes[at] === 0);
}
