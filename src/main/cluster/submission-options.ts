import type { MaxLost } from './max-lost.ts';

/** Which agents a plan runs on, and how many are enough. */
export interface SubmissionOptions {
  readonly agents: number;
  /** Number of agents that is enough when the time to join is up. */
  readonly minAgents: number;
  readonly joinTimeoutMs: number;
  /** Limit on the lost share of the load, beyond which the run ends; null for no limit. */
  readonly maxLost: MaxLost | null;
  /** The user set the number of connections; otherwise there is at least one per worker. */
  readonly isConcurrencyGiven: boolean;
  readonly version: string;
  /** Prints notices for the waiting user as things happen. */
  readonly say: (sentence: string) => void;
}
