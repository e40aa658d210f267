import { latin1Of, type ReadBytes } from './read-bytes.ts';

/** Words of any other protocol: their first line, or their first bytes where these are no text. */
export interface OtherWords {
  readonly line: string;
}

/** What a target says first, if that is not HTTP/1.1. */
export type FirstWords = 'tls' | 'http2' | OtherWords;

const TLS_ALERT = 0x15;
const TLS_MAJOR = 3;
const ALERT_BYTES = 2;
const TLS_HEAD_BYTES = 5;

const FRAME_HEAD_BYTES = 9;
const SETTINGS = 4;
const SETTING_BYTES = 6;

const VERSION = Buffer.from('HTTP/', 'latin1');
const CR = 0x0d;
const LF = 0x0a;
const LONGEST_LINE = 80;
const SHOWN_BYTES = 40;
const TEXT = /^[\t\x20-\x7e]+(?=\r?\n|\r?$)/;

/** What the first bytes of a connection are; null for HTTP/1.1, and if they are too few to say. */
export function firstWordsIn(bytes: ReadBytes, count: number): FirstWords | null {
  if (isAlert(bytes, count)) return 'tls';
  if (isSettings(bytes, count)) return 'http2';
  return otherWords(bytes, count);
}

function otherWords(bytes: ReadBytes, count: number): OtherWords | null {
  let from = 0;
  // Clients read over empty lines before an answer.
  while (from < count && (bytes[from] === CR || bytes[from] === LF)) from++;
  const length = Math.min(VERSION.length, count - from);
  let alike = 0;
  while (alike < length && bytes[from + alike] === VERSION[alike]) alike++;
  if (alike === length) return null;
  const [line] = TEXT.exec(latin1Of(bytes, from, Math.min(count, from + LONGEST_LINE))) ?? [];
  return { line: line ?? latin1Of(bytes, from, Math.min(count, from + SHOWN_BYTES)) };
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
