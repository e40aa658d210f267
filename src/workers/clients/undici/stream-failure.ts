import { goodbye, reasonOf, resetStream, StreamEnded, shortBody, silentEnd } from '../stream-ended.ts';

/** What else a reason may mean: node:http2 gives the same code where it takes no more fields. */
const REASON_NOTES: Readonly<Record<string, string>> = {
  ENHANCE_YOUR_CALM: ', or node:http2 did, which takes at most 64 KB of fields in an answer',
};
/** Either side gives these where what the other one has sent is wrong; here nearly always this one does. */
const PROTOCOL_REASONS = new Set<string>([
  'PROTOCOL_ERROR',
  'FLOW_CONTROL_ERROR',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'COMPRESSION_ERROR',
]);
/** undici's, where a stream or its connection was ended by the other side. */
const ENDED_CODES = new Set<unknown>(['UND_ERR_INFO', 'UND_ERR_SOCKET']);
/** node:http2's, where it ends a connection whose target says goodbye with any reason but NO_ERROR. */
const GOODBYE_CODES = new Set<unknown>(['ERR_HTTP2_SESSION_ERROR', 'ERR_HTTP2_INVALID_SESSION']);
/** node:http2's, where the connection is of no more use, and undici's streams learn it one after the other. */
const SESSION_CODES = new Set<unknown>([
  'ERR_HTTP2_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_INVALID_SESSION',
  'ERR_HTTP2_TOO_MANY_INVALID_FRAMES',
]);
/** How undici says that a stream was reset before its answer's head. */
const RESET_EARLY = /stream (?:closed before the response|half-closed \(remote\))/;

/** What came is not HTTP/2. */
class NotHttp2 extends Error {
  readonly code = 'NOT_HTTP2';

  constructor(cause: Error, hasSettings: boolean) {
    const advice = hasSettings ? '' : ': where it speaks HTTP/1.1 only, leave --h2c and --http2 out';
    super(`what the target sent is not HTTP/2, or breaks its rules${advice}`, { cause });
  }
}

/** What is known of a stream that failed. */
export interface StreamFacts {
  /** Less of the body has come than its length says. */
  readonly isShort: boolean;
  readonly endedByTarget: boolean;
  /** Anything has been read from the connection. */
  readonly hasReceived: boolean;
  /** What the target gave as its reason when it said goodbye (GOAWAY); null where it has not. */
  readonly goodbyeCode: number | null;
  /** Its settings have come, with which HTTP/2 begins. */
  readonly hasSettings: boolean;
  /** With which it has reset the stream; null where it has not. */
  readonly resetCode: number | null;
}

/** The target has reset a stream in the middle of an answer that does not say its length. */
export function cutStream(code: number | undefined): StreamEnded {
  return resetStream(code ?? 0, ' in the middle of the body');
}

/** The error of a stream in words of what the target did: a StreamEnded where it has ended the stream. */
export function explainedStream(
  error: Error,
  { isShort, endedByTarget, hasReceived, goodbyeCode, hasSettings, resetCode }: StreamFacts,
): Error {
  const { code, http2ErrorCode } = error as { code?: unknown; http2ErrorCode?: unknown };
  const reason = typeof http2ErrorCode === 'number' ? reasonOf(http2ErrorCode) : undefined;
  if (isShort && code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return shortBody(error);
  if (reason !== undefined && !PROTOCOL_REASONS.has(reason) && code === 'ERR_HTTP2_STREAM_ERROR')
    return resetStream(http2ErrorCode as number, REASON_NOTES[reason], error);
  if (goodbyeCode !== null && (ENDED_CODES.has(code) || (goodbyeCode !== 0 && GOODBYE_CODES.has(code))))
    return goodbye(goodbyeCode, error);
  // A request that could not be written, on a connection that nobody has ended: it has failed under it.
  const isUnwritten = code === 'UND_ERR_INFO' && error.message.includes('"frameError"') && !endedByTarget;
  if (SESSION_CODES.has(code) || isUnwritten) return new NotHttp2(error, hasSettings);
  if (endedByTarget && !hasReceived) return silentEnd(error);
  if (resetCode !== null && RESET_EARLY.test(error.message)) return resetStream(resetCode, '', error);
  if (ENDED_CODES.has(code) && error.cause === undefined && !endedByTarget)
    return new StreamEnded(`the target ended the stream (${error.message})`, String(code), error);
  return error;
}
