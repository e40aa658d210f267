/** A class of status, such as `3xx`, and its share of the good answers of each side, from 0 to 1. */
export interface AnswersDiffer {
  readonly statuses: string;
  readonly aShare: number;
  readonly bShare: number;
}

/** A result compared with an earlier one of the same plan on the same machine, by p50 and by failures. */
export interface AgainstBaseline {
  /** As the user named it: `last`, `last~1`, or a file. */
  readonly source: string;
  /** Of the earlier result. */
  readonly startedAt: string;
  /** What the earlier one was measured on, if that was another machine; absent in older results. */
  readonly otherMachine?: string | null;
  /** The latency that leads the report; the figures below are of it, and medians where there are several rounds. */
  readonly latency: 'response' | 'service';
  readonly p50Ms: number | null;
  readonly baselineP50Ms: number | null;
  /** Null where one of the two is missing. */
  readonly ratio: number | null;
  /** Range of p50 over the earlier good results, fastest to slowest; null where there are too few. */
  readonly scatter: { readonly runs: number; readonly lowMs: number; readonly highMs: number } | null;
  /** Whether more requests failed than chance explains. */
  readonly failsMore: boolean;
  /** From 0 to 1. */
  readonly failedShare: number;
  readonly baselineFailedShare: number;
  /** In what the good answers differ beyond chance: `a` is now, `b` the earlier one. Absent in older results. */
  readonly answersDiffer?: AnswersDiffer | null;
  /**
   * `slower`: beyond the margin, beyond the chance within both results, and slower than every earlier good
   * one. `within-scatter`: not slower than all of the earlier ones. `unknown`: a figure is missing.
   */
  readonly outcome: 'slower' | 'within-scatter' | 'not-slower' | 'unknown';
  /** Whether this fails the command, as `--fail-if` asks. */
  readonly isFailure: boolean;
}
