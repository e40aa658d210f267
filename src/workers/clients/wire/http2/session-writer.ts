import { afterReads } from '../../../connections/after-reads.ts';
import type { Outbox } from './outbox.ts';
import type { Outgoing } from './session-owner.ts';

/** Writes the contents of an outbox. */
export class SessionWriter {
  readonly #socket: Outgoing;
  readonly #out: Outbox;
  /** Writes pending frames; called when the kernel has taken the last write, or when a turn's reads are over. */
  readonly #flush: () => void;
  /** So far the kernel took every write synchronously. */
  #isTakenAtOnce = true;
  #isFlushDue = false;

  constructor(socket: Outgoing, out: Outbox, flush: () => void) {
    this.#socket = socket;
    this.#out = out;
    this.#flush = flush;
  }

  /** Bytes that the kernel has not taken yet. */
  get backlogBytes(): number {
    return this.#socket.writableLength;
  }

  /**
   * Flushes what a read caused to start; over TLS, which delivers a read record by record, after all of them.
   *
   * @param hasUploads whether there are bodies that may have got room, even if nothing is pending yet
   */
  flushAfterRead(hasUploads: boolean): void {
    if (this.#isTakenAtOnce) this.#flush();
    else if (!this.#isFlushDue && (hasUploads || this.#out.length > 0)) {
      this.#isFlushDue = true;
      afterReads(this.#onReads);
    }
  }

  /** @param goesOn whether to flush more once the kernel has this */
  write(goesOn: boolean): void {
    const { bytes } = this.#out;
    if (!this.#isTakenAtOnce || goesOn) {
      this.#socket.write(bytes, goesOn ? this.#onTakenMore : this.#onTaken);
      this.#out.lend();
      return;
    }
    this.#socket.write(bytes);
    this.#isTakenAtOnce = this.#socket.writableLength === 0;
    // If the first write is not taken synchronously, nothing signals when its buffer is free; later writes do signal it.
    if (this.#isTakenAtOnce) this.#out.clear();
    else this.#out.forgo();
  }

  readonly #onReads = (): void => {
    this.#isFlushDue = false;
    this.#flush();
  };

  readonly #onTaken = (): void => this.#out.returned();

  readonly #onTakenMore = (): void => {
    this.#out.returned();
    this.#flush();
  };
}
