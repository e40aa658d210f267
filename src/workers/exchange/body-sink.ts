import type { ReadBytes } from '../connections/read-bytes.ts';

/** Takes the body of one answer after the other, as it comes. */
export interface BodySink {
  /** `bytes[from…to)` were read at `readAtMs` on the shared clock; they are valid during the call only. */
  add(bytes: ReadBytes, from: number, to: number, readAtMs: number): void;
  /** What has come is void, or done with. */
  clear(): void;
}
