import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';
import { type Ended, ROOT } from './cli.ts';

const ENTRY = fileURLToPath(new URL('./kept-process-entry.js', import.meta.url));

/** What the process is asked to do. */
export interface KeptCommand {
  readonly args: readonly string[];
  /** Beside its own. */
  readonly env: NodeJS.ProcessEnv;
}

export interface KeptProcess {
  (...args: string[]): Promise<Ended>;
  with(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<Ended>;
}

/**
 * Command lines that all go through the command line's `main` in one process, one after the other: starting Node
 * and loading volley takes longer than most of what is tested. Exit codes, stdout and stderr are those of volley; that
 * a process of its own ends with them is shown where `volley` of `cli.ts` starts one.
 */
export function useKeptProcess(): KeptProcess {
  let host: ChildProcess | null = null;
  let last: Promise<unknown> = Promise.resolve();
  afterAll(() => {
    host?.disconnect();
  });
  const ended = async (command: KeptCommand): Promise<Ended> => {
    host ??= fork(ENTRY, [], { cwd: ROOT, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    const child = host;
    let crash = '';
    const hear = (text: Buffer): void => {
      crash += text.toString();
    };
    child.stderr?.on('data', hear);
    const waiting = new AbortController();
    const { signal } = waiting;
    const answered = once(child, 'message', { signal }) as Promise<[Ended]>;
    const crashed = once(child, 'close', { signal }).then(([code]) => {
      host = null;
      throw new Error(`ended with ${code} at ${JSON.stringify(command.args)}: ${crash}`);
    });
    child.send(command);
    try {
      return (await Promise.race([answered, crashed]))[0];
    } finally {
      waiting.abort();
      child.stderr?.off('data', hear);
    }
  };
  const inTurn = (command: KeptCommand): Promise<Ended> => {
    const next = last.then(() => ended(command));
    last = next.catch(() => {});
    return next;
  };
  return Object.assign((...args: string[]) => inTurn({ args, env: {} }), {
    with: (env: NodeJS.ProcessEnv, args: readonly string[]) => inTurn({ args, env }),
  });
}
