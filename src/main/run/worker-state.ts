import type { WorkerMessage } from '../../protocol/messages.ts';
import type { WorkerReport } from '../../protocol/report.ts';
import type { Shard } from '../../protocol/shard.ts';

/** What the coordinator knows of a worker. */
export class WorkerState {
  /** Its index in the pool. */
  readonly index: number;
  readonly shard: Shard;
  ready: Extract<WorkerMessage, { type: 'ready' }> | null = null;
  /** How long its `ready` was on its way. */
  readyForMs = 0;
  report: WorkerReport | null = null;
  failure: string | null = null;
  hasEnded = false;

  constructor(shard: Shard, index: number) {
    this.index = index;
    this.shard = shard;
  }
}
