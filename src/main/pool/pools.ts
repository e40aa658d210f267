import type { WorkerMode } from '../../protocol/plan.ts';
import type { CreatePool } from './worker-pool.ts';

/** A new mode needs one file and one line here. Loaded on demand: the start of a run is part of its cost. */
export const POOLS: Readonly<Record<WorkerMode, () => Promise<CreatePool>>> = {
  threads: async () => (await import('./thread-pool.ts')).createThreadPool,
  processes: async () => (await import('./process-pool.ts')).createProcessPool,
  inline: async () => (await import('./inline-pool.ts')).createInlinePool,
};
