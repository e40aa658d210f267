import type { RowAnswer } from '../../protocol/batch.ts';
import type { WorkerChannel } from '../../protocol/messages.ts';
import type { AnswerRoom } from './answer-room.ts';

/** Answers must be in the journal within 100 ms; this is the worker's share of it. */
const LONGEST_WAIT_MS = 25;
const MOST_WAITING = 256;
const MOST_WAITING_LENGTH = 2 ** 20;
/** Workers do not wait for shorter values to be written. */
const LONG_VALUES_LENGTH = 2 ** 16;

/** Sends answers in groups: a message costs more than its content. */
export class AnswerBox {
  readonly #channel: WorkerChannel;
  readonly #room: Pick<AnswerRoom, 'sent'>;
  #waiting: RowAnswer[] = [];
  /** Characters of the values waiting. */
  #waitingLength = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(channel: WorkerChannel, room: Pick<AnswerRoom, 'sent'>) {
    this.#channel = channel;
    this.#room = room;
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
    const valuesLength = this.#waitingLength < LONG_VALUES_LENGTH ? null : this.#waitingLength;
    if (valuesLength !== null) this.#room.sent(valuesLength);
    this.#channel.post({ type: 'answers', answers: this.#waiting, valuesLength });
    this.#waiting = [];
    this.#waitingLength = 0;
  }
}
