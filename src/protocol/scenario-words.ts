export const ROW_DEALS = ['per-vu', 'once', 'cycle', 'random'] as const;
/** Which row a user or an iteration gets. */
export type RowDeal = (typeof ROW_DEALS)[number];

export const METRIC_KINDS = ['counter', 'trend', 'rate', 'gauge'] as const;
/** The type of a custom metric: a sum, a distribution, a share, or a last value. */
export type MetricKind = (typeof METRIC_KINDS)[number];
