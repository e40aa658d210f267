/** The description of one kind of latency. */
interface LatencyFacts {
  /** Its name in reports. */
  readonly label: string;
  /** What it measures, from when to when; docs/metrics.md has the formulas. */
  readonly means: string;
  /** Its names in other tools. */
  readonly elsewhere: string;
  /** Its position in a report, after the headline latency. */
  readonly place: number;
  /** Zero is a real value of it; an exchange always takes some time. */
  readonly mayBeZero?: true;
  /** Always zero in the closed model, where a request is due when its connection is free. */
  readonly onlyInOpenModel?: true;
}

/**
 * The latencies of a request. Report, JSON and CSV results, rules and help all derive from this table.
 * A new latency is an entry here and its formula in `addLatencies`.
 */
export const LATENCIES = {
  response: {
    label: 'response',
    means:
      'from when the request was due until its last byte: what a user would feel. It leads the report with a rate. Response = start lag + wait + service',
    elsewhere: 'wrk2 (corrected) Latency, oha --latency-correction; k6, vegeta: none',
    place: 1,
  },
  service: {
    label: 'service',
    means:
      'from just before the first byte is written until the last byte has arrived: target and network. It leads the report in the closed model',
    elsewhere:
      'wrk Latency, autocannon Latency, oha response time, k6 http_req_duration; vegeta’s latencies count connecting too',
    place: 2,
  },
  startLag: {
    label: 'start lag',
    means: 'from when the request was due until volley released it: the generator’s own delay',
    elsewhere: 'none: k6 and vegeta start late without saying so, k6 drops (dropped_iterations)',
    place: 5,
    mayBeZero: true,
    onlyInOpenModel: true,
  },
  wait: {
    label: 'wait',
    means: 'from the release until the first byte is written: waiting for a connection, and connecting',
    elsewhere: 'k6 http_req_blocked + http_req_connecting + http_req_tls_handshaking; oha DNS+dialup',
    place: 4,
    mayBeZero: true,
  },
  firstByte: {
    label: 'first byte',
    means: 'from the first byte written until the head of the answer has arrived',
    elsewhere: 'k6 http_req_waiting; others: none',
    place: 3,
  },
} as const satisfies Record<string, LatencyFacts>;

/** A latency of a request; docs/metrics.md defines each. */
export type LatencyKind = keyof typeof LATENCIES;

/** In the order of the results. */
export const LATENCY_KINDS = Object.keys(LATENCIES) as readonly LatencyKind[];

/** Those that every saved result has: results saved before a later one was added lack that one. */
export const FIRST_LATENCY_KINDS: readonly LatencyKind[] = [
  'response',
  'service',
  'startLag',
  'wait',
  'firstByte',
];

/** The description of a kind. */
export function latencyFacts(kind: LatencyKind): LatencyFacts {
  return LATENCIES[kind];
}

/** One value per kind. */
export function forEachLatency<T>(make: (kind: LatencyKind) => T): Record<LatencyKind, T> {
  return Object.fromEntries(LATENCY_KINDS.map((kind) => [kind, make(kind)])) as Record<LatencyKind, T>;
}

/**
 * From when a request was due until its last byte, in milliseconds. The only place where the parts are added up.
 *
 * @param serviceMs NaN if no byte was written: then only the wait is known
 */
export function responseMsOf(startLagMs: number, waitMs: number, serviceMs: number): number {
  return startLagMs + waitMs + (Number.isNaN(serviceMs) ? 0 : serviceMs);
}

/** Takes values of one kind; the true value of a lower bound is unknown. */
interface Values {
  add(valueMs: number, isLowerBound: boolean): void;
}

/**
 * Adds the latencies of a request, in milliseconds, each to its kind. Written out with one parameter each because it
 * runs for every request: calls through a table, or an object per request, cost measurably more. Requests that
 * ended well are added by columns (`main/collect/good-rows.ts`).
 *
 * @param serviceMs NaN if no byte was written
 * @param firstByteMs NaN if no head arrived
 * @param isCensored it ended without a complete answer, so its latency is a lower bound
 */
export function addLatencies(
  to: Readonly<Record<LatencyKind, Values>>,
  startLagMs: number,
  waitMs: number,
  serviceMs: number,
  firstByteMs: number,
  responseMs: number,
  isCensored: boolean,
): void {
  const wasWritten = !Number.isNaN(serviceMs);
  to.response.add(responseMs, isCensored);
  to.startLag.add(startLagMs, false);
  to.wait.add(waitMs, !wasWritten);
  if (!wasWritten) return;
  to.service.add(serviceMs, isCensored);
  if (Number.isNaN(firstByteMs)) to.firstByte.add(serviceMs, true);
  else to.firstByte.add(firstByteMs, false);
}

/** How much of the interval from `fromMs` to `toMs` lies inside the window, which begins at 0. */
export function overlapMs(fromMs: number, toMs: number, windowMs: number): number {
  return Math.max(0, Math.min(toMs, windowMs) - Math.max(fromMs, 0));
}

/** How many latencies lie between two bounds. */
export interface HistogramRow {
  /** Inclusive. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly count: number;
}
