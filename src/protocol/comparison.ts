import type { AgainstBaseline, AnswersDiffer } from './baseline.ts';
import type { ComparisonFinding, Conclusion, Metric } from './comparison-finding.ts';
import type { WorkerMode } from './plan.ts';
import type { Summary } from './summary.ts';

/** Upper limit on rounds: the exact test enumerates every pattern of signs, 2^rounds of them. */
export const MOST_ROUNDS = 20;

/** The ratio of one arm's figure to another's, over paired rounds. */
export interface Estimate {
  /** Hodges–Lehmann estimate, on logarithms. */
  readonly ratio: number;
  /** Ends of the 95 % interval; null below 6 rounds. */
  readonly low: number | null;
  readonly high: number | null;
  /** Two-sided, of the exact sign-flip test. */
  readonly p: number;
  readonly rounds: number;
  readonly margin: number;
  readonly decision: 'higher' | 'lower' | 'no-difference' | 'undecided';
  /** About how many rounds would decide it; null where it is decided, or where it would take over 1,000. */
  readonly roundsNeeded: number | null;
}

/** A percentile of both arms, over all rounds. */
export interface QuantileShift {
  readonly percentile: string;
  readonly aMs: number;
  readonly bMs: number;
  /**
   * Of a in proportion to b, estimated from the ratios in the rounds. Null if a round has too few values for the
   * percentile, or it is only a lower bound there; absent where single results are compared, and in older results.
   */
  readonly ratio?: number | null;
  /** Ends of its 95 % interval, for this percentile alone; null also below 6 rounds. */
  readonly low?: number | null;
  readonly high?: number | null;
}

/** Costs of one round of one arm that its own result does not have. */
export interface RoundCost {
  /** Peak of the round's whole process tree. */
  readonly peakMemoryBytes: number;
  /** Proportional set sizes add up; resident set sizes count shared pages once per process. */
  readonly memoryKind: 'proportional' | 'resident';
}

/** A figure across the rounds of one arm. */
export interface Level {
  readonly median: number;
  /** Ends of the 95 % interval of the median; null below 6 rounds. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Requests sent, and those of them that failed. */
export interface FailureShare {
  readonly sent: number;
  readonly failed: number;
  /** From 0 to 1; 0 where nothing was sent. */
  readonly share: number;
}

/** The failures of two arms, compared. */
export interface PairFailures {
  readonly a: FailureShare;
  readonly b: FailureShare;
  /** Two-sided, of the exact sign-flip test on each round's shares. */
  readonly p: number;
  /** Which of them fails more, beyond chance; undecided where the shares differ but chance may explain it. */
  readonly decision: 'more' | 'fewer' | 'no-difference' | 'undecided';
}

/** One plan, measured several times. */
export interface Arm {
  readonly name: string;
  readonly url: string;
  readonly mode: WorkerMode;
  readonly workers: number;
  readonly concurrency: number;
  readonly figures: Readonly<Partial<Record<Metric, Level>>>;
  /** Absent in older results, here and below. */
  readonly failures?: FailureShare;
  readonly rounds: readonly (Summary & { readonly cost: RoundCost })[];
}

export interface Pair {
  readonly a: string;
  readonly b: string;
  /** Ratios of a to b. */
  readonly figures: Readonly<Partial<Record<Metric, Estimate>>>;
  readonly failures?: PairFailures;
  /** In what the good answers of the two differ beyond chance; null where they do not. Absent in older results. */
  readonly answersDiffer?: AnswersDiffer | null;
  /** In how many of each arm's rounds volley was the limit. */
  readonly generatorLimited?: { readonly a: number; readonly b: number; readonly rounds: number };
  /** In how many of them the measurement was degraded (workers lost, load not sent). */
  readonly degraded?: { readonly a: number; readonly b: number; readonly rounds: number };
  /** Of the headline metric, corrected for the number of pairs (Holm). */
  readonly adjustedP: number;
  /** Probability that a latency of a is shorter than one of b; null where one has none. */
  readonly probabilityShorter: number | null;
  readonly shifts: readonly QuantileShift[];
}

/** The result of `modes`, `compare` and `--repeat`, and the JSON that is saved. */
export interface Comparison {
  readonly schemaVersion: 1;
  readonly kind: 'modes' | 'compare' | 'repeat';
  readonly tool: Summary['tool'];
  readonly startedAt: string;
  readonly interrupted: boolean;
  readonly metric: Metric;
  readonly margin: number;
  /** The rounds of one plan against earlier ones, where `--baseline` asked for it; null if none were kept. */
  readonly baseline?: AgainstBaseline | null;
  readonly arms: readonly Arm[];
  readonly pairs: readonly Pair[];
  /** Conclusions, a sentence each. */
  readonly conclusions: readonly string[];
  readonly notes: readonly string[];
  /** The same as codes with figures. Absent in older results. */
  readonly findings?: {
    readonly conclusions: readonly Conclusion[];
    readonly notes: readonly ComparisonFinding[];
  };
}
