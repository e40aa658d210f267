/** The part of stdin that keys are read from. */
export interface KeyStream {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
  off(event: 'data', listener: (text: string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
  unref?(): unknown;
}

/** Arrow keys and the like begin with it. */
const ESCAPE = '\x1b';

/** Reads single key presses. */
export class Keyboard {
  readonly #stream: KeyStream;
  readonly #onData: (text: string) => void;
  #isOpen = false;

  constructor(stream: KeyStream, onKey: (key: string) => void) {
    this.#stream = stream;
    this.#onData = (text) => {
      if (!text.startsWith(ESCAPE)) for (const key of text) onKey(key);
    };
  }

  /** Whether keys can be read. */
  get exists(): boolean {
    return this.#stream.isTTY === true && this.#stream.setRawMode !== undefined;
  }

  open(): void {
    if (!this.exists || this.#isOpen) return;
    this.#isOpen = true;
    this.#stream.setRawMode?.(true);
    this.#stream.setEncoding('utf8');
    this.#stream.on('data', this.#onData);
    this.#stream.resume();
    // A run that has ended does not wait for a key.
    this.#stream.unref?.();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#stream.off('data', this.#onData);
    this.#stream.pause();
    this.#stream.setRawMode?.(false);
  }
}
