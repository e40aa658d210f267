import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Runs volley on requests from its parent, one after the other. */
export const MEASURING_CLIENT = fileURLToPath(new URL('../../main/doctor/bench-entry.js', import.meta.url));

/**
 * Starts a process that answers its parent's messages, on a core of its own if one is given.
 *
 * @param preload loaded before its file, and in its workers
 */
export function startPinned(file: string, core: number | undefined, preload?: string): ChildProcess {
  const own = [process.execPath, '--expose-gc', file];
  const [command = process.execPath, ...args] =
    core === undefined ? own : ['taskset', '-c', String(core), ...own];
  return spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
    env: preload === undefined ? process.env : { ...process.env, NODE_OPTIONS: `--require ${preload}` },
  });
}

/** @throws Error if the process has ended, or ends without replying */
export async function askProcess(child: ChildProcess, request: object): Promise<unknown> {
  const over = new AbortController();
  try {
    const gone = once(child, 'exit', over).then(([code, signal]) => {
      throw new Error(`a process that measures ended early (${code ?? signal})`);
    });
    const replied = once(child, 'message', over);
    child.send(request, () => {});
    const [reply] = (await Promise.race([replied, gone])) as [unknown];
    return reply;
  } finally {
    over.abort();
  }
}

export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  if (child.connected) child.disconnect();
  else child.kill('SIGKILL');
  await gone;
}
