import type { Supplies } from '../../protocol/supplies.ts';
import type { MaxLost } from './max-lost.ts';

/** What is known only once `setup` of scenarios has run. */
export type Prepared = Pick<Supplies, 'secrets' | 'scenarioData'>;

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
  /**
   * Does what comes once before the load, when the agents are there; null if there is nothing of that kind.
   * Resolves to null if the signal ended it.
   */
  readonly prepare: ((signal: AbortSignal) => Promise<Prepared | null>) | null;
  /** Prints notices for the waiting user as things happen. */
  readonly say: (sentence: string) => void;
}
