import { LATENCY_KINDS } from '../../protocol/latency.ts';
import type { LatencySummary, Summary } from '../../protocol/summary.ts';

/** A saved result with every latency: one that its version did not measure yet has no values. */
export function withAllLatencies<Saved extends Pick<Summary, 'latencyMs'>>(
  saved: Saved,
  kinds: readonly string[] = LATENCY_KINDS,
): Saved {
  const { latencyMs } = saved;
  const missing = kinds.filter((kind) => !Object.hasOwn(latencyMs, kind));
  if (missing.length === 0) return saved;
  const labels = Object.keys(latencyMs[latencyMs.headline].percentiles);
  const unknown: LatencySummary = {
    ...{ count: 0, censored: 0, min: null, mean: null, stdev: null, max: null, maxMinusMean: null },
    percentiles: Object.fromEntries(labels.map((label) => [label, null])),
    atLeast: [],
    precision: 'exact',
  };
  return {
    ...saved,
    latencyMs: { ...latencyMs, ...Object.fromEntries(missing.map((kind) => [kind, unknown])) },
  };
}
