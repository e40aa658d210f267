import type { BatchTrouble, RowAnswer, RowMessage } from '../../protocol/batch.ts';
import { codeOf, messageOf } from '../../protocol/errors.ts';
import type { CoordinatorMessage } from '../../protocol/messages.ts';
import { RowTableBuilder } from '../../requests/row-table.ts';
import type { RowDealing } from '../run/coordinator-options.ts';
import { InputError } from './line-blocks.ts';
import type { InputRow } from './row.ts';

/** Source of rows, in order. */
export interface RowSource {
  readonly columns: readonly string[];
  /** Returns up to `most` rows; none at the end. */
  next(most: number): Promise<readonly InputRow[]>;
}

/** Receives answered rows. */
export interface AnswerSink {
  /** The disk or the reader of a pipe is behind: nothing is dealt until `onRoom` is called. */
  readonly isBehind: boolean;
  /** Too many answered rows wait for an earlier one: no new rows are dealt until `onRoom` is called. */
  readonly isFull: boolean;
  onRoom: () => void;
  add(row: InputRow, answer: RowAnswer): void;
}

/** Why dealing ended before the last row was answered. */
export type Trouble = BatchTrouble & { readonly message: string };

/** Limit on the rows held by workers, in characters: cells may be long. */
const MOST_HELD_LENGTH = 64 * 2 ** 20;

interface Held {
  readonly row: InputRow;
  readonly worker: number;
}

/**
 * Deals rows in chunks to workers that ask for them, and receives their answers. Rows held by a lost worker are dealt
 * again before any new row. Workers are told that there are no more rows only after every row is answered.
 */
export class Dealer implements RowDealing {
  /** Number of rows taken back from lost workers. */
  returned = 0;
  trouble: Trouble | null = null;
  readonly #source: RowSource;
  readonly #sink: AnswerSink;
  readonly #onTrouble: () => void;
  readonly #held = new Map<number, Held>();
  /** Number of rows requested by each worker, oldest request first. */
  readonly #asked = new Map<number, number>();
  readonly #gone = new Set<number>();
  /** Answer values of each worker not yet confirmed as written, in characters. */
  readonly #unwritten = new Map<number, number>();
  #heldLength = 0;
  #again: InputRow[] = [];
  #post: (index: number, message: CoordinatorMessage) => void = () => {};
  #workers = 0;
  #isAtEnd = false;
  #isDealing = false;
  #stopped = false;

  /** @param onTrouble called once if input or output fails; the run must then be stopped */
  constructor(source: RowSource, sink: AnswerSink, onTrouble: () => void) {
    this.#source = source;
    this.#sink = sink;
    this.#onTrouble = onTrouble;
    sink.onRoom = () => {
      this.#tellWritten();
      this.#deal();
    };
  }

  /** Whether every row of the input has been answered. */
  get isComplete(): boolean {
    return this.#isAtEnd && this.#held.size === 0 && this.#again.length === 0;
  }

  begin(post: (index: number, message: CoordinatorMessage) => void, workers: number): void {
    this.#post = post;
    this.#workers = workers;
    this.#deal();
  }

  onMessage(index: number, message: RowMessage): void {
    switch (message.type) {
      case 'wants-rows':
        this.#asked.set(index, message.rows);
        this.#deal();
        return;
      case 'answers':
        for (const answer of message.answers) this.#take(answer);
        if (message.valuesLength !== null) this.#took(index, message.valuesLength);
        if (this.#canDeal) this.#deal();
        else this.#endIfComplete();
        return;
      case 'not-saved':
        this.fail({
          code: 'output-not-written',
          figures: { error: message.message },
          message: message.message,
        });
        return;
    }
    message satisfies never;
  }

  onEnd(index: number): void {
    this.#gone.add(index);
    this.#asked.delete(index);
    const lost = [...this.#held.values()].filter(({ worker }) => worker === index).map(({ row }) => row);
    for (const row of lost) this.#letGo(row);
    this.#unwritten.delete(index);
    this.#again.push(...lost);
    if (!this.#stopped) this.returned += lost.length;
    this.#deal();
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Ends the batch early. */
  fail(trouble: Trouble): void {
    if (this.trouble !== null) return;
    this.trouble = trouble;
    this.#stopped = true;
    this.#onTrouble();
  }

  #take(answer: RowAnswer): void {
    const held = this.#held.get(answer.row);
    if (held === undefined) return;
    this.#letGo(held.row);
    this.#sink.add(held.row, answer);
  }

  #letGo(row: InputRow): void {
    this.#held.delete(row.number);
    this.#heldLength -= lengthOf(row);
  }

  /** A worker with long values sends more only after these are confirmed: written, or queued only for the disk. */
  #took(index: number, valuesLength: number): void {
    this.#unwritten.set(index, (this.#unwritten.get(index) ?? 0) + valuesLength);
    this.#tellWritten();
  }

  #tellWritten(): void {
    if (this.#unwritten.size === 0 || this.#sink.isBehind || this.#sink.isFull) return;
    for (const [index, valuesLength] of this.#unwritten)
      this.#post(index, { type: 'answers-written', valuesLength });
    this.#unwritten.clear();
  }

  /** Deals while workers want rows and there are some; never runs twice at a time. */
  #deal(): void {
    if (this.#isDealing) return;
    this.#isDealing = true;
    this.#dealAll()
      .catch((error: unknown) => this.fail(inputTrouble(error)))
      .finally(() => {
        this.#isDealing = false;
        // A worker may have asked since the last check.
        if (this.#canDeal) this.#deal();
        else this.#endIfComplete();
      });
  }

  get #canDeal(): boolean {
    const hasRows = this.#again.length > 0 || !this.#isAtEnd;
    return hasRows && this.#asked.size > 0 && this.#hasRoom;
  }

  /** When full, still deals lost rows, or any if none are held (after a resume): answered rows may wait for them. */
  get #hasRoom(): boolean {
    if (this.#stopped || this.#sink.isBehind) return false;
    if (this.#heldLength >= MOST_HELD_LENGTH && this.#held.size > 0) return false;
    return !this.#sink.isFull || this.#again.length > 0 || this.#held.size === 0;
  }

  async #dealAll(): Promise<void> {
    while (this.#hasRoom) {
      const [next] = this.#asked;
      if (next === undefined) return;
      const [worker, most] = next;
      const rows = this.#again.length > 0 ? this.#again.splice(0, most) : await this.#read(most);
      if (rows.length === 0) return;
      if (this.#stopped || this.#gone.has(worker)) {
        this.#again.push(...rows);
        continue;
      }
      this.#asked.delete(worker);
      this.#send(worker, rows);
    }
  }

  async #read(most: number): Promise<readonly InputRow[]> {
    if (this.#isAtEnd) return [];
    const rows = await this.#source.next(most);
    if (rows.length === 0) this.#isAtEnd = true;
    return rows;
  }

  #send(worker: number, rows: readonly InputRow[]): void {
    const cells = new RowTableBuilder(this.#source.columns, rows.length);
    const numbers = new Float64Array(rows.length);
    for (const [place, row] of rows.entries()) {
      cells.add(row.cells);
      numbers[place] = row.number;
      this.#held.set(row.number, { row, worker });
      this.#heldLength += lengthOf(row);
    }
    this.#post(worker, { type: 'rows', chunk: { numbers, cells: cells.build() } });
  }

  #endIfComplete(): void {
    if (!this.isComplete || this.#stopped || this.#workers === 0) return;
    this.#stopped = true;
    for (let index = 0; index < this.#workers; index++) this.#post(index, { type: 'no-more-rows' });
  }
}

function lengthOf({ cells }: InputRow): number {
  let length = 0;
  for (const cell of cells) length += cell.length;
  return length;
}

function inputTrouble(error: unknown): Trouble {
  const { wrong, line, row } = error instanceof InputError ? error : { wrong: null, line: null, row: null };
  return {
    code: 'rows-unreadable',
    figures: { wrong, line, row, error: wrong === null ? codeOf(error) || null : null },
    message: messageOf(error),
  };
}
