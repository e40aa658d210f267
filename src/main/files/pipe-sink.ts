import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { quoted } from '../text/quoted.ts';

const LONGEST_WAIT_MS = 10_000;
const ATTEMPT_INTERVAL_MS = 20;
/** What systems say of a named pipe that nobody reads. */
const NO_READER = 'ENXIO';

/** A named pipe that somebody reads. A slow reader holds up whoever awaits `append`, but no thread. */
export class PipeSink {
  readonly #socket: Socket;
  #isAbandoned = false;

  private constructor(descriptor: number) {
    this.#socket = new Socket({ fd: descriptor, readable: false, writable: true });
    // `append` and `close` tell of it.
    this.#socket.on('error', () => {});
  }

  /**
   * Waits for a reader: what is written before there is one would be lost.
   *
   * @throws VolleyError VOLLEY_OUTPUT where none comes within 10 s, or what the system says
   */
  static async open(option: string, path: string): Promise<PipeSink> {
    return new PipeSink(await descriptorOf(option, path));
  }

  append(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(text, (error) => {
        if (error == null) resolve();
        else reject(this.#isAbandoned ? new Error('its reader has not read on') : error);
      });
    });
  }

  /** Whoever awaits `append` is told that it has failed, however slow the reader is. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#socket.destroy();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed) resolve();
      else this.#socket.once('close', () => resolve()).end(() => this.#socket.destroy());
    });
  }
}

/** A descriptor for writes that wait for the reader; fails as `PipeSink.open` does. */
export async function openWaiting(option: string, path: string): Promise<number> {
  const first = await descriptorOf(option, path);
  try {
    // Before the first one is closed, or the reader would be at its end.
    return openSync(path, constants.O_WRONLY);
  } finally {
    closeSync(first);
  }
}

/** Asks again and again: an open that waits would hold a thread, which no Ctrl-C ends. */
async function descriptorOf(option: string, path: string): Promise<number> {
  const startMs = performance.now();
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) !== NO_READER) throw error;
    }
    if (performance.now() - startMs > LONGEST_WAIT_MS)
      throw new VolleyError(
        ERROR_CODES.output,
        `${option} ${quoted(path)} is a pipe that nothing has opened to read within ${LONGEST_WAIT_MS / 1_000} s: start its reader first.`,
      );
    await pause(ATTEMPT_INTERVAL_MS);
  }
}
