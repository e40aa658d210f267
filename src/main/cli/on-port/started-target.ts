import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { codeOf, reasonOf } from '../../../protocol/errors.ts';

const LONGEST_OUTPUT = 65_536;
const SHOWN_LINES = 20;
/** How long a server may take to end before it is killed. */
const PATIENCE_MS = 5_000;
const POLL_MS = 20;

/** How a command ended, in words: `exit code 1`, `SIGKILL`. */
type Ending = string;
/** What an ending begins with if there is no process at all; the reason follows. */
export const NOT_STARTED = 'cannot be started ';

/** A command that runs the target of a test, with all processes that it started. */
export class StartedTarget {
  readonly #child: ChildProcess;
  /** Resolves when the command itself has ended; its child processes may still run. */
  readonly ended: Promise<Ending>;
  #output = '';
  #ending: Ending | null = null;
  readonly #killAtExit = (): void => this.#signal('SIGKILL');

  constructor([file = '', ...words]: readonly string[]) {
    this.#child = start(file, words);
    this.ended = endingOf(this.#child).then((ending) => {
      this.#ending = ending;
      return ending;
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-LONGEST_OUTPUT);
      });
    // However volley exits, nothing it started is left running.
    process.on('exit', this.#killAtExit);
  }

  /** Null while it is running. */
  get ending(): Ending | null {
    return this.#ending;
  }

  /** The last lines that it printed; the same line several times in a row is one, with how often. */
  get lastLines(): readonly string[] {
    const lines: { readonly line: string; times: number }[] = [];
    for (const line of this.#output.split(/\r?\n/)) {
      const last = lines.at(-1);
      if (line === '') continue;
      if (last?.line === line) last.times++;
      else lines.push({ line, times: 1 });
    }
    return lines
      .slice(-SHOWN_LINES)
      .map(({ line, times }) => (times === 1 ? line : `${line} (${times} times)`));
  }

  /** Ends the command and all processes that it started, by SIGTERM first, then by SIGKILL. */
  async stop(): Promise<void> {
    this.#signal('SIGTERM');
    const deadlineMs = Date.now() + PATIENCE_MS;
    while (this.#isAlive() && Date.now() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (this.#isAlive()) this.#signal('SIGKILL');
    await this.ended;
    process.off('exit', this.#killAtExit);
    // A process that left the group may hold them open.
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  #isAlive(): boolean {
    const { pid } = this.#child;
    if (pid === undefined) return false;
    if (process.platform === 'win32') return this.#ending === null;
    try {
      process.kill(-pid, 0);
      return true;
    } catch (error) {
      return codeOf(error) === 'EPERM';
    }
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (process.platform === 'win32') endTree(pid, () => this.#child.kill());
      else process.kill(-pid, signal);
    } catch {
      // It has already ended.
    }
  }
}

/** Starts it in its own process group: a terminal's Ctrl-C then only reaches volley, which stops it in order. */
function start(file: string, words: readonly string[]): ChildProcess {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const { spawn } = process.getBuiltinModule('node:child_process');
  if (process.platform !== 'win32') return spawn(file, words, { stdio: [...stdio], detached: true });
  // On Windows npm and similar tools are scripts that need a shell.
  return spawn([file, ...words].map(quotedForCmd).join(' '), { stdio: [...stdio], shell: true });
}

/** Quotes a word for cmd. */
export function quotedForCmd(word: string): string {
  if (/^[\w./:\\=+-]+$/.test(word)) return word;
  return `"${word.replace(/(\\*)("|$)/g, (_match, slashes: string, quote: string) => slashes + slashes + (quote === '' ? '' : '\\"'))}"`;
}

/** Windows has no process groups: child processes are found by their parents. */
function endTree(pid: number, endAlone: () => void): void {
  const { spawn } = process.getBuiltinModule('node:child_process');
  spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' }).on('error', endAlone);
}

async function endingOf(child: ChildProcess): Promise<Ending> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return signal ?? `exit code ${code}`;
  } catch (error) {
    return `${NOT_STARTED}(${reasonOf(error)})`;
  }
}
