import { Distribution } from '../../metrics/distribution.ts';
import { isComplete, isFailed, OUTCOME, OUTCOMES } from '../../protocol/report.ts';

/** What is kept of one request of a mix, over all workers. */
export class RequestTally {
  /** Requests of the window by how they ended. */
  readonly outcomes = new Float64Array(OUTCOMES.length);
  /** Of the headline latency. */
  readonly latency = new Distribution();

  get released(): number {
    return this.outcomes.reduce((sum, count) => sum + count, 0);
  }

  get sent(): number {
    return this.released - this.#count(OUTCOME.dropped);
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

  get dropped(): number {
    return this.#count(OUTCOME.dropped);
  }

  /** `headlineMs` is null where the request has no latency. */
  add(outcome: number, headlineMs: number | null): void {
    this.outcomes[outcome] = this.#count(outcome) + 1;
    if (headlineMs !== null) this.latency.add(headlineMs, !isComplete(outcome));
  }

  #count(outcome: number): number {
    return this.outcomes[outcome] ?? 0;
  }
}
