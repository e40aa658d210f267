/** One agent of a run over several, as far as it has said. */
export interface AgentSoFar {
  readonly name: string;
  /** Unheard while the broker says nothing of anybody. */
  readonly state: 'running' | 'finished' | 'lost' | 'unheard';
  readonly sent: number;
  /** Between the last two that it said; null before the second, and once it has ended. */
  readonly perSecond: number | null;
  /** The latest start so far; null in a closed load, and before the first request. */
  readonly mostLagMs: number | null;
}
