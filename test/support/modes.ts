import type { ClientName, WorkerMode } from '../../src/api/index.ts';

export const MODES: readonly WorkerMode[] = ['threads', 'processes', 'inline'];

/** Every mode with every client: what holds for one has to hold for all. */
export const VARIANTS: readonly { mode: WorkerMode; client: ClientName }[] = MODES.flatMap((mode) => [
  { mode, client: 'undici' },
  { mode, client: 'wire' },
]);

/** As many workers as the mode can have, up to `workers`. */
export function workersIn(mode: WorkerMode, workers: number): number {
  return mode === 'inline' ? 1 : workers;
}
