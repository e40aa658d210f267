/** A result held against an earlier one of the same plan on the same machine, by its p50 and by what failed. */
export interface AgainstBaseline {
  /** As it was named: `last`, `last~1`, or a file. */
  readonly source: string;
  /** Of the earlier one. */
  readonly startedAt: string;
  /** Which latency leads the report, and has the figures below; of several rounds their medians. */
  readonly latency: 'response' | 'service';
  readonly p50Ms: number | null;
  readonly baselineP50Ms: number | null;
  /** Of the two; null where one is missing. */
  readonly ratio: number | null;
  /** The p50 of the earlier good results, from the fastest to the slowest; null where there are too few. */
  readonly scatter: { readonly runs: number; readonly lowMs: number; readonly highMs: number } | null;
  /** Whether more requests failed, beyond chance. */
  readonly failsMore: boolean;
  /** From 0 to 1. */
  readonly failedShare: number;
  readonly baselineFailedShare: number;
  /**
   * `slower`: beyond the margin, beyond what chance within each of the two explains, and beyond every earlier good
   * one. `within-scatter`: only not beyond those. `unknown`: a figure is missing.
   */
  readonly outcome: 'slower' | 'within-scatter' | 'not-slower' | 'unknown';
  /** Whether the command fails by it, as `--fail-if` asks. */
  readonly isFailure: boolean;
}
