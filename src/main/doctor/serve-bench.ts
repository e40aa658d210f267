import { messageOf } from '../../protocol/errors.ts';
import { columnsOf, type SampleBlock } from '../../protocol/samples.ts';
import { resolvePlan } from '../plan/resolve.ts';
import { conduct } from '../run/conduct.ts';
import type { BenchReply, BenchRequest, Recorded, RunResult } from './recorded.ts';

/** Runs volley on requests from the parent process, and exits when the parent disconnects. */
export function serveBench(parent: NodeJS.Process): void {
  parent.on('message', (message: unknown) => {
    runOnce(message as BenchRequest).then(
      (result) => reply({ type: 'result', result }),
      (error: unknown) => reply({ type: 'failed', message: messageOf(error) }),
    );
  });
  const reply = (message: BenchReply): void => {
    parent.send?.(message);
  };
  // Ctrl-C reaches the whole process group.
  parent.on('SIGINT', () => {});
  parent.on('disconnect', () => process.exit(0));
}

async function runOnce({ options, isRecorded }: BenchRequest): Promise<RunResult> {
  // What earlier runs have left would be collected during this one: that takes the worker's core for 20 ms and more.
  globalThis.gc?.();
  const plan = await resolvePlan(options);
  // Copied now and read after the run: this code shares the core with the worker.
  const blocks: SampleBlock[] = [];
  const keep = (block: SampleBlock): void => {
    blocks.push({ ...block, buffer: block.buffer.slice(0) });
  };
  const conducted = conduct(plan, isRecorded ? { onBlock: keep } : {});
  const collected = await conducted.collect();
  return {
    summary: conducted.sumUp(collected),
    windowAtMs: collected.windowAtMs ?? 0,
    rows: blocks.flatMap(rowsOf),
  };
}

function rowsOf(block: SampleBlock): Recorded[] {
  const columns = columnsOf(block);
  return Array.from({ length: block.count }, (_, row) => ({
    intendedMs: columns.intendedMs[row] ?? 0,
    startLagMs: columns.startLagMs[row] ?? 0,
    waitMs: columns.waitMs[row] ?? 0,
    firstByteMs: columns.firstByteMs[row] ?? 0,
    serviceMs: columns.serviceMs[row] ?? 0,
    bodyBytes: columns.bodyBytes[row] ?? 0,
    status: columns.status[row] ?? 0,
    outcome: columns.outcome[row] ?? 0,
  }));
}
