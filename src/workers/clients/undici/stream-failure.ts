import type { ErrorAdvice } from '../../../protocol/report.ts';
import { goodbye, reasonOf, resetStream, StreamEnded, shortBody, silentEnd } from '../stream-ended.ts';

/** Another meaning of this code: node:http2 also uses it when there are too many header fields. */
const REASON_NOTES: Readonly<Record<string, string>> = {
  ENHANCE_YOUR_CALM: ', or node:http2 did, which takes at most 64 KB of fields in an answer',
};
/** Codes with which node:http2 itself resets a stream for invalid input: here it is nearly always our side. */
const OWN_REASONS = new Set<string | undefined>(['PROTOCOL_ERROR', 'FLOW_CONTROL_ERROR', 'STREAM_CLOSED']);
/** undici's codes for a stream or connection ended by the other side. */
const ENDED_CODES = new Set<unknown>(['UND_ERR_INFO', 'UND_ERR_SOCKET']);
/** node:http2's code when it ends a connection after a GOAWAY other than NO_ERROR. */
const GOODBYE_CODES = new Set<unknown>(['ERR_HTTP2_SESSION_ERROR', 'ERR_HTTP2_INVALID_SESSION']);
/** node:http2's codes for an unusable connection, which undici's streams receive one after another. */
const SESSION_CODES = new Set<unknown>([
  'ERR_HTTP2_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_INVALID_SESSION',
  'ERR_HTTP2_TOO_MANY_INVALID_FRAMES',
]);
/** undici's message for a stream that was reset before its answer's head. */
const RESET_EARLY = /stream (?:closed before the response|half-closed \(remote\))/;

/** The received bytes are not HTTP/2. */
class NotHttp2 extends Error {
  readonly code = 'NOT_HTTP2';
  readonly advice: ErrorAdvice | undefined;

  constructor(cause: Error, hasSettings: boolean) {
    super('what the target sent is not HTTP/2, or breaks its rules', { cause });
    this.advice = hasSettings ? 'see-what-wire-says' : 'with-http1-if-only';
  }
}

/** What is known of a failed stream. */
interface StreamFacts {
  /** The body is shorter than its announced length. */
  readonly isShort: boolean;
  readonly endedByTarget: boolean;
  /** Whether anything was read from the connection. */
  readonly hasReceived: boolean;
  /** Over TLS, where HTTP/2 was agreed on. */
  readonly isSecure: boolean;
  /** Error code of the target's GOAWAY; null without one. */
  readonly goodbyeCode: number | null;
  /** Its SETTINGS, which begin HTTP/2, have arrived. */
  readonly hasSettings: boolean;
  /** Error code of its RST_STREAM; null without one. */
  readonly resetCode: number | null;
  /** node:http2 has given up the connection, or it has ended. */
  readonly isDestroyed: boolean;
}

/** The target reset a stream in the middle of an answer without a length. */
export function cutStream(code: number | undefined): StreamEnded {
  return resetStream(code ?? 0, ' in the middle of the body');
}

/** A stream's error in terms of what the target did: a StreamEnded if it ended the stream. */
export function explainedStream(error: Error, facts: StreamFacts): Error {
  const { isShort, endedByTarget, hasReceived, isSecure, goodbyeCode, hasSettings, resetCode } = facts;
  const { code, http2ErrorCode } = error as { code?: unknown; http2ErrorCode?: unknown };
  if (isShort && code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return whyShort(error, facts);
  if (typeof http2ErrorCode === 'number' && code === 'ERR_HTTP2_STREAM_ERROR') {
    const reason = reasonOf(http2ErrorCode);
    if (!OWN_REASONS.has(reason)) return resetStream(http2ErrorCode, REASON_NOTES[reason ?? ''], error);
  }
  if (goodbyeCode !== null && (ENDED_CODES.has(code) || (goodbyeCode !== 0 && GOODBYE_CODES.has(code))))
    return goodbye(goodbyeCode, error);
  // A request could not be written although neither side ended the connection: the connection itself failed.
  const isUnwritten = code === 'UND_ERR_INFO' && error.message.includes('"frameError"') && !endedByTarget;
  if (SESSION_CODES.has(code) || isUnwritten) return new NotHttp2(error, hasSettings);
  if (endedByTarget && !hasReceived) return silentEnd(isSecure, error);
  if (resetCode !== null && RESET_EARLY.test(error.message)) return resetStream(resetCode, '', error);
  if (ENDED_CODES.has(code) && error.cause === undefined && !endedByTarget)
    return new StreamEnded(`the target ended the stream (${error.message})`, String(code), error);
  return error;
}

/** Why a body is shorter than its announced length, which is all that undici says. */
function whyShort(
  error: Error,
  { endedByTarget, goodbyeCode, hasSettings, resetCode, isDestroyed }: StreamFacts,
): Error {
  if (goodbyeCode !== null && goodbyeCode !== 0) return goodbye(goodbyeCode, error);
  if (endedByTarget || resetCode === null) return shortBody(error);
  // Of a body that is longer node:http2 does not deliver the end: it gives up the connection.
  if (isDestroyed) return new NotHttp2(error, hasSettings);
  // A short body it resets itself.
  return resetCode === 0 || OWN_REASONS.has(reasonOf(resetCode)) ? shortBody(error) : cutStream(resetCode);
}
