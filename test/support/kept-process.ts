import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';
import { type Ended, ROOT } from './cli.ts';

const ENTRY = fileURLToPath(new URL('./kept-process-entry.js', import.meta.url));

/** What the process is asked to do. */
export interface KeptCommand {
  readonly args: readonly string[];
  /** Beside its own. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

export interface KeptProcess {
  (...args: string[]): Promise<Ended>;
  with(env: NodeJS.ProcessEnv, args: readonly string[], cwd?: string): Promise<Ended>;
}

interface Host {
  readonly child: ChildProcess;
  isBusy: boolean;
}

/** What the environment keeps from one test file to the next; without it each has a process of its own. */
const between = Reflect.get(globalThis, Symbol.for('kept between files')) as { host?: Host } | undefined;

/**
 * Command lines that all go through the command line's `main` in one process, one after the other: starting Node
 * and loading volley takes longer than most of what is tested. Exit codes, stdout and stderr are those of volley; that
 * a process of its own ends with them is shown where `volley` of `cli.ts` starts one.
 *
 * @param isShared whether the files before and after may have the same process: not where it loads modules of scenarios,
 * which stay, with the environment that they have found and with what they change
 */
export function useKeptProcess(isShared = true): KeptProcess {
  const kept: { host?: Host } = isShared && between !== undefined ? between : {};
  let last: Promise<unknown> = Promise.resolve();
  afterAll(() => {
    // What a test has not waited for is no other file's.
    if (kept === between && kept.host?.isBusy !== true) return;
    kept.host?.child.disconnect();
    delete kept.host;
  });
  const ended = async (command: KeptCommand): Promise<Ended> => {
    kept.host ??= startHost();
    const { host } = kept;
    const { child } = host;
    let crash = '';
    const hear = (text: Buffer): void => {
      crash += text.toString();
    };
    child.stderr?.on('data', hear);
    const waiting = new AbortController();
    const { signal } = waiting;
    const answered = once(child, 'message', { signal }) as Promise<[Ended]>;
    const crashed = once(child, 'close', { signal }).then(([code]) => {
      delete kept.host;
      throw new Error(`ended with ${code} at ${JSON.stringify(command.args)}: ${crash}`);
    });
    host.isBusy = true;
    child.channel?.ref();
    child.send(command);
    try {
      return (await Promise.race([answered, crashed]))[0];
    } finally {
      host.isBusy = false;
      child.channel?.unref();
      waiting.abort();
      child.stderr?.off('data', hear);
    }
  };
  const inTurn = (command: KeptCommand): Promise<Ended> => {
    const next = last.then(() => ended(command));
    last = next.catch(() => {});
    return next;
  };
  return Object.assign((...args: string[]) => inTurn({ args, env: {}, cwd: ROOT }), {
    with: (env: NodeJS.ProcessEnv, args: readonly string[], cwd = ROOT) => inTurn({ args, env, cwd }),
  });
}

/** It ends with this process, and does not keep it. */
function startHost(): Host {
  const child = fork(ENTRY, [], { cwd: ROOT, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  child.unref();
  if (child.stderr !== null && 'unref' in child.stderr) (child.stderr as Socket).unref();
  return { child, isBusy: false };
}
