import type { ModelSettings } from '../../src/target/model/settings.ts';

/** What the mock model did with one request, on the clock of volley's workers. */
export interface ModelAnswer {
  /** By its header. */
  readonly id: number;
  readonly arrivedMs: number;
  /** When each of its token events was written. */
  readonly tokensMs: readonly number[];
  /** How long after its arrival the client was gone, before the answer was complete; null if it stayed. */
  readonly goneAfterMs: number | null;
}

/** The header with the number of a request. */
export const ID_HEADER = 'x-id';

/** Questions to the process of the mock model. */
export type ModelRequest =
  | { readonly type: 'settings'; readonly settings: Partial<ModelSettings> }
  | { readonly type: 'log' };

/** Its replies: that it listens and answers so from now on, or what it has done since. */
export type ModelReply =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'log'; readonly answers: readonly ModelAnswer[] };
