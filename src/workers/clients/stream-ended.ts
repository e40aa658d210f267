/** Error codes of RFC 9113, section 7, by number. */
const REASONS = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

/** Name of an error code; undefined if it has none. */
export function reasonOf(code: number): string | undefined {
  return REASONS[code];
}

/** The target ended an HTTP/2 stream, or its connection, before the answer was complete. */
export class StreamEnded extends Error {
  readonly code: string;

  constructor(message: string, code: string, cause?: Error) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The target reset a stream. `note` says what else is known. */
export function resetStream(code: number, note = '', cause?: Error): StreamEnded {
  const reason = reasonOf(code) ?? String(code);
  return new StreamEnded(`the target reset the stream with ${reason}${note}`, `RST_STREAM_${reason}`, cause);
}

/** The target sent GOAWAY, and ended streams with the connection or without having processed them. */
export function goodbye(code: number, cause?: Error): StreamEnded {
  const reason = reasonOf(code) ?? String(code);
  return new StreamEnded(`the target said goodbye (GOAWAY with ${reason})`, `GOAWAY_${reason}`, cause);
}

/** The target ended a stream normally, but the body is shorter than announced. */
export function shortBody(cause?: Error): StreamEnded {
  return new StreamEnded('the target ended the stream in the middle of the body', 'SHORT_BODY', cause);
}

/** The connection ended before anything was received. `isAgreed`: on HTTP/2, in the TLS handshake. */
export function silentEnd(isAgreed: boolean, cause?: Error): StreamEnded {
  if (isAgreed)
    return new StreamEnded(
      'the target agreed to HTTP/2, and ended the connection without a word',
      'SILENT_END',
      cause,
    );
  return new StreamEnded('the target ended the connection: it may not speak HTTP/2', 'NO_HTTP2', cause);
}
