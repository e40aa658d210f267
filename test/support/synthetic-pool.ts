import type { CreatePool } from '../../src/main/pool/worker-pool.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/messages.ts';
import type { TimedErrorTally } from '../../src/protocol/report.ts';
import {
  blockByteLength,
  columnsOf,
  type RowLayout,
  type SampleColumns,
} from '../../src/protocol/samples.ts';

const ROWS = 2_000;

/** What a worker that does not exist says it has measured. */
export interface Synthetic {
  readonly layout: RowLayout;
  /** How many requests; a multiple of {@link ROWS}. */
  readonly requests: number;
  /** Writes the request of that number into a row. */
  fill(columns: SampleColumns, row: number, number: number): void;
  /** What has failed among the requests filled in since it was last asked. */
  failures?(): TimedErrorTally[];
}

/** A pool of one worker that says at full speed what a real one says as time goes by. */
export function syntheticPool({ layout, requests, fill, failures = () => [] }: Synthetic): CreatePool {
  return (_count, events) => {
    const buffer = new ArrayBuffer(blockByteLength(layout, ROWS));
    const block = { buffer, layout, capacity: ROWS, count: ROWS };
    const columns = columnsOf(block);
    let sent = 0;
    const feed = (): void => {
      // As many turns of the event loop as blocks: it has to stay alive, as in a real run.
      for (let row = 0; row < ROWS; row++) fill(columns, row, sent + row);
      events.onMessage(0, { type: 'block', block, errors: failures() });
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
        connectionsUnrequested: 0,
        answersDoubtful: 0,
        addresses: [],
        bytesSent: 0,
        bytesReceived: 0,
      };
      events.onMessage(0, {
        type: 'report',
        report: { samples: sent, startedAtMs: 0, ...counts, ...usage },
      });
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
              readyAtMs: 0,
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
}
