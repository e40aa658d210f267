import { afterReads } from '../../../connections/after-reads.ts';
import type { Outbox } from './outbox.ts';
import type { Outgoing } from './session-owner.ts';

/** Writes what has gathered in an outbox. */
export class SessionWriter {
  readonly #socket: Outgoing;
  readonly #out: Outbox;
  /** Writes what there is: the kernel has taken the last write, or a turn's reads are over. */
  readonly #flush: () => void;
  /** The kernel has taken every write so far within its call. */
  #isTakenAtOnce = true;
  #isFlushDue = false;

  constructor(socket: Outgoing, out: Outbox, flush: () => void) {
    this.#socket = socket;
    this.#out = out;
    this.#flush = flush;
  }

  /** What the kernel has not taken yet. */
  get backlogBytes(): number {
    return this.#socket.writableLength;
  }

  /**
   * Flushes what a read has let start: over TLS, which gives a read record by record, once they all have been.
   *
   * @param hasUploads whether there are bodies that a read may have given room, although nothing is to be written yet
   */
  flushAfterRead(hasUploads: boolean): void {
    if (this.#isTakenAtOnce) this.#flush();
    else if (!this.#isFlushDue && (hasUploads || this.#out.length > 0)) {
      this.#isFlushDue = true;
      afterReads(this.#onReads);
    }
  }

  /** @param goesOn whether more is to be flushed when the kernel has this */
  write(goesOn: boolean): void {
    const { bytes } = this.#out;
    if (!this.#isTakenAtOnce || goesOn) {
      this.#socket.write(bytes, goesOn ? this.#onTakenMore : this.#onTaken);
      this.#out.lend();
      return;
    }
    this.#socket.write(bytes);
    this.#isTakenAtOnce = this.#socket.writableLength === 0;
    // Of a first write that was not taken at once nobody says when its buffer is free; of the next ones somebody does.
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
