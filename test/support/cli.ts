import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const BIN = fileURLToPath(new URL('../../../bin/volley.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with all of stderr when it contains the text. */
  stderrHas(text: string): Promise<string>;
  stdoutHas(text: string): Promise<string>;
}

/** Starts the built command line. */
export function startVolley(
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; node?: string; nodeArgs?: readonly string[] } = {},
  /** Text for stdin; null leaves it open for the caller to write to. */
  stdin?: string | null,
): Started {
  const child = spawn(options.node ?? process.execPath, [...(options.nodeArgs ?? []), BIN, ...args], {
    cwd: options.cwd ?? ROOT,
    env: options.env === undefined ? process.env : { ...process.env, ...options.env },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  // Who is killed reads no further.
  child.stdin?.on('error', () => {});
  if (typeof stdin === 'string') child.stdin?.end(stdin);
  const output = { stdout: '', stderr: '' };
  const waiting: (() => void)[] = [];
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const check of waiting) check();
    });
  }
  const has = (name: 'stdout' | 'stderr', text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (output[name].includes(text)) resolve(output[name]);
      };
      waiting.push(check);
      child.once('close', () =>
        reject(new Error(`ended without '${text}' on ${name}: ${JSON.stringify(output)}`)),
      );
      check();
    });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }) as Ended);
  return { child, ended, stderrHas: (text) => has('stderr', text), stdoutHas: (text) => has('stdout', text) };
}

/** Runs the built command line to its end. */
export function volley(...args: string[]): Promise<Ended> {
  return startVolley(args).ended;
}

/** What stderr has besides the lines that say how far it is, which a busy machine brings about in short runs too. */
export function withoutProgress(stderr: string): string {
  return stderr.replace(/^ *\d+% .*\n/gm, '');
}
