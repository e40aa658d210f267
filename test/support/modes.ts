import type { WorkerMode } from '../../src/main/index.ts';

export const MODES: readonly WorkerMode[] = ['threads', 'processes', 'inline'];

/** As many workers as the mode can have, up to `workers`. */
export function workersIn(mode: WorkerMode, workers: number): number {
  return mode === 'inline' ? 1 : workers;
}
