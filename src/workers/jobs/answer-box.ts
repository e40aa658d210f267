import type { RowAnswer } from '../../protocol/batch.ts';
import type { WorkerChannel } from '../../protocol/messages.ts';
import type { AnswerRoom } from './answer-room.ts';

/** What is answered has to be in the journal within 100 ms: this is the worker's part of that. */
const LONGEST_WAIT_MS = 25;
const MOST_WAITING = 256;
const MOST_WAITING_LENGTH = 2 ** 20;
/** Answers with shorter values are not waited for until they are written. */
const LONG_VALUES_LENGTH = 2 ** 16;

/** Sends answers in groups: a message costs more than what is in it. */
export class AnswerBox {
  readonly #channel: WorkerChannel;
  readonly #room: Pick<AnswerRoom, 'sent'>;
  #waiting: RowAnswer[] = [];
  /** Of the values that wait, in characters. */
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
