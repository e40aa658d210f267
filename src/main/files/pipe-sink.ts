import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { msToSeconds } from '../../protocol/units.ts';
import { quoted } from '../text/quoted.ts';

const LONGEST_WAIT_MS = 10_000;
const ATTEMPT_INTERVAL_MS = 20;
/** Error code for opening a named pipe that has no reader. */
const NO_READER = 'ENXIO';

/** A named pipe with a reader. A slow reader delays the caller of `append`, but blocks no thread. */
export class PipeSink {
  readonly #socket: Socket;
  #isAbandoned = false;

  private constructor(descriptor: number) {
    this.#socket = new Socket({ fd: descriptor, readable: false, writable: true });
    // Errors are reported by `append` and `close`.
    this.#socket.on('error', () => {});
  }

  /**
   * Waits for a reader, since anything written before would be lost.
   *
   * @throws VolleyError VOLLEY_OUTPUT if there is no reader within 10 s; else the system's error
   */
  static async open(option: string, path: string): Promise<PipeSink> {
    return new PipeSink(await descriptorOf(option, path));
  }

  append(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(text, (error) => {
        if (error == null) resolve();
        else reject(this.#isAbandoned ? new Error('its reader stopped reading') : error);
      });
    });
  }

  /** Fails pending calls of `append`, however slow the reader is. */
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

/** Opens a descriptor whose writes block until the reader has room; fails as `PipeSink.open` does. */
export async function openWaiting(option: string, path: string): Promise<number> {
  const first = await descriptorOf(option, path);
  try {
    // Opened before the first one is closed, or the reader would see the end of the file.
    return openSync(path, constants.O_WRONLY);
  } finally {
    closeSync(first);
  }
}

/** Polls, because a blocking open would hold a thread that Ctrl-C cannot end. */
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
        `${option} ${quoted(path)} is a pipe that nothing opened for reading within ${msToSeconds(LONGEST_WAIT_MS)} s: start its reader first.`,
      );
    await pause(ATTEMPT_INTERVAL_MS);
  }
}
