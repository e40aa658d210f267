import type { RowAnswer } from '../../protocol/batch.ts';
import type { AppendQueue } from './append-queue.ts';
import type { AnswerSink } from './dealer.ts';
import type { Journal } from './journal.ts';
import { type AnsweredRow, answeredRow, type RecordWriter } from './record.ts';
import type { InputRow } from './row.ts';
import { RowCounts } from './row-counts.ts';

export const ORDERS = ['input', 'completion'] as const;
export type Order = (typeof ORDERS)[number];

/** Limit on answered rows that wait for an earlier one; beyond it nothing is dealt until that one is answered. */
const MOST_WAITING_ROWS = 50_000;
/** The same limit in characters: values of answers may be long. */
const MOST_WAITING_LENGTH = 64 * 2 ** 20;

/** Receives answered rows: writes them to the journal at once, and to the output in its order. */
export class Results implements AnswerSink {
  readonly counts = new RowCounts();
  onRoom: () => void = () => {};
  readonly #records: RecordWriter;
  readonly #output: AppendQueue;
  #journal: Journal | null = null;
  readonly #order: Order;
  /** Lines that wait for earlier rows, by row number. */
  readonly #waiting = new Map<number, string>();
  #waitingLength = 0;
  #next = 1;

  constructor(records: RecordWriter, output: AppendQueue, order: Order) {
    this.#records = records;
    this.#output = output;
    this.#order = order;
    output.onRoom = () => this.#tellRoom();
    const { heading } = records;
    if (heading !== '') output.add(heading);
  }

  /** Journals all rows added from now on. */
  journalTo(journal: Journal): void {
    this.#journal = journal;
    journal.onRoom = () => this.#tellRoom();
  }

  get isFull(): boolean {
    return this.#waiting.size >= MOST_WAITING_ROWS || this.#waitingLength >= MOST_WAITING_LENGTH;
  }

  get isBehind(): boolean {
    return this.#output.isBehind || this.#journal?.isBehind === true;
  }

  add(row: InputRow, answer: RowAnswer): void {
    const answered = answeredRow(row, answer);
    this.#journal?.add(answered);
    this.place(answered, row.line);
  }

  /**
   * Adds a row without journalling it.
   *
   * @param inputLine its line in the input, if known
   */
  place(answered: AnsweredRow, inputLine?: number): void {
    this.counts.add(answered, inputLine);
    const line = this.#records.line(answered);
    if (this.#order === 'completion') {
      this.#output.add(line);
      return;
    }
    const wasFull = this.isFull;
    this.#waiting.set(answered.row, line);
    this.#waitingLength += line.length;
    for (let due = this.#waiting.get(this.#next); due !== undefined; due = this.#waiting.get(this.#next)) {
      this.#output.add(due);
      this.#waiting.delete(this.#next++);
      this.#waitingLength -= due.length;
    }
    if (wasFull && !this.isFull) this.#tellRoom();
  }

  /** Resolves when the output is no longer behind, or has failed. */
  async settle(): Promise<void> {
    if (this.#output.isBehind) await this.#output.flush();
  }

  #tellRoom(): void {
    if (!this.isBehind) this.onRoom();
  }
}
