/** An agent's part of the iterations of scenarios. */
export interface AgentIterations {
  /** Null if it was lost, and how many it would have started is unknown. */
  readonly planned: number | null;
  readonly started: number;
  readonly dropped: number;
  /** Planned, but not known to be started or dropped. */
  readonly missing: number | null;
}
