import type { RowAnswer } from '../../protocol/batch.ts';
import type { WorkerChannel } from '../../protocol/messages.ts';

/** What is answered has to be in the journal within 100 ms: this is the worker's part of that. */
const LONGEST_WAIT_MS = 25;
const MOST_WAITING = 256;
const MOST_WAITING_LENGTH = 2 ** 20;

/** Sends answers in groups: a message costs more than what is in it. */
export class AnswerBox {
  readonly #channel: WorkerChannel;
  #waiting: RowAnswer[] = [];
  /** Of the values that wait, in characters. */
  #waitingLength = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(channel: WorkerChannel) {
    this.#channel = channel;
  }

  add(answer: RowAnswer): void {
    this.#waiting.push(answer);
    for (const value of answer.values) this.#waitingLength += value?.length ?? 0;
    if (this.#waiting.length >= MOST_WAITING || this.#waitingLength >= MOST_WAITING_LENGTH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), LONGEST_WAIT_MS);
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#waiting.length === 0) return;
    this.#channel.post({ type: 'answers', answers: this.#waiting });
    this.#waiting = [];
    this.#waitingLength = 0;
  }
}
