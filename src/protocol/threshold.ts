import type { TimeKind } from './times.ts';

export const OPERATORS = ['<', '<=', '>', '>='] as const;
export type Operator = (typeof OPERATORS)[number];

/** The subject of a threshold: a statistic of a latency, or a figure of the whole run. */
export type Measure =
  | { readonly type: 'percentile'; readonly label: string; readonly kind: TimeKind | null }
  /** `kind` is null for the headline latency. */
  | { readonly type: 'min' | 'mean' | 'max'; readonly kind: TimeKind | null }
  | { readonly type: 'error-rate' | 'goodput' | 'throughput' | 'rate' | 'tokens' }
  | ScenarioMeasure;

/** A figure of scenarios: of iterations, groups, checks or custom metrics. */
export interface ScenarioMeasure {
  readonly type: 'of-scenarios';
  readonly figure:
    | 'iteration'
    | 'group'
    | 'iteration-errors'
    | 'script-errors'
    | 'checks'
    | 'dropped'
    | 'counter'
    | 'trend'
    | 'rate'
    | 'gauge';
  /** For distributions: a percentile such as `95`, or `min`, `mean` or `max`. */
  readonly label: string | null;
  /** Name of a scenario, group, check or metric; null for all of them. */
  readonly name: string | null;
  /** Checks that have rules of their own, which this one leaves out. */
  readonly except?: readonly string[];
}

/** The figure of a rule, as shown in the result. */
export type RuleFigure =
  | Exclude<Measure['type'], 'percentile' | 'of-scenarios'>
  | `p${string}`
  | `${ScenarioMeasure['figure']}${'' | ` ${string}`}`;

/** A rule that a run must meet. */
export interface Threshold {
  /** As the user gave it. */
  readonly expression: string;
  readonly measure: Measure;
  /** The request of the mix concerned; null for all of them. */
  readonly request: string | null;
  readonly operator: Operator;
  /** Milliseconds, requests or tokens per second, or a share from 0 to 1. */
  readonly limit: number;
  /** Implied by the other rules, not given by the user. */
  readonly isImplied?: true;
}
