import type { MaxLost } from './max-lost.ts';

/** How agents are found for a plan, and when they are too few. */
export interface SubmissionOptions {
  readonly agents: number;
  /** So few are enough when the time is up. */
  readonly minAgents: number;
  readonly joinTimeoutMs: number;
  /** A larger share of the load that is lost ends the run; null: it goes on, whatever is lost. */
  readonly maxLost: MaxLost | null;
  /** The connections were asked for; else there is one for each worker at least. */
  readonly isConcurrencyGiven: boolean;
  readonly version: string;
  /** Says what whoever waits should know, while it happens. */
  readonly say: (sentence: string) => void;
}
