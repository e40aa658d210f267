/** What is said of one kind of latency. */
interface LatencyFacts {
  /** As people read it. */
  readonly label: string;
  /** From when to when, in a sentence; docs/metrics.md has the formulas. */
  readonly means: string;
  /** What other tools call it. */
  readonly elsewhere: string;
  /** Where it stands in a report, behind the latency that leads it. */
  readonly place: number;
  /** It may truly be zero; an exchange never takes no time. */
  readonly mayBeZero?: true;
  /** In the closed model it is always zero: a request is due when its connection is free. */
  readonly onlyInOpenModel?: true;
}

/**
 * The latencies of a request. What the report, the JSON and CSV results, rules, and the help know of them follows
 * from here. A new one is an entry, and its formula in `addLatencies`.
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
    means: 'from the release until the first byte is written: in line for a connection, and connecting',
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

/** A time that is taken of each request; docs/metrics.md says from when to when. */
export type LatencyKind = keyof typeof LATENCIES;

/** In the order in which results have them. */
export const LATENCY_KINDS = Object.keys(LATENCIES) as readonly LatencyKind[];

/** What is known of a kind. */
export function latencyFacts(kind: LatencyKind): LatencyFacts {
  return LATENCIES[kind];
}

/** One thing for each kind. */
export function forEachLatency<T>(make: (kind: LatencyKind) => T): Record<LatencyKind, T> {
  return Object.fromEntries(LATENCY_KINDS.map((kind) => [kind, make(kind)])) as Record<LatencyKind, T>;
}

/**
 * From when a request was due until its last byte, in milliseconds: the one place where the parts are added up.
 *
 * @param serviceMs NaN where no byte was written: what is known then is only how long it has waited
 */
export function responseMsOf(startLagMs: number, waitMs: number, serviceMs: number): number {
  return startLagMs + waitMs + (Number.isNaN(serviceMs) ? 0 : serviceMs);
}

/** Takes values of one kind; of a lower bound the true value is not known. */
interface Values {
  add(valueMs: number, isLowerBound: boolean): void;
}

/**
 * Adds the latencies of a request, in milliseconds, each to its kind. Written out, with one parameter for each: it
 * runs for every request, where calls through a table, or an object for the times, would be felt. What ended well is
 * added by columns (`main/collect/good-rows.ts`).
 *
 * @param serviceMs NaN where no byte was written
 * @param firstByteMs NaN where no head arrived
 * @param isCensored it ended without a complete answer
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

/** How much of the time from `fromMs` to `toMs` lies within a window that begins at 0; both relative to it. */
export function overlapMs(fromMs: number, toMs: number, windowMs: number): number {
  return Math.max(0, Math.min(toMs, windowMs) - Math.max(fromMs, 0));
}
