/** What is said of the times of one kind of event. */
interface EventTimeFacts {
  /** As people read it. */
  readonly label: string;
  /** From when to when, in a sentence. */
  readonly means: string;
  /** What other tools call it. */
  readonly elsewhere: string;
  /** What has one. */
  readonly of: string;
}

/**
 * Times of what does not come once a request, and so has no place in a request's row: each worker keeps a histogram of
 * them. A new kind is an entry here, and a call of `TimesRecorder.add` where it happens.
 */
export const EVENT_TIMES = {
  connect: {
    label: 'connect',
    means:
      'from dialling until the connection is there, TLS not included: looking up the name, TCP, a proxy’s tunnel. Of every connection that was made, warm-up included',
    elsewhere: 'oha DNS+dialup, k6 http_req_connecting; others: none',
    of: 'connection',
  },
  tlsHandshake: {
    label: 'TLS handshake',
    means: 'from when the connection was there until the handshake was complete',
    elsewhere: 'k6 http_req_tls_handshaking; others: none',
    of: 'connection',
  },
} as const satisfies Record<string, EventTimeFacts>;

/** A time that is taken of an event; docs/metrics.md says from when to when. */
export type EventTimeKind = keyof typeof EVENT_TIMES;

/** In the order in which results have them. */
export const EVENT_TIME_KINDS = Object.keys(EVENT_TIMES) as readonly EventTimeKind[];

/** One thing for each kind. */
export function forEachEventTime<T>(make: (kind: EventTimeKind) => T): Record<EventTimeKind, T> {
  return Object.fromEntries(EVENT_TIME_KINDS.map((kind) => [kind, make(kind)])) as Record<EventTimeKind, T>;
}

/** What a worker has timed of one kind since it last told. */
export interface TimesBlock<Kind> {
  readonly kind: Kind;
  readonly moments: {
    readonly count: number;
    readonly min: number;
    readonly max: number;
    readonly mean: number;
    /** Sum of squared deviations from the mean. */
    readonly squares: number;
  };
  /** The used cells of the histogram, and how many times lie in each. */
  readonly cells: Uint16Array;
  readonly counts: Float64Array;
}

/** The same of events that EVENT_TIMES lists. */
export type EventTimesBlock = TimesBlock<EventTimeKind>;
