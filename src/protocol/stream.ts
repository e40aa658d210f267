import type { TimesBlock } from './event-times.ts';

/** How an answer is split into events: server-sent events, JSON lines, or one event per read. */
export const FRAMINGS = ['sse', 'ndjson', 'chunks'] as const;
export type Framing = (typeof FRAMINGS)[number];

/** Model servers that volley knows by name. */
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

/** Source of the token count: `auto` is the server's own count, or else the number of events. */
export const TOKEN_COUNTS = ['auto', 'usage', 'events'] as const;
export type TokenCount = (typeof TOKEN_COUNTS)[number];

/** Requests that are cancelled on purpose, as impatient users would. */
export interface Cancelling {
  /** How many out of every `of` requests. */
  readonly share: number;
  readonly of: number;
  /** Cancel after this many token events; null if by time. */
  readonly afterEvents: number | null;
  /** Cancel this long after the request was given to a connection; null if by tokens. */
  readonly afterMs: number | null;
}

/** How to read the stream of a model endpoint. Paths are JSON paths into an event's data. */
export interface StreamPlan {
  /** Null: by the answer's content type. */
  readonly framing: Framing | null;
  /** Paths to an event's text; an event with text is a token event. Empty: every event is one. */
  readonly tokenPaths: readonly string[];
  /** The same for reasoning text, which is not part of the answer. */
  readonly reasoningPaths: readonly string[];
  /** Types of events whose text is reasoning, wherever it stands. */
  readonly reasoningTypes?: readonly string[];
  /** Path to the server's own count of tokens so far; the last value counts. */
  readonly usagePaths: readonly string[];
  /** Data of the final event, such as `[DONE]`; null if there is no such event. */
  readonly endMark: string | null;
  /** Path at which a value other than null and false means that the stream is complete. */
  readonly endPaths: readonly string[];
  /** Paths to the name of a tool that is called: an answer with nothing else, not even arguments, is one all the same. */
  readonly callPaths?: readonly string[];
  /** Paths to the content of an answer in one piece; without content there it is no answer. None: as the token paths begin. */
  readonly wholePaths?: readonly string[];
  /** Where the text of an answer in one piece stands; none: where that of an event does. */
  readonly wholeTextPaths?: readonly string[];
  /** The text of answers is wanted, and not only their times. */
  readonly keepsText?: boolean;
  readonly count: TokenCount;
  /** Which requests are cancelled on purpose, and when; null or absent: none. */
  readonly cancel?: Cancelling | null;
  /** A request without a byte for this long is ended; null: only the timeout applies. */
  readonly stallMs: number | null;
}

/** An objective of a good answer: one of its times, and the limit. */
export interface Objective {
  readonly kind: StreamTimeKind;
  readonly limitMs: number;
}

/** The description of one time of streamed answers. */
interface StreamTimeFacts {
  /** Its name in reports. */
  readonly label: string;
  /** What it measures, from when to when; docs/models.md has the formulas. */
  readonly means: string;
  /** Its names in other tools. */
  readonly elsewhere: string;
}

/**
 * Times of streamed answers that were complete and ok. Each worker keeps a histogram of each, because an answer has
 * many gaps.
 */
export const STREAM_TIMES = {
  ttft: {
    label: 'ttft',
    means: 'time to first token: from when the request was due until the read that brought the first token',
    elsewhere: 'vLLM bench, aiperf, guidellm TTFT, counted from sending: without the wait of an open load',
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
    means:
      'time per output token: from the first token event to the last, divided by the tokens after the first',
    elsewhere: 'vLLM bench TPOT; aiperf, guidellm ITL',
  },
  gap: {
    label: 'gap',
    means: 'from one token event to the next, over all answers',
    elsewhere: 'vLLM bench ITL, aiperf ICL',
  },
  e2e: {
    label: 'e2e',
    means: 'end to end: from when the request was due until its last token event',
    elsewhere: 'vLLM bench E2EL, aiperf and guidellm request latency',
  },
} as const satisfies Record<string, StreamTimeFacts>;

/** A kind of time of streamed answers. */
export type StreamTimeKind = keyof typeof STREAM_TIMES;

/** In the order of the results. */
export const STREAM_TIME_KINDS = Object.keys(STREAM_TIMES) as readonly StreamTimeKind[];

/** One value per kind. */
export function forEachStreamTime<T>(make: (kind: StreamTimeKind) => T): Record<StreamTimeKind, T> {
  return Object.fromEntries(STREAM_TIME_KINDS.map((kind) => [kind, make(kind)])) as Record<StreamTimeKind, T>;
}

/**
 * What a worker counts of the measured window's streamed answers that were complete and ok. All numbers are additive:
 * - `asked` streams were asked for, whatever came of them;
 * - `notStreamed` did not come as a stream, so their token times are unknown;
 * - `countedByServer`: the server gave the number of tokens; `counted`: the number is known at all;
 * - `tokens` and `tokenEvents` are those of the counted answers;
 * - `gaps` lie between token events; `coalesced` of them are zero because both events came in one read;
 * - `good` met every objective.
 */
const STREAM_COUNTS = [
  'asked',
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

/** All counts at zero. */
export function noStreamCounts(): StreamCounts {
  return Object.fromEntries(STREAM_COUNTS.map((name) => [name, 0])) as StreamCounts;
}

/** Adds `others` to the counts. */
export function addStreamCounts(to: StreamCounts, others: Readonly<StreamCounts>): void {
  for (const name of STREAM_COUNTS) to[name] += others[name];
}

/** Length of the intervals in which workers count what streams did over time. */
export const STREAM_INTERVAL_MS = 100;

/** How many values each cell of each interval has; a coarse cell as in src/metrics. All three lists have the same length. */
export interface CourseCells {
  /** Numbers of intervals, from the start of the window. */
  readonly intervals: Uint32Array;
  readonly cells: Uint16Array;
  readonly counts: Uint32Array;
}

/** Streams over time. */
export interface StreamCourse {
  /** Times to the first token, by when their request was due. */
  readonly ttft: CourseCells;
  /** By when they ended. */
  readonly gap: CourseCells;
  /** Tokens by when they came; an answer's tokens are shared out over its token events. */
  readonly tokens: { readonly intervals: Uint32Array; readonly counts: Float64Array };
}

/** What a worker has timed and counted of streams since its last message. */
export interface StreamBlock {
  readonly times: readonly TimesBlock<StreamTimeKind>[];
  readonly counts: StreamCounts;
  readonly course: StreamCourse;
  /** When the first counted answer was due and the last one complete, from the start of the window. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}
