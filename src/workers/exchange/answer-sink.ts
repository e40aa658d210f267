import type { KeptBytes } from '../../requests/body-text.ts';
import type { ReadBytes } from '../connections/read-bytes.ts';

/** Takes the bodies of one exchange's answers as they are read. Its state is that of the answer since the last `clear`. */
export interface AnswerSink {
  /** The body if the request keeps it, up to the limit of what can be examined; else empty. */
  readonly body: KeptBytes;
  /** Null if the current answer is not read as a stream. */
  readonly tokens: TokenMarks | null;
  /** The error message of an answer that is not a stream; null without one. */
  readonly complaint: string | null;
  /**
   * Prepares for the next answer, which is not read as a stream if it `isWhole`. Returns whether its bytes are to be
   * added.
   */
  expect(keepsBody: boolean, isWhole: boolean): boolean;
  /** The final head has come; called only if the request wants its fields. */
  begin(status: number, says: SaysOfBody): void;
  /** `bytes[from…to)` were read at `readAtMs` on the shared clock; they are valid during the call only. */
  add(bytes: ReadBytes, from: number, to: number, readAtMs: number): void;
  /** Discards what has been taken. */
  clear(): void;
  /** The answer is complete as HTTP: returns why it is not valid as a stream; null if it is, or was never one. */
  finish(): StreamFailure | null;
}

/** What the head of an answer says of its body. */
export interface SaysOfBody {
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
}

/** The token events of one streamed answer. */
export interface TokenMarks {
  /** The answer came in events, not in one piece. */
  readonly isStreamed: boolean;
  /** Events with a part of the answer. */
  readonly events: number;
  /** The server's own token count; null if it gives none. */
  readonly usage: number | null;
  /** When the first token of the answer proper (not reasoning) arrived; NaN before. */
  readonly firstOutputMs: number;
  /** The text that it brought; empty unless it is wanted. */
  readonly text: string;
  /** When a token event arrived, by index from 0; NaN if there is none. */
  timeMs(event: number): number;
}

/** Why an answer that is complete as HTTP is not valid as a stream. */
export interface StreamFailure {
  readonly kind: 'stream' | 'truncated';
  readonly code: string;
  readonly example: string;
}
