/** While more characters than this wait for the disk or the reader of a pipe, nothing is dealt. */
const MOST_WAITING_BYTES = 8 * 2 ** 20;

/** Limit on one write, unless a single piece is longer: written text is copied on its way. */
const MOST_WRITTEN_BYTES = 4 * 2 ** 20;

/** Writes text in order, in batches of a few milliseconds, one write at a time. */
export class AppendQueue {
  /** Called when there is room again after `isBehind` was true. */
  onRoom: () => void = () => {};
  readonly #write: (pieces: readonly string[]) => Promise<void>;
  readonly #delayMs: number;
  readonly #onError: (error: unknown) => void;
  #waiting: string[] = [];
  #waitingLength = 0;
  #underWayLength = 0;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #hasFailed = false;

  /** Passes added text to `write` after `delayMs`; calls `onError` at most once. */
  constructor(
    write: (pieces: readonly string[]) => Promise<void>,
    delayMs: number,
    onError: (error: unknown) => void,
  ) {
    this.#write = write;
    this.#delayMs = delayMs;
    this.#onError = onError;
  }

  get isBehind(): boolean {
    return this.#waitingLength + this.#underWayLength > MOST_WAITING_BYTES;
  }

  add(text: string): void {
    if (this.#hasFailed) return;
    this.#waiting.push(text);
    this.#waitingLength += text.length;
    if (this.#writing === null) this.#timer ??= setTimeout(() => this.#start(), this.#delayMs);
  }

  /** Resolves when everything added has been written, or writing has failed. */
  async flush(): Promise<void> {
    for (;;) {
      if (this.#writing === null) this.#start();
      if (this.#writing === null) return;
      await this.#writing;
    }
  }

  #takeSome(): readonly string[] {
    let count = 0;
    let length = 0;
    for (const { length: more } of this.#waiting) {
      if (count > 0 && length + more > MOST_WRITTEN_BYTES) break;
      count++;
      length += more;
    }
    this.#underWayLength = length;
    this.#waitingLength -= length;
    return this.#waiting.splice(0, count);
  }

  #start(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#waiting.length === 0 || this.#hasFailed) return;
    const pieces = this.#takeSome();
    this.#writing = this.#write(pieces)
      .catch((error: unknown) => {
        this.#hasFailed = true;
        this.#waiting = [];
        this.#onError(error);
      })
      .finally(() => {
        // It may have fallen behind during this write.
        const wasBehind = this.isBehind;
        this.#writing = null;
        this.#underWayLength = 0;
        if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#start(), this.#delayMs);
        if (wasBehind && !this.isBehind) this.onRoom();
      });
  }
}
