/** Of RFC 9113, section 7, by their numbers. */
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

/** Why a stream or a connection was ended, by its number; undefined where nobody has named it. */
export function reasonOf(code: number): string | undefined {
  return REASONS[code];
}

/** The target has ended a stream of HTTP/2, or its connection, before the answer was complete. */
export class StreamEnded extends Error {
  readonly code: string;

  constructor(message: string, code: string, cause?: Error) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The target has reset a stream. `note` says what else is known of it. */
export function resetStream(code: number, note = '', cause?: Error): StreamEnded {
  const reason = reasonOf(code) ?? String(code);
  return new StreamEnded(`the target reset the stream with ${reason}${note}`, `RST_STREAM_${reason}`, cause);
}

/** The target has said goodbye, and ended streams with its connection, or without having looked at them. */
export function goodbye(code: number, cause?: Error): StreamEnded {
  const reason = reasonOf(code) ?? String(code);
  return new StreamEnded(`the target said goodbye (GOAWAY with ${reason})`, `GOAWAY_${reason}`, cause);
}

/** The target has ended the stream of an answer in good order, and less of it has come than it had said. */
export function shortBody(cause?: Error): StreamEnded {
  return new StreamEnded('the target ended the stream in the middle of the body', 'SHORT_BODY', cause);
}

/** The connection was ended before anything came over it. */
export function silentEnd(cause?: Error): StreamEnded {
  return new StreamEnded('the target ended the connection: it may not speak HTTP/2', 'NO_HTTP2', cause);
}
