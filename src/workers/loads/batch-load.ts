import { createRandom, type Random } from '../../metrics/random.ts';
import type { BatchPlan, DealtMessage, RowAnswer, RowChunk } from '../../protocol/batch.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { WorkerChannel } from '../../protocol/messages.ts';
import type { RowCells } from '../../protocol/request.ts';
import type { Shard } from '../../protocol/shard.ts';
import { LARGEST_KEPT_BYTES } from '../../requests/expectation.ts';
import type { Filling } from '../../requests/render.ts';
import { type Hide, hiding } from '../../requests/secrets.ts';
import { holdHeapDown } from '../../requests/steady-heap.ts';
import { backoffMs } from '../backoff.ts';
import { AnswerBox } from '../batch/answer-box.ts';
import { Selector, saveBody } from '../batch/body.ts';
import { ChunkSize } from '../batch/chunk-size.ts';
import { isWorthRetrying, retryPauseMs } from '../batch/retry.ts';
import { StartLimit } from '../batch/start-limit.ts';
import type { Exchange } from '../clients/exchange.ts';
import type { PreparedRequest, RequestSource } from '../request-source.ts';
import type { Load, Sender } from './load.ts';

/** A row that this worker holds. */
interface HeldRow {
  readonly number: number;
  readonly cells: RowCells;
  /** Its place in `cells`. */
  readonly place: number;
  attempts: number;
}

const MICROS = 1_000;

/** One request for each row that the coordinator deals; answers go back to it, and a few rows are kept ahead. */
export class BatchLoad implements Load {
  /** Rows are the coordinator's: one that was not sent here will be sent elsewhere, or later. */
  readonly notStarted = 0;
  readonly #plan: BatchPlan;
  readonly #sender: Sender;
  readonly #requests: RequestSource;
  readonly #channel: WorkerChannel;
  readonly #random: Random;
  readonly #answers: AnswerBox;
  readonly #selector: Selector;
  readonly #hide: Hide;
  readonly #chunk: ChunkSize;
  readonly #limit: StartLimit;
  #queue: HeldRow[] = [];
  /** The first of `#queue` that has not been sent. */
  #first = 0;
  readonly #idle: Exchange[] = [];
  readonly #underWay = new Map<Exchange, HeldRow>();
  readonly #resting = new Set<NodeJS.Timeout>();
  #saving = 0;
  #hasAsked = false;
  #isOver = false;
  #stopped = false;
  #limitTimer: NodeJS.Timeout | null = null;
  #next: PreparedRequest | null = null;

  constructor(
    shard: Shard,
    plan: BatchPlan,
    sender: Sender,
    requests: RequestSource,
    channel: WorkerChannel,
  ) {
    holdHeapDown();
    this.#plan = plan;
    this.#sender = sender;
    this.#requests = requests;
    this.#channel = channel;
    this.#random = createRandom(shard.seed, shard.index);
    this.#answers = new AnswerBox(channel);
    this.#hide = hiding(shard.secrets);
    this.#selector = new Selector(plan.select, this.#hide);
    this.#chunk = new ChunkSize(plan.chunkRows);
    this.#limit = new StartLimit(plan.rate, shard.index, shard.workers);
  }

  get isDone(): boolean {
    return (this.#isOver || this.#stopped) && this.#saving === 0;
  }

  begin(nowMs: number): void {
    this.#idle.push(...this.#sender.exchanges);
    this.#limit.begin(nowMs);
    this.#pump(nowMs);
  }

  take(message: DealtMessage): void {
    if (message.type === 'no-more-rows') this.#end();
    else this.#enqueue(message.chunk);
  }

  /** The request of the row that is being sent. */
  next(): PreparedRequest {
    if (this.#next === null) throw new Error('no row is being sent');
    return this.#next;
  }

  /** Rows are never dropped here. */
  skip(): number {
    return 0;
  }

  onFree(exchange: Exchange, freeAtMs: number, nowMs: number, hasFailed: boolean): void {
    const row = this.#underWay.get(exchange);
    this.#underWay.delete(exchange);
    if (row !== undefined && exchange.endedByUs !== 'unfinished' && this.#settle(exchange, row, freeAtMs))
      return;
    if (hasFailed) {
      this.#rest(backoffMs(exchange.failuresInARow, this.#random), () => this.#free(exchange));
      return;
    }
    this.#idle.push(exchange);
    this.#pump(nowMs);
  }

  onRoom(): void {
    this.#pump(this.#sender.clock.nowMs());
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.length = 0;
    this.#first = 0;
    this.#sleepNoMore();
  }

  /** Sends the last answers. */
  close(): void {
    this.#sleepNoMore();
    this.#answers.flush();
  }

  #end(): void {
    this.#isOver = true;
    this.#sleepNoMore();
    this.#sender.finishIfIdle();
  }

  #enqueue({ numbers, cells }: RowChunk): void {
    this.#hasAsked = false;
    if (this.#stopped) return;
    // What has been sent need not be kept.
    this.#queue = this.#queue.slice(this.#first);
    this.#first = 0;
    for (const [place, number] of numbers.entries()) this.#queue.push({ number, cells, place, attempts: 0 });
    this.#pump(this.#sender.clock.nowMs());
  }

  /** Sends what can be sent now, and asks for more rows where few are left. */
  #pump(atMs: number): void {
    let nowMs = atMs;
    while (this.#idle.length > 0 && this.#first < this.#queue.length && !this.#stopped) {
      if (this.#sender.isFull) return;
      const pauseMs = this.#limit.pauseMs(nowMs);
      if (pauseMs > 0) {
        this.#limitTimer ??= setTimeout(() => {
          this.#limitTimer = null;
          this.#pump(this.#sender.clock.nowMs());
        }, Math.ceil(pauseMs));
        break;
      }
      const exchange = this.#idle.pop();
      const row = this.#queue[this.#first++];
      if (exchange === undefined || row === undefined) break;
      this.#limit.took(nowMs);
      this.#chunk.sent(nowMs);
      this.#send(exchange, row, nowMs);
      nowMs = this.#sender.clock.nowMs();
    }
    this.#askIfLow();
  }

  #askIfLow(): void {
    if (this.#hasAsked || this.#isOver || this.#stopped) return;
    const left = this.#queue.length - this.#first;
    if (left >= this.#chunk.rows) return;
    // Connections that wait are to be used at once, also where requests take long.
    const free = this.#idle.length - left;
    // Where rows take longer than asking does, one that waits here might be under way elsewhere.
    if (this.#plan.chunkRows === null && this.#chunk.rows === 1 && free <= 0) return;
    this.#hasAsked = true;
    const rows = this.#plan.chunkRows === null ? Math.max(this.#chunk.rows, free) : this.#chunk.rows;
    this.#channel.post({ type: 'wants-rows', rows });
  }

  #send(exchange: Exchange, row: HeldRow, nowMs: number): void {
    row.attempts++;
    try {
      this.#next = this.#requests.ofRow(row.number, row.cells, row.place);
    } catch (error) {
      row.attempts--;
      this.#idle.push(exchange);
      this.#answer(row, 0, null, `request: ${messageOf(error)}`);
      return;
    }
    this.#underWay.set(exchange, row);
    this.#sender.send(exchange, nowMs, nowMs, nowMs);
  }

  /** Says what has become of a row, or lets it rest; whether its connection is kept meanwhile. */
  #settle(exchange: Exchange, row: HeldRow, endMs: number): boolean {
    const { failure, status, sentMs } = exchange;
    const latencyMs = Number.isNaN(sentMs) ? null : endMs - sentMs;
    if (failure === null) {
      if (this.#plan.saveBody !== null) {
        this.#save(exchange, row, latencyMs);
        return true;
      }
      const { error, values } = this.#selector.valuesIn(exchange);
      this.#answer(row, status, latencyMs, error, values);
      return false;
    }
    const isRetryable = row.attempts <= this.#plan.retries && isWorthRetrying(failure, status);
    if (!isRetryable) {
      const error = failure.kind === 'status' ? `status ${status}` : `${failure.kind}: ${failure.example}`;
      this.#answer(row, status, latencyMs, error);
    } else if (!this.#stopped) {
      const pauseMs = retryPauseMs(row.attempts, exchange.retryAfter, this.#random, Date.now());
      this.#rest(pauseMs, () => {
        this.#queue.push(row);
        this.#pump(this.#sender.clock.nowMs());
      });
    }
    return false;
  }

  #answer(
    row: HeldRow,
    status: number,
    latencyMs: number | null,
    error: string,
    values: RowAnswer['values'] = this.#selector.nothing,
  ): void {
    this.#chunk.took(values);
    this.#answers.add({
      row: row.number,
      status,
      latencyMs: latencyMs === null ? null : Math.round(latencyMs * MICROS) / MICROS,
      attempts: row.attempts,
      error: error === '' ? error : this.#hide(error),
      values,
    });
  }

  /** The connection waits for the disk, so that bodies do not pile up. */
  #save(exchange: Exchange, row: HeldRow, latencyMs: number | null): void {
    const { saveBody: place } = this.#plan;
    if (place === null) return;
    const { status, body, bodyBytes } = exchange;
    this.#saving++;
    this.#saved(place, row, body, bodyBytes)
      .then((error) => {
        const selected = this.#selector.valuesIn(exchange);
        this.#answer(row, status, latencyMs, error || selected.error, selected.values);
      })
      .catch((error: unknown) => {
        this.#channel.post({ type: 'not-saved', message: messageOf(error) });
      })
      .finally(() => {
        this.#saving--;
        this.#free(exchange);
        this.#sender.finishIfIdle();
      });
  }

  /** An empty text, or why this row's body cannot be a file. */
  async #saved(
    place: NonNullable<BatchPlan['saveBody']>,
    row: HeldRow,
    body: Uint8Array,
    bodyBytes: number,
  ): Promise<string> {
    if (bodyBytes > LARGEST_KEPT_BYTES) return `save: a body of ${bodyBytes} bytes is too long to be kept`;
    const filling: Filling = {
      number: row.number,
      rows: row.cells,
      row: row.place,
      random: this.#random,
      dayMs: Date.now(),
    };
    return saveBody(place, filling, body);
  }

  #free(exchange: Exchange): void {
    this.#idle.push(exchange);
    this.#pump(this.#sender.clock.nowMs());
  }

  #rest(pauseMs: number, then: () => void): void {
    if (this.#stopped || this.#isOver) return;
    const timer = setTimeout(() => {
      this.#resting.delete(timer);
      then();
    }, Math.ceil(pauseMs));
    this.#resting.add(timer);
  }

  #sleepNoMore(): void {
    for (const timer of this.#resting) clearTimeout(timer);
    this.#resting.clear();
    if (this.#limitTimer !== null) clearTimeout(this.#limitTimer);
    this.#limitTimer = null;
  }
}
