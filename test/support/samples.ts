import { Series } from '../../src/main/collect/series.ts';
import type { RunRecords } from '../../src/main/collect/tally.ts';
import { OUTCOME, type Outcome } from '../../src/protocol/report.ts';
import { blockByteLength, columnsOf, layoutOf, type SampleBlock } from '../../src/protocol/samples.ts';

/** Of a run of several requests: every column. */
export const MIX_LAYOUT = layoutOf({ mix: [1, 2] });

/** One request, as a worker would record it. */
export interface Sample {
  readonly intendedMs?: number;
  readonly startLagMs?: number;
  readonly waitMs?: number;
  /** Left out: no byte was written. */
  readonly serviceMs?: number;
  /** Left out: no head arrived. */
  readonly firstByteMs?: number;
  readonly status?: number;
  readonly outcome?: Outcome;
  /** Its place in the mix. */
  readonly request?: number;
}

export function blockOf(samples: readonly Sample[]): SampleBlock {
  const count = samples.length;
  const buffer = new ArrayBuffer(blockByteLength(MIX_LAYOUT, count));
  const block = { buffer, layout: MIX_LAYOUT, capacity: count, count };
  const columns = columnsOf(block);
  samples.forEach((sample, row) => {
    columns.intendedMs[row] = sample.intendedMs ?? 0;
    columns.startLagMs[row] = sample.startLagMs ?? 0;
    columns.waitMs[row] = sample.waitMs ?? 0;
    columns.serviceMs[row] = sample.serviceMs ?? Number.NaN;
    columns.firstByteMs[row] = sample.firstByteMs ?? Number.NaN;
    columns.status[row] = sample.status ?? 0;
    columns.request?.fill(sample.request ?? 0, row, row + 1);
    columns.outcome[row] = OUTCOME[sample.outcome ?? 'ok'];
  });
  return block;
}

/** A complete response after `serviceMs`. */
export function answered(serviceMs: number, intendedMs = 0): Sample {
  return { intendedMs, serviceMs, firstByteMs: serviceMs / 2, status: 200, outcome: 'ok' };
}

/** What a run keeps beside its tallies. */
export function recordsOf(changes: Partial<RunRecords> = {}): RunRecords {
  return {
    windowEndMs: Number.POSITIVE_INFINITY,
    series: new Series(),
    backlog: null,
    headline: 'service',
    start: null,
    scenarios: null,
    lastIntendedMs: Number.POSITIVE_INFINITY,
    mix: [],
    ...changes,
  };
}
