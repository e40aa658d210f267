import { Distribution } from '../../metrics/distribution.ts';
import { isComplete } from '../../protocol/report.ts';
import { CutOff } from './interrupted.ts';
import { OutcomeCounts } from './outcome-counts.ts';

/** The records of one request of a mix, over all workers. */
export class RequestTally extends OutcomeCounts {
  /** Of the headline latency. */
  readonly latency = new Distribution();
  /** Of users alone. */
  readonly cutOff = new CutOff();

  /** `headlineMs` is null if the request has no latency. */
  add(outcome: number, headlineMs: number | null): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    if (headlineMs !== null) this.latency.add(headlineMs, !isComplete(outcome));
  }
}
