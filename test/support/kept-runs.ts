import type { Summary } from '../../src/api/index.ts';
import { type Kept, type KeptRun, keptRunOf, listRuns } from '../../src/main/history/kept-run.ts';
import { LATENCY, summaryWith } from './summary.ts';

export const ORIGIN = { host: 'here', revision: 'abcdef0123456789', branch: 'main', hasChanges: false };

/** A result as it is kept, with this p50 in ms and four times of it as its p99. */
export function keptWith(p50: number, more: Partial<Summary> = {}): Kept {
  const { latencyMs } = summaryWith();
  const headline = { ...LATENCY, percentiles: { '50': p50, '99': p50 * 4 } };
  return {
    ...summaryWith({
      startedAt: '2026-03-01T09:05:00.000Z',
      latencyMs: {
        ...latencyMs,
        intervals: { '50': { low: p50 * 0.9, high: p50 * 1.1 }, '99': { low: p50 * 3, high: null } },
        [latencyMs.headline]: headline,
      },
      ...more,
    }),
    origin: ORIGIN,
  };
}

/** As `volley runs` lists them, the newest first. */
export function listed(...results: readonly Kept[]): KeptRun[] {
  return listRuns(results.flatMap((result, index) => keptRunOf(`${index}.json`, index, result) ?? []));
}
