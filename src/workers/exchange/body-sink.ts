import type { ReadBytes } from '../connections/read-bytes.ts';

/** Takes the bodies of successive answers as they are read. */
export interface BodySink {
  /** `bytes[from…to)` were read at `readAtMs` on the shared clock; they are valid during the call only. */
  add(bytes: ReadBytes, from: number, to: number, readAtMs: number): void;
  /** Discards what has been taken. */
  clear(): void;
}

/** Chooses the sink for the coming answer: the exchange's own buffer, or another that may fill the buffer too. */
export type ChooseSink = (buffer: BodySink) => BodySink;

/** Keeps the whole body until the connection's next request. */
export const keepBody: ChooseSink = (buffer) => buffer;

/** Why an answer that is complete as HTTP is not valid as a stream. */
export interface StreamFailure {
  readonly kind: 'stream' | 'truncated';
  readonly code: string;
  readonly example: string;
}

/** What the head of an answer says of its body. */
export interface SaysOfBody {
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
}

/** Takes answers as streams of tokens. Its state is that of the answer since the last `clear`. */
export interface TokenSink extends BodySink {
  /** The answer came in events, not in one piece. */
  readonly isStreamed: boolean;
  /** Events with a part of the answer. */
  readonly events: number;
  /** The server's own token count; null if it gives none. */
  readonly usage: number | null;
  /** When the first token of the answer proper (not reasoning) arrived; NaN before. */
  readonly firstOutputMs: number;
  /** The error message of an answer that is not a stream; null without one. */
  readonly complaint: string | null;
  /** The text that it brought; empty where it is not wanted. */
  readonly text: string;
  /** When a token event arrived, by index from 0; NaN if there is none. */
  timeMs(event: number): number;
  /** The head of an answer has come. */
  begin(status: number, says: SaysOfBody): void;
  /** The answer is complete as HTTP: returns why it is not valid as a stream; null if it is, or was never one. */
  finish(): StreamFailure | null;
  /** Also passes the bytes on to another sink. */
  with(also: BodySink | null): this;
}
