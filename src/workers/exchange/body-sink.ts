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
