import type { TimeKind } from './times.ts';

export const OPERATORS = ['<', '<=', '>', '>='] as const;
export type Operator = (typeof OPERATORS)[number];

/** What a threshold is about: a latency's statistic, or a figure of the whole run. */
export type Measure =
  | { readonly type: 'percentile'; readonly label: string; readonly kind: TimeKind | null }
  /** `kind` is null for the headline latency. */
  | { readonly type: 'min' | 'mean' | 'max'; readonly kind: TimeKind | null }
  | { readonly type: 'error-rate' | 'goodput' | 'throughput' | 'rate' };

/** The figure of a rule, as the result shows it. */
export type RuleFigure = Exclude<Measure['type'], 'percentile'> | `p${string}`;

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
