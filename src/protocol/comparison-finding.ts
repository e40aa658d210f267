import type { Finding, FindingFigures, NextStep } from './finding.ts';

/** The figures by which arms are compared. */
export const METRICS = ['throughput', 'p50', 'p90', 'p99', 'cpu'] as const;
export type Metric = (typeof METRICS)[number];

/** A ratio with the ends of its 95 % interval; null where there is none. */
export interface RatioFigures {
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** In how many of each arm's `rounds` something was wrong. */
export interface TroubledRounds {
  readonly a: string;
  readonly b: string;
  readonly aRounds: number;
  readonly bRounds: number;
  readonly rounds: number;
}

/**
 * The figures of each code: `a` and `b` are names of arms, names in `Share` are shares from 0 to 1, ratios are
 * of a to b. docs/findings.md has the same table.
 */
export interface ComparisonFigures {
  readonly 'pair-by-figure': RatioFigures & {
    readonly a: string;
    readonly b: string;
    readonly metric: Metric;
    readonly outcome: 'better' | 'worse' | 'no-difference' | 'undecided';
    readonly rounds: number;
    readonly marginShare: number;
    readonly roundsNeeded: number | null;
  };
  readonly 'pair-by-failures': {
    readonly a: string;
    readonly b: string;
    readonly metric: Metric;
    readonly outcome: 'better' | 'worse' | 'both-fail';
    readonly aFailedShare: number;
    readonly bFailedShare: number;
    readonly isBothFailing: boolean;
    /** What the figures alone would say; null without figures. */
    readonly estimate: RatioFigures | null;
  };
  readonly 'pair-unanswered': { readonly a: string; readonly b: string };
  readonly 'pair-without-figure': { readonly a: string; readonly b: string; readonly metric: Metric };
  readonly 'failures-compared': {
    readonly a: string;
    readonly b: string;
    readonly aFailedShare: number;
    readonly bFailedShare: number;
    readonly decision: 'more' | 'fewer' | 'no-difference' | 'undecided';
  };
  /** The good answers of the two have different statuses: these, most of all. */
  readonly 'answers-differ': {
    readonly a: string;
    readonly b: string;
    readonly statuses: string;
    readonly aShare: number;
    readonly bShare: number;
  };
  readonly 'limited-rounds': TroubledRounds;
  readonly 'degraded-rounds': TroubledRounds;
  readonly 'nothing-recommended': { readonly leader: string };
  /** `equal`: within the margin of the leader. `undecided`: may be within it. */
  readonly recommended: {
    readonly choice: string;
    readonly leader: string;
    readonly metric: Metric;
    readonly equal: readonly string[];
    readonly undecided: readonly string[];
  };
  readonly 'one-round-each': Readonly<Record<never, never>>;
  readonly 'save-rounds': Readonly<Record<never, never>>;
  readonly 'too-few-rounds': { readonly rounds: number; readonly fewestRounds: number };
  /** With so few rounds of so many arms, no difference can reach certainty. */
  readonly 'rounds-cannot-decide': {
    readonly rounds: number;
    readonly fewestRounds: number;
    readonly arms: number;
  };
  /** At least one round had too few requests for this percentile. */
  readonly 'percentile-lacks-requests': {
    readonly arm: string;
    readonly percentile: string;
    readonly requestsNeeded: number;
    readonly fewestRequests: number;
  };
  readonly 'intervals-hold': Readonly<Record<never, never>>;
  /** What the user gave for it: a URL or a file. */
  readonly 'arm-is': { readonly arm: string; readonly source: string };
  readonly 'measured-apart': Readonly<Record<never, never>>;
  /** A saved result with rounds of an older version: its latencies cannot be added up. */
  readonly 'rounds-without-cells': { readonly arm: string };
  readonly 'plans-differ': { readonly fields: readonly string[] };
  readonly 'option-note': { readonly text: string };
  readonly 'arm-failures': { readonly arm: string; readonly failed: number; readonly sent: number };
  /** What the verdict of the first of those rounds rests on, in words, and as a finding (absent in older results). */
  readonly 'arm-failing': ArmRounds & {
    readonly because: string;
    readonly finding?: Finding & { readonly nextStep: NextStep | null };
  };
  /** Over all its rounds most of one request of the mix failed, which no round alone shows. */
  readonly 'arm-request-failing': {
    readonly arm: string;
    readonly request: string;
    readonly failed: number;
    readonly of: number;
    readonly rounds: number;
  };
  /** As of a run, over all its rounds of which that was said. */
  readonly 'arm-redirects': FindingFigures['redirects-not-followed'] & ArmRounds;
  readonly 'arm-broke-rule': ArmRounds & {
    readonly expression: string;
    /** In how many of these rounds requests were too few to tell, and how many it takes; absent if in none. */
    readonly tooFew?: { readonly found: number; readonly requestsNeeded: number };
  };
  readonly 'arm-degraded': ArmRounds;
  readonly 'arm-limited': ArmRounds;
}

/** Something that holds in `found` of an arm's `rounds`. */
interface ArmRounds {
  readonly arm: string;
  readonly found: number;
  readonly rounds: number;
}

export type ComparisonFindingCode = keyof ComparisonFigures;

/** A finding of a comparison; reporters put it into words. */
export type ComparisonFinding<Code extends ComparisonFindingCode = ComparisonFindingCode> = {
  [Known in Code]: { readonly code: Known; readonly figures: ComparisonFigures[Known] };
}[Code];

/** The conclusions of a comparison, and the caveats that go with them. */
export type Conclusion = ComparisonFinding & { readonly remarks: readonly ComparisonFinding[] };
