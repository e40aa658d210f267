import type { TimeKind } from './times.ts';

export const OPERATORS = ['<', '<=', '>', '>='] as const;
export type Operator = (typeof OPERATORS)[number];

/** What a threshold is about: a latency's statistic, or a figure of the whole run. */
export type Measure =
  | { readonly type: 'percentile'; readonly label: string; readonly kind: TimeKind | null }
  /** `kind` is null for the headline latency. */
  | { readonly type: 'min' | 'mean' | 'max'; readonly kind: TimeKind | null }
  | { readonly type: 'error-rate' | 'goodput' | 'throughput' | 'rate' }
  | ScenarioMeasure;

/** A figure of scenarios: of iterations, groups, checks, or of a metric of the test's own. */
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
  /** Of what has a distribution: a percentile such as `95`, or `min`, `mean` or `max`. */
  readonly label: string | null;
  /** Of a scenario, group, check or metric; null for all of them. */
  readonly name: string | null;
}

/** The figure of a rule, as the result shows it. */
export type RuleFigure =
  | Exclude<Measure['type'], 'percentile' | 'of-scenarios'>
  | `p${string}`
  | `${ScenarioMeasure['figure']}${'' | ` ${string}`}`;

/** A rule that a run has to keep. */
export interface Threshold {
  /** As it was given. */
  readonly expression: string;
  readonly measure: Measure;
  /** The request of the mix that it is about; null for all of them. */
  readonly request: string | null;
  readonly operator: Operator;
  /** Milliseconds, requests per second, or a share from 0 to 1. */
  readonly limit: number;
  /** Nobody gave it: it comes with the others. */
  readonly isImplied?: true;
}
