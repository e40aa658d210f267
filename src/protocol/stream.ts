import type { TimesBlock } from './event-times.ts';

/** How an answer is cut into events: server-sent events, JSON by lines, or whatever one read brings. */
export const FRAMINGS = ['sse', 'ndjson', 'chunks'] as const;
export type Framing = (typeof FRAMINGS)[number];

/** Kinds of servers of models that are known by name. */
export const PRESET_NAMES = [
  'openai-chat',
  'openai-completions',
  'openai-responses',
  'anthropic-messages',
  'tgi',
  'ollama',
  'kserve',
  'torchserve',
] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** Where the number of tokens comes from: `auto` is the server's own count, and else the events. */
export const TOKEN_COUNTS = ['auto', 'usage', 'events'] as const;
export type TokenCount = (typeof TOKEN_COUNTS)[number];

/** Requests that are given up on purpose, as by people who have waited long enough. */
export interface Cancelling {
  /** How many of every `of` requests. */
  readonly share: number;
  readonly of: number;
  /** After this many token events; null where it is a time. */
  readonly afterEvents: number | null;
  /** So long after the request was given to a connection; null where it is a number of tokens. */
  readonly afterMs: number | null;
}

/** How the stream of a model endpoint is read. Paths are JSON paths into the data of an event. */
export interface StreamPlan {
  /** Null: by the content type of the answer. */
  readonly framing: Framing | null;
  /** Where the text of an event stands; an event that has some there is a token event. None: every event is one. */
  readonly tokenPaths: readonly string[];
  /** The same of text that the model thinks and does not answer. */
  readonly reasoningPaths: readonly string[];
  /** Where the server says how many tokens it has made so far; the last one counts. */
  readonly usagePaths: readonly string[];
  /** Data of an event after which nothing comes, such as `[DONE]`; null where there is none. */
  readonly endMark: string | null;
  /** Where a value that is neither null nor false says that the stream is complete. */
  readonly endPaths: readonly string[];
  /** Where an answer in one piece has what was asked for; one that has nothing there is no answer. None: any is one. */
  readonly wholePaths?: readonly string[];
  readonly count: TokenCount;
  /** Which requests are ended on purpose, and when; null or absent where none is. */
  readonly cancel?: Cancelling | null;
  /** No byte for so long ends the request; null: only the timeout does. */
  readonly stallMs: number | null;
}

/** What an answer has to keep to be good: a time of it and its limit. */
export interface Objective {
  readonly kind: StreamTimeKind;
  readonly limitMs: number;
}

/** What is said of a time of streamed answers. */
interface StreamTimeFacts {
  /** As people read it. */
  readonly label: string;
  /** From when to when, in a sentence; docs/models.md has the formulas. */
  readonly means: string;
  /** What other tools call it. */
  readonly elsewhere: string;
}

/**
 * Times of streamed answers that were complete and ok. Each worker keeps a histogram of each, since an answer has
 * many gaps.
 */
export const STREAM_TIMES = {
  ttft: {
    label: 'ttft',
    means: 'time to first token: from when the request was due until the read that brought the first token',
    elsewhere: 'vLLM bench, aiperf, guidellm TTFT, from the sending on: without the wait of an open load',
  },
  ttftService: {
    label: 'sent ttft',
    means: 'the same from just before the first byte of the request was written: target and network',
    elsewhere: 'vLLM bench, aiperf, guidellm TTFT',
  },
  ttfo: {
    label: 'ttfo',
    means: 'time to first output: the same until the first token that is not reasoning',
    elsewhere: 'aiperf TTFO; others: none',
  },
  ttst: {
    label: 'ttst',
    means: 'time to second token: from the first token event to the second',
    elsewhere: 'aiperf TTST; others: none',
  },
  tpot: {
    label: 'tpot',
    means: 'time per output token: from the first token event to the last, by the tokens after the first',
    elsewhere: 'vLLM bench TPOT; aiperf, guidellm ITL',
  },
  gap: {
    label: 'gap',
    means: 'from one token event to the next, of all answers together',
    elsewhere: 'vLLM bench ITL, aiperf ICL',
  },
  e2e: {
    label: 'e2e',
    means: 'end to end: from when the request was due until its last token event',
    elsewhere: 'vLLM bench E2EL, aiperf and guidellm request latency',
  },
} as const satisfies Record<string, StreamTimeFacts>;

/** A time that is taken of streamed answers. */
export type StreamTimeKind = keyof typeof STREAM_TIMES;

/** In the order in which results have them. */
export const STREAM_TIME_KINDS = Object.keys(STREAM_TIMES) as readonly StreamTimeKind[];

/** One thing for each kind. */
export function forEachStreamTime<T>(make: (kind: StreamTimeKind) => T): Record<StreamTimeKind, T> {
  return Object.fromEntries(STREAM_TIME_KINDS.map((kind) => [kind, make(kind)])) as Record<StreamTimeKind, T>;
}

/**
 * What a worker counts of streamed answers of the measured window, complete and ok. Each number adds up:
 * - `notStreamed` came as no stream: their times of tokens are not known;
 * - `countedByServer` are those whose number of tokens the server said, `counted` those where it is known at all;
 * - `tokens` and `tokenEvents` are of the counted ones;
 * - `gaps` lie between token events, and `coalesced` of them are none, since both came with one read;
 * - `good` kept every objective.
 */
const STREAM_COUNTS = [
  'answers',
  'notStreamed',
  'countedByServer',
  'counted',
  'tokens',
  'tokenEvents',
  'gaps',
  'coalesced',
  'good',
] as const;
export type StreamCounts = Record<(typeof STREAM_COUNTS)[number], number>;

/** Counts of nothing yet. */
export function noStreamCounts(): StreamCounts {
  return Object.fromEntries(STREAM_COUNTS.map((name) => [name, 0])) as StreamCounts;
}

/** Adds others to counts. */
export function addStreamCounts(to: StreamCounts, others: Readonly<StreamCounts>): void {
  for (const name of STREAM_COUNTS) to[name] += others[name];
}

/** What a worker has timed and counted of streams since it last told. */
export interface StreamBlock {
  readonly times: readonly TimesBlock<StreamTimeKind>[];
  readonly counts: StreamCounts;
  /** When the first of the counted answers was due, and the last one complete, from the start of the window. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}
