import type { RowAnswer } from '../../protocol/batch.ts';
import type { WorkerChannel } from '../../protocol/messages.ts';

/** What is answered has to be in the journal within 100 ms: this is the worker's part of that. */
const LONGEST_WAIT_MS = 25;
const MOST_WAITING = 256;

/** Sends answers in groups: a message costs more than what is in it. */
export class AnswerBox {
  readonly #channel: WorkerChannel;
  #waiting: RowAnswer[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(channel: WorkerChannel) {
    this.#channel = channel;
  }

  add(answer: RowAnswer): void {
    this.#waiting.push(answer);
    if (this.#waiting.length >= MOST_WAITING) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), LONGEST_WAIT_MS);
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#waiting.length === 0) return;
    this.#channel.post({ type: 'answers', answers: this.#waiting });
    this.#waiting = [];
  }
}
