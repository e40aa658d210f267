import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../protocol/errors.ts';
import type { WorkerMessage } from '../../protocol/messages.ts';
import { ROOMY_HEAP_FLAG } from './roomy-heap.ts';
import type { PoolEvents, PoolOptions, WorkerPool } from './worker-pool.ts';

const ENTRY = fileURLToPath(new URL('../../workers/process-entry.js', import.meta.url));
const KEPT_STDERR_CHARACTERS = 4_096;

/** Processes: one forked child each. A child that dies breaks nothing but itself. */
export function createProcessPool(
  count: number,
  events: PoolEvents,
  { areHeapsRoomy }: PoolOptions,
): WorkerPool {
  const workers = Array.from({ length: count }, (_, index) => {
    const child = fork(ENTRY, [], {
      serialization: 'advanced',
      execArgv: areHeapsRoomy ? [ROOMY_HEAP_FLAG] : [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_STDERR_CHARACTERS);
    });
    child.on('message', (message) => events.onMessage(index, message as WorkerMessage));
    // That a child could not be started is told here; that one is gone, by 'close'.
    child.on('error', (error) => {
      if (child.pid === undefined) stderr = `Error: ${messageOf(error)}`;
    });
    const done = new Promise<void>((resolve) => {
      // Not 'exit': messages may still be on their way then.
      child.once('close', (code, signal) => {
        events.onEnd(index, code === 0 ? null : endOf(child, code, signal, stderr));
        resolve();
      });
    });
    return { child, done };
  });

  return {
    kind: 'process',
    post: (index, message) => {
      const child = workers[index]?.child;
      if (child?.connected === true) child.send(message, () => {});
    },
    // The child has kept its own: what came here was a copy.
    returnBuffer(index) {
      this.post(index, { type: 'folded', buffer: null });
    },
    // It ignores the signals that a terminal or a supervisor sends to the whole group.
    kill: (index) => workers[index]?.child.kill('SIGKILL'),
    close: async () => {
      for (const { child } of workers) child.kill('SIGKILL');
      await Promise.all(workers.map(({ done }) => done));
    },
  };
}

function endOf(child: ChildProcess, code: number | null, signal: string | null, stderr: string): string {
  if (signal !== null) return `process ${child.pid} was killed by ${signal}`;
  const message = stderr.split('\n').find((line) => /^\w*(Error|Exception)\b/.test(line));
  if (child.pid === undefined) return message ?? `no process could be started (${code})`;
  return `process ${child.pid} exited with ${code}${message === undefined ? '' : `: ${message}`}`;
}
