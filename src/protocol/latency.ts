/** What is said of one kind of latency; docs/metrics.md has the formulas. */
interface LatencyFacts {
  /** As people read it. */
  readonly label: string;
  /** In the closed model it is always zero: a request is due when its connection is free. */
  readonly onlyInOpenModel?: true;
}

/** The latencies of a request. A new one has its entry here, and its sum in `Tally`. */
export const LATENCIES = {
  response: { label: 'response' },
  service: { label: 'service' },
  startLag: { label: 'start lag', onlyInOpenModel: true },
  wait: { label: 'wait' },
  firstByte: { label: 'first byte' },
} as const satisfies Record<string, LatencyFacts>;

/** A time that is taken of each request; docs/metrics.md says from when to when. */
export type LatencyKind = keyof typeof LATENCIES;

export const LATENCY_KINDS = Object.keys(LATENCIES) as readonly LatencyKind[];

/** The name in a rule: `first-byte`. */
export function ruleNameOf(kind: LatencyKind): string {
  return LATENCIES[kind].label.replace(' ', '-');
}

/** The name of a column or of a label of another tool: `first_byte`. */
export function columnNameOf(kind: LatencyKind): string {
  return LATENCIES[kind].label.replace(' ', '_');
}

/**
 * From when a request was due until its last byte, in milliseconds: the one place where the parts are added up.
 *
 * @param serviceMs NaN where no byte was written: what is known then is only how long it has waited
 */
export function responseMsOf(startLagMs: number, waitMs: number, serviceMs: number): number {
  return startLagMs + waitMs + (Number.isNaN(serviceMs) ? 0 : serviceMs);
}
