import type { Summary } from '../../protocol/summary.ts';
import { compareFailures } from '../compare/failures.ts';
import type { Baseline } from './baseline.ts';

/** Smaller changes are none that anybody acts on, and two runs differ by as much for no reason. */
const MARGIN = 0.05;
/** So many times as slow is no chance, however short a run is. */
const GROSS = 2;
/** Fewer earlier runs say nothing of how much runs scatter. */
const FEWEST_EARLIER = 3;

/** A run held against an earlier one, by its p50 and by what failed. */
export interface AgainstBaseline {
  readonly source: string;
  readonly startedAt: string;
  readonly latency: 'response' | 'service';
  readonly p50Ms: number | null;
  readonly baselineP50Ms: number | null;
  /** Of the two; null where one is missing. */
  readonly ratio: number | null;
  /** The p50 of the earlier good runs, from the fastest to the slowest; null where there are too few. */
  readonly scatter: { readonly runs: number; readonly lowMs: number; readonly highMs: number } | null;
  readonly failsMore: boolean;
  readonly failedShare: number;
  readonly baselineFailedShare: number;
  /**
   * `slower`: beyond the margin, beyond what chance within each of the two runs explains, and beyond every earlier good
   * run. `within-scatter`: only not beyond those. `unknown`: a figure is missing.
   */
  readonly outcome: 'slower' | 'within-scatter' | 'not-slower' | 'unknown';
}

export function againstBaseline(summary: Summary, { source, result, earlier }: Baseline): AgainstBaseline {
  const latency = summary.latencyMs.headline;
  const p50Ms = p50Of(summary);
  const baselineP50Ms = p50Of(result);
  const failures = compareFailures([summary], [result]);
  const p50s = earlier.flatMap((run) => p50Of(run) ?? []);
  return {
    source,
    startedAt: result.startedAt,
    ...{ latency, p50Ms, baselineP50Ms },
    ratio: p50Ms === null || !baselineP50Ms ? null : p50Ms / baselineP50Ms,
    scatter:
      p50s.length < FEWEST_EARLIER
        ? null
        : { runs: p50s.length, lowMs: Math.min(...p50s), highMs: Math.max(...p50s) },
    failsMore: failures.decision === 'more',
    failedShare: failures.a.share,
    baselineFailedShare: failures.b.share,
    outcome: outcomeOf(summary, result, p50s),
  };
}

function outcomeOf(
  summary: Summary,
  baseline: Summary,
  earlierP50s: readonly number[],
): AgainstBaseline['outcome'] {
  const [now, before] = [p50Of(summary), p50Of(baseline)];
  if (now === null || before === null) return 'unknown';
  if (now <= before * (1 + MARGIN)) return 'not-slower';
  const isBeyondEarlier = earlierP50s.length < FEWEST_EARLIER || now > Math.max(...earlierP50s);
  if (!isBeyondEarlier) return 'within-scatter';
  if (now >= before * GROSS) return 'slower';
  const low = summary.latencyMs.intervals?.['50']?.low;
  const high = baseline.latencyMs.intervals?.['50']?.high;
  // Without intervals nothing says how much is chance.
  if (low == null || high == null) return 'unknown';
  return low <= high ? 'within-scatter' : 'slower';
}

/** Of the latency that leads the report. */
function p50Of({ latencyMs }: Summary): number | null {
  return latencyMs[latencyMs.headline].percentiles['50'] ?? null;
}
