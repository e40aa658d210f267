import type { ReadBytes } from '../connections/read-bytes.ts';

/** Takes the body of one answer after the other, as it is read. */
export interface BodySink {
  /** `bytes[from…to)` were read at `readAtMs` on the shared clock; they are valid during the call only. */
  add(bytes: ReadBytes, from: number, to: number, readAtMs: number): void;
  /** What has come is void, or done with. */
  clear(): void;
}

/** Names the sink of an answer that is about to come: the exchange's own buffer, or another that may fill the buffer too. */
export type ChooseSink = (buffer: BodySink) => BodySink;

/** The body is kept whole until its connection's next request. */
export const keepBody: ChooseSink = (buffer) => buffer;

/** Why an answer that was complete as HTTP is none as a stream. */
export interface StreamFailure {
  readonly kind: 'stream' | 'truncated';
  readonly code: string;
  readonly example: string;
}

/** Takes answers as streams of tokens. What it says is of the answer since the last `clear`. */
export interface TokenSink extends BodySink {
  /** It came in events, and not as one text. */
  readonly isStreamed: boolean;
  /** Events that brought some of the answer. */
  readonly events: number;
  /** Tokens that the server says it has made; null where it does not say. */
  readonly usage: number | null;
  /** When the first token that is no reasoning came; NaN before it. */
  readonly firstOutputMs: number;
  /** What an answer that is no stream says has gone wrong; null where it says nothing. */
  readonly complaint: string | null;
  /** When a token event came, by its place from 0; NaN where there is none. */
  timeMs(event: number): number;
  /** The head of an answer has come. */
  begin(status: number, contentType: string | null): void;
  /** The answer is complete as HTTP: says why it is none as a stream; null where it is one, or never was to be. */
  finish(): StreamFailure | null;
  /** Hands the bytes on to another sink besides. */
  with(also: BodySink | null): this;
}
