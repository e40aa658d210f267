/** The description of one kind of event time. */
interface EventTimeFacts {
  /** Its name in reports. */
  readonly label: string;
  /** What it measures, from when to when. */
  readonly means: string;
  /** Its names in other tools. */
  readonly elsewhere: string;
  /** What it is taken of. */
  readonly of: string;
}

/**
 * Times of events that do not occur once per request and so have no column in a row: each worker keeps a histogram of
 * each. A new kind is an entry here and a call of `TimesRecorder.add` where it happens.
 */
export const EVENT_TIMES = {
  connect: {
    label: 'connect',
    means:
      'from dialling until the connection is open, TLS not included: looking up the name, TCP, a proxy’s tunnel. Of every connection that was made, warm-up included',
    elsewhere: 'oha DNS+dialup, k6 http_req_connecting; others: none',
    of: 'connection',
  },
  tlsHandshake: {
    label: 'TLS handshake',
    means: 'from when the connection was open until the handshake was complete',
    elsewhere: 'k6 http_req_tls_handshaking; others: none',
    of: 'connection',
  },
} as const satisfies Record<string, EventTimeFacts>;

/** A kind of event time; docs/metrics.md defines each. */
export type EventTimeKind = keyof typeof EVENT_TIMES;

/** In the order of the results. */
export const EVENT_TIME_KINDS = Object.keys(EVENT_TIMES) as readonly EventTimeKind[];

/** One value per kind. */
export function forEachEventTime<T>(make: (kind: EventTimeKind) => T): Record<EventTimeKind, T> {
  return Object.fromEntries(EVENT_TIME_KINDS.map((kind) => [kind, make(kind)])) as Record<EventTimeKind, T>;
}

/** What a worker has timed of one kind since its last message. */
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
  /** The histogram's cells in use, and the count in each. */
  readonly cells: Uint16Array;
  readonly counts: Float64Array;
}

/** The same for the kinds in EVENT_TIMES. */
export type EventTimesBlock = TimesBlock<EventTimeKind>;
