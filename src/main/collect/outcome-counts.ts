import { isFailed, OUTCOME, OUTCOMES } from '../../protocol/report.ts';

/** Requests of the window by how they ended. */
export class OutcomeCounts {
  readonly outcomes = new Float64Array(OUTCOMES.length);

  /** Requests of the window that were released. */
  get released(): number {
    return this.outcomes.reduce((sum, count) => sum + count, 0);
  }

  /** Given to a connection, even one that failed to open. */
  get sent(): number {
    return this.released - this.dropped;
  }

  get ok(): number {
    return this.#count(OUTCOME.ok);
  }

  get failed(): number {
    return this.outcomes.reduce((sum, count, outcome) => (isFailed(outcome) ? sum + count : sum), 0);
  }

  get unfinished(): number {
    return this.#count(OUTCOME.unfinished);
  }

  get cancelled(): number {
    return this.#count(OUTCOME.cancelled);
  }

  get dropped(): number {
    return this.#count(OUTCOME.dropped);
  }

  addOutcomes(outcomes: ArrayLike<number>): void {
    for (let outcome = 0; outcome < outcomes.length; outcome++)
      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + (outcomes[outcome] ?? 0);
  }

  #count(outcome: number): number {
    return this.outcomes[outcome] ?? 0;
  }
}
