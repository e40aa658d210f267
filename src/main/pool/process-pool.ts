import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { environmentWithCompiledCode } from '../../machine/compiled-code.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { WorkerMessage } from '../../protocol/messages.ts';
import { ROOMY_HEAP_FLAG } from './roomy-heap.ts';
import type { PoolEvents, PoolOptions, WorkerPool } from './worker-pool.ts';

const ENTRY = fileURLToPath(new URL('../../workers/process-entry.js', import.meta.url));
const KEPT_STDERR_CHARACTERS = 4_096;
const LONGEST_PIPES_MS = 1_000;

/** Processes: each worker is a forked child. A child that dies does not affect the others. */
export function createProcessPool(
  count: number,
  events: PoolEvents,
  { areHeapsRoomy }: PoolOptions,
): WorkerPool {
  const workers = Array.from({ length: count }, (_, index) => {
    const child = fork(ENTRY, [], {
      serialization: 'advanced',
      env: environmentWithCompiledCode(),
      execArgv: areHeapsRoomy ? [ROOMY_HEAP_FLAG] : [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    // What the code of scenarios prints.
    child.stdout?.on('data', (text: Buffer) => process.stderr.write(text));
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_STDERR_CHARACTERS);
    });
    child.on('message', (message) => events.onMessage(index, message as WorkerMessage));
    // What it has started may keep its pipes open, and 'close' waits for those.
    child.once('exit', () => setTimeout(() => destroyPipes(child), LONGEST_PIPES_MS).unref());
    // Reports only that a child could not be started; 'close' reports its end.
    child.on('error', (error) => {
      if (child.pid === undefined) stderr = `Error: ${messageOf(error)}`;
    });
    const done = new Promise<void>((resolve) => {
      // Not 'exit': messages may still arrive after it.
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
    // The child still has its buffer: this process received a copy.
    returnBuffer(index) {
      this.post(index, { type: 'folded', buffer: null });
    },
    // Children ignore the signals that a terminal or supervisor sends to the whole group.
    kill: (index) => workers[index]?.child.kill('SIGKILL'),
    close: async () => {
      for (const { child } of workers) child.kill('SIGKILL');
      await Promise.all(workers.map(({ done }) => done));
    },
  };
}

function destroyPipes({ stdout, stderr }: ChildProcess): void {
  stdout?.destroy();
  stderr?.destroy();
}

function endOf(child: ChildProcess, code: number | null, signal: string | null, stderr: string): string {
  if (signal !== null) return `process ${child.pid} was killed by ${signal}`;
  const message = stderr.split('\n').find((line) => /^\w*(Error|Exception)\b/.test(line));
  if (child.pid === undefined) return message ?? `no process could be started (${code})`;
  return `process ${child.pid} exited with ${code}${message === undefined ? '' : `: ${message}`}`;
}
