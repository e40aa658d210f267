import type { ErrorAdvice } from './report.ts';
import type { StreamedAnswer } from './test-definition.ts';

/** One request and its outcome; each followed redirect is another step. */
export interface OnceExchange {
  readonly method: string;
  readonly url: string;
  /** As HTTP/1.1 sends it, empty line included. */
  readonly requestHead: string;
  readonly requestBody: Uint8Array | null;
  /** Null if no head arrived. */
  readonly response: {
    readonly status: number;
    /** As received, one character per byte. */
    readonly fields: readonly (readonly [name: string, value: string])[];
    /** The body as received, at most its first 16 MiB. */
    readonly body: Uint8Array;
    /** The body decoded by its `content-encoding`, as UTF-8 if it is text, or why that failed; null if it is not encoded. */
    readonly readable: Uint8Array | string | null;
    readonly bodyBytes: number;
    readonly firstByteMs: number;
    /** From the first byte sent to the last byte received; NaN if that never came. */
    readonly serviceMs: number;
    /** What a run measures: from the first byte of the first request on; absent unless redirects have led here. */
    readonly sinceFirstMs?: number;
    /** Its tokens; null if it is not read as a stream. */
    readonly stream: StreamedAnswer | null;
  } | null;
  /** Why there is no complete answer, or why it is not as expected; null if all is well. */
  readonly failure: string | null;
  /** What can be done about that, where its words alone do not say it. */
  readonly advice?: ErrorAdvice;
}

/** A request of the mix that was sent once, with the redirects it followed. */
export interface OnceSent {
  readonly name: string;
  /** Empty if it cannot be sent. */
  readonly exchanges: readonly OnceExchange[];
  /** Why it cannot be sent; null if it can. */
  readonly refusal: string | null;
  /** Secrets in its headers, those from its row included. */
  readonly secrets: readonly string[];
}

/** What a user does, one after the other. */
export type UserPart = 'setup' | 'iteration' | 'teardown';

/** The steps of one iteration of a scenario, or of a setup. */
export type OnceStep =
  /** A part of a user begins that has more than an iteration. */
  | { readonly type: 'part'; readonly part: UserPart }
  /** `secrets`: what its headers hold that must not be shown. */
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

/** What to run once: a test's setup or teardown, or one iteration of a scenario. */
export type OncePart = 'setup' | 'teardown' | { readonly scenario: string };

/** How it ended. */
export interface OnceOutcome {
  /** Why it failed; null if it did not. */
  readonly failure: {
    /** In which part of its user; null outside of them. */
    readonly part: UserPart | null;
    readonly kind: string;
    readonly code: string;
    readonly example: string;
  } | null;
  /** It was stopped, or took too long. */
  readonly isInterrupted: boolean;
  /** Of a user only its iteration. */
  readonly tookMs: number;
  /** The return value of a setup. */
  readonly value: unknown;
}
