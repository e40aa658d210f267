import type { ErrorAdvice } from '../../../../protocol/report.ts';
import { CODE, type Code } from './frames.ts';

/** Why an answer was refused, by code; docs/clients.md has the table. The connection stays usable. */
const STREAM_REFUSALS = {
  WIRE_STATUS:
    'the head of the answer does not say its :status, of three digits, once and before all other fields',
  WIRE_FIELD:
    'a field of the answer has a name that is empty or not in lower case, NUL, CR or LF in its value, or belongs to a connection of HTTP/1.1',
  WIRE_HEAD_SIZE: 'the fields of the answer are more than 64 KiB',
  WIRE_CONTENT_LENGTH: 'content-length is not one number, or the body is longer than it says',
  WIRE_BODY:
    'the answer has a body where there is none: it was asked for with HEAD, or its status is 204 or 304',
  WIRE_ORDER:
    'the answer has a body before its head, or goes on after its trailer or an interim answer that ends it',
} as const;

export type StreamRefusalCode = keyof typeof STREAM_REFUSALS;

/** An answer that violates HTTP on a valid connection. */
export class StreamRefusal extends Error {
  readonly code: StreamRefusalCode;

  constructor(code: StreamRefusalCode) {
    super(STREAM_REFUSALS[code]);
    this.code = code;
  }
}

/** A connection error: bytes that are not HTTP/2, or violate it. */
export class NotHttp2 extends Error {
  readonly code = 'NOT_HTTP2';
  /** The reason given to the target. */
  readonly reason: Code;
  readonly advice: ErrorAdvice | undefined;

  constructor(what: string, reason: Code = CODE.protocolError, advice?: ErrorAdvice) {
    super(`what the target sent is not HTTP/2, or breaks its rules: ${what}`);
    this.reason = reason;
    this.advice = advice;
  }
}
