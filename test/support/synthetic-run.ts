import { resolvePlan } from '../../src/main/plan/resolve.ts';
import type { CreatePool } from '../../src/main/pool/worker-pool.ts';
import { Coordinator } from '../../src/main/run/coordinator.ts';
import { summarize } from '../../src/main/summary/summarize.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/messages.ts';
import { OUTCOME } from '../../src/protocol/report.ts';
import { blockByteLength, columnsOf, layoutOf } from '../../src/protocol/samples.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';

/**
 * Feeds a coordinator with records of a worker that does not exist, at full speed, and prints how much memory
 * it then holds. Usage: synthetic-run REQUESTS
 */
const ROWS = 2_000;
const requests = Number(process.argv[2]);
const clock = createMonotonicClock();
const plan = await resolvePlan({ url: 'http://127.0.0.1:9/', requests, concurrency: 1, workers: 1 });

const createPool: CreatePool = (_count, events) => {
  const layout = layoutOf(plan);
  const buffer = new ArrayBuffer(blockByteLength(layout, ROWS));
  const block = { buffer, layout, capacity: ROWS, count: ROWS };
  const columns = columnsOf(block);
  columns.outcome.fill(OUTCOME.ok);
  columns.status.fill(200);
  let sent = 0;
  const feed = (): void => {
    // As many turns of the event loop as blocks: it has to stay alive, as in a real run.
    for (let row = 0; row < ROWS; row++) {
      // A thousand a second, so that the series grows past its limit; latencies from 100 µs to 100 ms.
      columns.intendedMs[row] = sent + row;
      columns.serviceMs[row] = 10 ** (((sent + row) * 0.618_034) % 3) / 10;
      columns.firstByteMs[row] = (columns.serviceMs[row] ?? 0) / 2;
      columns.waitMs[row] = ((sent + row) % 97) / 10;
    }
    events.onMessage(0, { type: 'block', block, errors: [] });
    sent += ROWS;
    if (sent < requests) {
      setImmediate(feed);
      return;
    }
    const usage = {
      owns: 'thread' as const,
      cpuMs: 0,
      processCpuMs: 0,
      peakRssBytes: 0,
      eventLoopUtilization: 0,
      processorWait: null,
      loopDelayP99Ms: 0,
      gcMs: 0,
      stoodStillMs: 0,
    };
    const counts = {
      notStarted: 0,
      restedMs: 0,
      isFenced: false,
      practiceCpuMs: 0,
      retried: 0,
      redirectedTo: null,
      workRounds: 0,
      connectionsOpened: 1,
      connectionsClosedByTarget: 0,
      addresses: [],
      bytesSent: 0,
      bytesReceived: 0,
    };
    events.onMessage(0, { type: 'report', report: { samples: sent, startedAtMs: 0, ...counts, ...usage } });
    events.onEnd(0, null);
  };
  return {
    kind: 'thread',
    post: (_index, message) => {
      if (message.type === 'shard') {
        queueMicrotask(() =>
          events.onMessage(0, {
            type: 'ready',
            version: PROTOCOL_VERSION,
            pid: 0,
            threadId: 0,
            bootedAtMs: 0,
          }),
        );
      }
      if (message.type === 'go') setImmediate(feed);
    },
    returnBuffer: () => {},
    kill: () => {},
    close: async () => {},
  };
};

const collected = await new Coordinator(plan, clock).run(createPool);
globalThis.gc?.();
const { heapUsed, arrayBuffers } = process.memoryUsage();
const { requests: counts, latencyMs, series, degradedReasons } = summarize(collected, clock);
process.stdout.write(
  JSON.stringify({
    heldBytes: heapUsed + arrayBuffers,
    peakRssBytes: process.resourceUsage().maxRSS * 1_024,
    ok: counts.ok,
    precision: latencyMs.service.precision,
    p50: latencyMs.service.percentiles['50'],
    intervalMs: series.intervalMs,
    buckets: series.buckets.length,
    degradedReasons,
  }),
);
