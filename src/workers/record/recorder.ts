import { addErrors } from '../../metrics/error-counts.ts';
import { EVENT_TIME_KINDS } from '../../protocol/event-times.ts';
import type { Channel, CoordinatorMessage, WorkerMessage } from '../../protocol/messages.ts';
import { type ErrorTally, OUTCOME, type TimedErrorTally } from '../../protocol/report.ts';
import {
  blockByteLength,
  columnsOf,
  type RowLayout,
  type SampleBlock,
  type SampleColumns,
} from '../../protocol/samples.ts';
import type { AnswerSink } from '../exchange/answer-sink.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { StreamRecorder } from './stream-recorder.ts';
import { TimesRecorder } from './times-recorder.ts';

/** Rows of a full block. */
const ROWS_PER_BLOCK = 2_048;
const FLUSH_INTERVAL_MS = 250;
// A coordinator this far behind gets no further blocks, so that memory stays bounded.
const MAX_BLOCKS_UNDER_WAY = 64;

/** The marks of one request. */
type Marks = Pick<
  Exchange,
  'intendedMs' | 'dispatchedMs' | 'sentMs' | 'firstByteMs' | 'status' | 'bodyBytes' | 'requestIndex'
> & { readonly sink: Pick<AnswerSink, 'tokens'> };

const NEVER_SENT = {
  sentMs: Number.NaN,
  firstByteMs: Number.NaN,
  status: 0,
  bodyBytes: 0,
  sink: { tokens: null },
};

/** Writes requests into blocks and sends each when full, or every quarter of a second. */
export class Recorder {
  /** Rows recorded, warm-up included. */
  samples = 0;
  /** Values without a column; sent along with the rows. */
  readonly eventTimes = new TimesRecorder(EVENT_TIME_KINDS);
  /** Times of streamed answers; null unless answers are streams. */
  readonly streams: StreamRecorder | null;
  readonly #channel: Channel<WorkerMessage, CoordinatorMessage>;
  readonly #onRoom: () => void;
  readonly #spare: ArrayBuffer[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #errors = new Map<string, TimedErrorTally>();
  readonly #layout: RowLayout;
  readonly #rowsPerBlock: number;
  #buffer: ArrayBuffer;
  #columns: SampleColumns;
  #rows = 0;
  #underWay = 0;

  /** `onRoom` is called when the coordinator has caught up after `isFull` was true. */
  constructor(
    channel: Channel<WorkerMessage, CoordinatorMessage>,
    layout: RowLayout,
    onRoom: () => void,
    streams: StreamRecorder | null = null,
    rowsPerBlock = ROWS_PER_BLOCK,
  ) {
    this.#rowsPerBlock = rowsPerBlock;
    this.streams = streams;
    this.#channel = channel;
    this.#layout = layout;
    this.#buffer = this.#newBuffer(this.#rowsPerBlock);
    this.#columns = columnsOf({ buffer: this.#buffer, layout, capacity: this.#rowsPerBlock });
    this.#onRoom = onRoom;
    this.#timer = setInterval(() => this.flush(), FLUSH_INTERVAL_MS);
  }

  /** Too many blocks are unacknowledged: start nothing more until `onRoom`. */
  get isFull(): boolean {
    return this.#underWay >= MAX_BLOCKS_UNDER_WAY;
  }

  /** Adds a request that has ended; times are relative to `windowAtMs`. */
  add(marks: Marks, endMs: number, outcome: number, windowAtMs: number): void {
    const row = this.#rows;
    const columns = this.#columns;
    const { intendedMs, dispatchedMs, sentMs, firstByteMs } = marks;
    const wasWritten = !Number.isNaN(sentMs);
    columns.intendedMs[row] = intendedMs - windowAtMs;
    columns.startLagMs[row] = dispatchedMs - intendedMs;
    columns.waitMs[row] = (wasWritten ? sentMs : endMs) - dispatchedMs;
    columns.firstByteMs[row] = firstByteMs - sentMs;
    columns.serviceMs[row] = endMs - sentMs;
    columns.bodyBytes[row] = marks.bodyBytes;
    columns.status[row] = marks.status;
    columns.outcome[row] = outcome;
    if (columns.request !== undefined) columns.request[row] = marks.requestIndex;
    this.streams?.write(columns, row, marks, endMs, outcome);
    this.#rows = row + 1;
    this.samples++;
    if (this.#rows === this.#rowsPerBlock) this.flush();
  }

  /** Adds a request that was due and never got a connection. */
  addDropped(
    released: Pick<Marks, 'intendedMs' | 'dispatchedMs' | 'requestIndex'>,
    nowMs: number,
    windowAtMs: number,
  ): void {
    this.add({ ...NEVER_SENT, ...released }, nowMs, OUTCOME.dropped, windowAtMs);
  }

  /** Counts a failure; its code and an example are sent with the next block. `atMs` is when it was due. */
  addError(error: ErrorTally, atMs: number): void {
    addErrors(this.#errors, [{ ...error, firstAtMs: atMs, lastAtMs: atMs }]);
  }

  flush(): void {
    const times = this.eventTimes.take();
    if (times.length > 0) this.#channel.post({ type: 'event-times', times }, []);
    const block = this.streams?.take() ?? null;
    if (block !== null) this.#channel.post({ type: 'streams', block }, []);
    this.#flushRows();
  }

  #flushRows(): void {
    if (this.#rows === 0) return;
    const errors = [...this.#errors.values()];
    this.#errors.clear();
    const block = this.#takeBlock();
    this.#underWay++;
    this.#channel.post({ type: 'block', block, errors }, [block.buffer]);
  }

  /** The coordinator has folded a block; a moved (not copied) buffer comes back. */
  folded(buffer: ArrayBuffer | null): void {
    const wasFull = this.isFull;
    this.#underWay--;
    if (buffer !== null && buffer.byteLength === this.#buffer.byteLength) this.#spare.push(buffer);
    if (wasFull) this.#onRoom();
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }

  #takeBlock(): SampleBlock {
    const count = this.#rows;
    this.#rows = 0;
    // A block with few rows is sent as a small copy, and the buffer stays here.
    if (count <= this.#rowsPerBlock / 2) {
      const block = { buffer: this.#newBuffer(count), layout: this.#layout, capacity: count, count };
      const columns = columnsOf(block);
      for (const name of this.#layout) {
        const filled = this.#columns[name]?.subarray(0, count);
        if (filled !== undefined) columns[name]?.set(filled);
      }
      return block;
    }
    const block = { buffer: this.#buffer, layout: this.#layout, capacity: this.#rowsPerBlock, count };
    this.#buffer = this.#spare.pop() ?? this.#newBuffer(this.#rowsPerBlock);
    this.#columns = columnsOf({ ...block, buffer: this.#buffer });
    return block;
  }

  #newBuffer(rows: number): ArrayBuffer {
    return new ArrayBuffer(blockByteLength(this.#layout, rows));
  }
}
