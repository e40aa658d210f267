import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { codeOf, messageOf } from '../../../protocol/errors.ts';

const LONGEST_OUTPUT = 65_536;
const SHOWN_LINES = 20;
/** What a server may take to end by itself, before it is ended. */
const PATIENCE_MS = 5_000;
const POLL_MS = 20;

/** How a command has ended, in words: `exit code 1`, `SIGKILL`, `spawn x ENOENT`. */
export type Ending = string;

/** A command that runs the target of a test, with all that it has started. */
export class StartedTarget {
  readonly #child: ChildProcess;
  /** Resolves when the command itself has ended; what it has started may go on. */
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
    // Whatever becomes of volley, what it has started does not stay.
    process.on('exit', this.#killAtExit);
  }

  /** Null while it runs. */
  get ending(): Ending | null {
    return this.#ending;
  }

  /** The last lines that it has printed. */
  get lastLines(): readonly string[] {
    return this.#output
      .trimEnd()
      .split(/\r?\n/)
      .slice(-SHOWN_LINES)
      .filter((line) => line !== '');
  }

  /** Ends the command and all that it has started: by request, and by force where that does not do. */
  async stop(): Promise<void> {
    this.#signal('SIGTERM');
    const deadlineMs = Date.now() + PATIENCE_MS;
    while (this.#isAlive() && Date.now() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (this.#isAlive()) this.#signal('SIGKILL');
    await this.ended;
    process.off('exit', this.#killAtExit);
    // Something that left the group may hold them open.
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
      // It has ended.
    }
  }
}

/** At the head of a process group of its own: then a terminal's Ctrl-C is volley's alone, which stops it in order. */
function start(file: string, words: readonly string[]): ChildProcess {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  if (process.platform !== 'win32') return spawn(file, words, { stdio: [...stdio], detached: true });
  // npm and its like are scripts there, which only a shell runs.
  return spawn([file, ...words].map(quotedForCmd).join(' '), { stdio: [...stdio], shell: true });
}

/** A word as cmd hands it on. */
export function quotedForCmd(word: string): string {
  if (/^[\w./:\\=+-]+$/.test(word)) return word;
  return `"${word.replace(/(\\*)("|$)/g, (_match, slashes: string, quote: string) => slashes + slashes + (quote === '' ? '' : '\\"'))}"`;
}

/** Windows has no process groups: what belongs to a process is known by its parents. */
function endTree(pid: number, endAlone: () => void): void {
  spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' }).on('error', endAlone);
}

async function endingOf(child: ChildProcess): Promise<Ending> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return signal ?? `exit code ${code}`;
  } catch (error) {
    return messageOf(error);
  }
}
