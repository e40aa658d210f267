/** One request and what came of it; a redirect that is followed makes another. */
export interface OnceExchange {
  readonly method: string;
  readonly url: string;
  /** As it goes over the wire of HTTP/1.1, its empty line included. */
  readonly requestHead: string;
  readonly requestBody: Uint8Array | null;
  /** Null where no head came. */
  readonly response: {
    readonly status: number;
    /** As they came, a character for each byte. */
    readonly fields: readonly (readonly [name: string, value: string])[];
    /** The body as it came, up to 16 MiB of it. */
    readonly body: Uint8Array;
    /** The same decoded as its fields say, as UTF-8 where it is text; or why it cannot be; null where it is as it came. */
    readonly readable: Uint8Array | string | null;
    readonly bodyBytes: number;
    readonly firstByteMs: number;
    /** From the first byte sent until the last one received; NaN where that never came. */
    readonly serviceMs: number;
  } | null;
  /** Why there is no complete answer, or it is not what was expected; null where all is well. */
  readonly failure: string | null;
}

/** A request of the mix that was sent once, with the redirects that it followed. */
export interface OnceSent {
  readonly name: string;
  /** None where it cannot be sent. */
  readonly exchanges: readonly OnceExchange[];
  /** Why it cannot be sent; null where it can. */
  readonly refusal: string | null;
  /** What its headers hold that nobody is to see, also from its row. */
  readonly secrets: readonly string[];
}

/** What one iteration of a scenario, or a setup, does, step by step. */
export type OnceStep =
  /** `secrets`: what its headers hold that nobody is to see. */
  | { readonly type: 'exchange'; readonly exchange: OnceExchange; readonly secrets: readonly string[] }
  | { readonly type: 'sleep'; readonly ms: number }
  | { readonly type: 'group'; readonly name: string }
  | {
      readonly type: 'group-left';
      readonly name: string;
      readonly tookMs: number;
      readonly isFailed: boolean;
    }
  | { readonly type: 'check'; readonly name: string; readonly holds: boolean }
  | { readonly type: 'metric'; readonly name: string; readonly value: number | boolean };

/** What is to be done once: a test's setup or teardown, or an iteration of one of its scenarios. */
export type OncePart = 'setup' | 'teardown' | { readonly scenario: string };

/** How it ended. */
export interface OnceOutcome {
  /** Why it failed; null where it has not. */
  readonly failure: { readonly kind: string; readonly code: string; readonly example: string } | null;
  /** It was stopped, or took too long. */
  readonly isInterrupted: boolean;
  readonly tookMs: number;
  /** What a setup has returned. */
  readonly value: unknown;
}
