export const LATENCY_KINDS = ['response', 'service', 'startLag', 'wait', 'firstByte'] as const;
/** The five latencies of a request; docs/metrics.md has their formulas. */
export type LatencyKind = (typeof LATENCY_KINDS)[number];
