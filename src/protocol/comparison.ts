import type { AgainstBaseline } from './baseline.ts';
import type { ComparisonFinding, Conclusion, Metric } from './comparison-finding.ts';
import type { WorkerMode } from './plan.ts';
import type { Summary } from './summary.ts';

/** Most rounds of a comparison: every pattern of signs is looked at, and there are 2^rounds. */
export const MOST_ROUNDS = 20;

/** One figure of an arm in proportion to that of another, over paired rounds. */
export interface Estimate {
  /** Hodges–Lehmann, on logarithms. */
  readonly ratio: number;
  /** Ends of the 95 % interval; null below 6 rounds. */
  readonly low: number | null;
  readonly high: number | null;
  /** Two-sided, of the exact sign-flip test. */
  readonly p: number;
  readonly rounds: number;
  readonly margin: number;
  readonly decision: 'higher' | 'lower' | 'no-difference' | 'undecided';
  /** About how many rounds would tell; null where it is decided, or where more than 1,000 would be needed. */
  readonly roundsNeeded: number | null;
}

/** A percentile of both arms, over all rounds. */
export interface QuantileShift {
  readonly percentile: string;
  readonly aMs: number;
  readonly bMs: number;
}

/** What one round of one arm took besides what its own result says. */
export interface RoundCost {
  /** Of the round's whole process tree at its largest. */
  readonly peakMemoryBytes: number;
  /** Proportional set sizes add up; resident ones count shared pages for each process. */
  readonly memoryKind: 'proportional' | 'resident';
}

/** A figure over the rounds of one arm. */
export interface Level {
  readonly median: number;
  /** Ends of the 95 % interval of its middle; null below 6 rounds. */
  readonly low: number | null;
  readonly high: number | null;
}

/** How many requests were sent and not answered well. */
export interface FailureShare {
  readonly sent: number;
  readonly failed: number;
  /** From 0 to 1; 0 where nothing was sent. */
  readonly share: number;
}

/** The failures of two arms. */
export interface PairFailures {
  readonly a: FailureShare;
  readonly b: FailureShare;
  /** Two-sided, of the exact sign-flip test on the shares of each round. */
  readonly p: number;
  /** What a does more than b, beyond chance; undecided where the shares differ and chance may be why. */
  readonly decision: 'more' | 'fewer' | 'no-difference' | 'undecided';
}

/** The same plan, measured several times. */
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
  /** Of a in proportion to b. */
  readonly figures: Readonly<Partial<Record<Metric, Estimate>>>;
  readonly failures?: PairFailures;
  /** In how many of the rounds of each volley was the limit. */
  readonly generatorLimited?: { readonly a: number; readonly b: number; readonly rounds: number };
  /** In how many of them the measurement was degraded: workers lost, load never sent. */
  readonly degraded?: { readonly a: number; readonly b: number; readonly rounds: number };
  /** Of the headline metric, raised for the number of pairs (Holm). */
  readonly adjustedP: number;
  /** That a latency of a is shorter than one of b; null where one has none. */
  readonly probabilityShorter: number | null;
  readonly shifts: readonly QuantileShift[];
}

/** The result of `modes`, `compare` and `--repeat`, which is also the JSON that is saved. */
export interface Comparison {
  readonly schemaVersion: 1;
  readonly kind: 'modes' | 'compare' | 'repeat';
  readonly tool: Summary['tool'];
  readonly startedAt: string;
  readonly interrupted: boolean;
  readonly metric: Metric;
  readonly margin: number;
  /** How rounds of one plan stand to earlier ones, where `--baseline` asked for it. */
  readonly baseline?: AgainstBaseline;
  readonly arms: readonly Arm[];
  readonly pairs: readonly Pair[];
  /** What follows, a sentence each. */
  readonly conclusions: readonly string[];
  readonly notes: readonly string[];
  /** The same as codes with figures. Absent in older results. */
  readonly findings?: {
    readonly conclusions: readonly Conclusion[];
    readonly notes: readonly ComparisonFinding[];
  };
}
