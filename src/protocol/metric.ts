/** The figures that arms are compared by. */
export const METRICS = ['throughput', 'p50', 'p90', 'p99', 'cpu'] as const;
export type Metric = (typeof METRICS)[number];
