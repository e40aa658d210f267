import { peakRssKib } from '../../src/machine/peak-memory.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { Coordinator } from '../../src/main/run/coordinator.ts';
import { summarize } from '../../src/main/summary/summarize.ts';
import { OUTCOME } from '../../src/protocol/report.ts';
import { layoutOf } from '../../src/protocol/samples.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { syntheticPool } from './synthetic-pool.ts';

/**
 * Feeds a coordinator with records of a worker that does not exist, at full speed, and prints how much memory
 * it then holds. Usage: synthetic-run REQUESTS
 */
const requests = Number(process.argv[2]);
const clock = createMonotonicClock();
const plan = await resolvePlan({ url: 'http://127.0.0.1:9/', requests, concurrency: 1, workers: 1 });

const createPool = syntheticPool({
  layout: layoutOf(plan),
  requests,
  fill: (columns, row, number) => {
    // A thousand a second, so that the series grows past its limit; latencies from 100 µs to 100 ms.
    columns.outcome[row] = OUTCOME.ok;
    columns.status[row] = 200;
    columns.intendedMs[row] = number;
    columns.serviceMs[row] = 10 ** ((number * 0.618_034) % 3) / 10;
    columns.firstByteMs[row] = (columns.serviceMs[row] ?? 0) / 2;
    columns.waitMs[row] = (number % 97) / 10;
  },
});

const collected = await new Coordinator(plan, clock).run(createPool);
globalThis.gc?.();
// V8 frees buffers on another thread, and waits for it before it collects again.
globalThis.gc?.();
const { heapUsed, arrayBuffers } = process.memoryUsage();
const { requests: counts, latencyMs, series, degradedReasons } = summarize(collected, clock);
process.stdout.write(
  JSON.stringify({
    heldBytes: heapUsed + arrayBuffers,
    peakRssBytes: peakRssKib() * 1_024,
    ok: counts.ok,
    precision: latencyMs.service.precision,
    p50: latencyMs.service.percentiles['50'],
    intervalMs: series.intervalMs,
    buckets: series.buckets.length,
    degradedReasons,
  }),
);
