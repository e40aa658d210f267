import { holdHeapDown } from '../../machine/steady-heap.ts';
import type { Random } from '../../metrics/random.ts';
import type { BatchPlan, DealtMessage, RowAnswer, RowChunk } from '../../protocol/batch.ts';
import type { WorkerChannel } from '../../protocol/messages.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { AnswerRoom } from '../jobs/answer-room.ts';
import type { JobHost } from '../jobs/job.ts';
import { type HeldRow, RowJob, type RowJobParts, type RowStarter } from '../jobs/row-job.ts';
import { backoffMs } from './backoff.ts';
import { ChunkSize } from './chunk-size.ts';
import type { Load, LoadHost } from './load.ts';
import { StartLimit } from './start-limit.ts';

/** Rows on demand: starts one per free connection, and asks the coordinator for more when few are left. */
export class RowsLoad implements Load, RowStarter {
  /** Always zero: the coordinator owns the rows and gives those not sent here to others, or later. */
  readonly notStarted = 0;
  readonly restedMs = 0;
  readonly job: RowJob;
  readonly room: AnswerRoom;
  readonly #host: LoadHost;
  readonly #channel: WorkerChannel;
  readonly #random: Random;
  readonly #chunk: ChunkSize;
  readonly #hasFixedChunks: boolean;
  readonly #limit: StartLimit;
  #queue: HeldRow[] = [];
  /** Index of the first unsent row in `#queue`. */
  #first = 0;
  readonly #idle: Exchange[] = [];
  readonly #resting = new Set<NodeJS.Timeout>();
  #hasAsked = false;
  #isOver = false;
  #stopped = false;
  #limitTimer: NodeJS.Timeout | null = null;

  constructor(shard: Shard, plan: BatchPlan, host: LoadHost & JobHost, parts: RowJobParts) {
    holdHeapDown();
    this.#host = host;
    this.#channel = parts.channel;
    this.#random = parts.random;
    this.#chunk = new ChunkSize(plan.chunkRows);
    this.#hasFixedChunks = plan.chunkRows !== null;
    this.#limit = new StartLimit(plan.rate, shard.index, shard.workers);
    this.room = new AnswerRoom(shard.workers, () => this.#pump(host.clock.nowMs()));
    this.job = new RowJob(shard, plan, host, this, this.room, parts);
  }

  get isDone(): boolean {
    return this.#isOver || this.#stopped;
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  begin(nowMs: number): void {
    this.#idle.push(...this.#host.exchanges);
    this.#limit.begin(nowMs);
    this.#pump(nowMs);
  }

  /** Rows to send, or the message that there are no more, or that answers were written. */
  take(message: DealtMessage): void {
    switch (message.type) {
      case 'rows':
        this.#enqueue(message.chunk);
        return;
      case 'answers-written':
        this.room.written(message.valuesLength);
        return;
      case 'no-more-rows':
        this.#end();
        return;
    }
    message satisfies never;
  }

  onFree(exchange: Exchange, _freeAtMs: number, nowMs: number, hasFailed: boolean): void {
    if (hasFailed) {
      this.#rest(backoffMs(exchange.failuresInARow, this.#random), () => this.release(exchange));
      return;
    }
    this.#idle.push(exchange);
    this.#pump(nowMs);
  }

  onRoom(): void {
    this.#pump(this.#host.clock.nowMs());
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.length = 0;
    this.#first = 0;
    this.#sleepNoMore();
  }

  again(row: HeldRow, pauseMs: number): void {
    this.#rest(pauseMs, () => {
      this.#queue.push(row);
      this.#pump(this.#host.clock.nowMs());
    });
  }

  release(exchange: Exchange): void {
    this.#idle.push(exchange);
    this.#pump(this.#host.clock.nowMs());
  }

  answered(values: RowAnswer['values']): void {
    this.#chunk.took(values);
  }

  /** Sends the last answers. */
  close(): void {
    this.#sleepNoMore();
    this.job.close();
  }

  #end(): void {
    this.#isOver = true;
    this.#sleepNoMore();
    this.#host.finishIfIdle();
  }

  #enqueue({ numbers, cells }: RowChunk): void {
    this.#hasAsked = false;
    if (this.#stopped) return;
    // Rows that were sent need not be kept.
    this.#queue = this.#queue.slice(this.#first);
    this.#first = 0;
    for (const [place, number] of numbers.entries()) this.#queue.push({ number, cells, place, attempts: 0 });
    this.#pump(this.#host.clock.nowMs());
  }

  /** Starts what can start now, and asks for more rows if few are left. */
  #pump(atMs: number): void {
    let nowMs = atMs;
    while (this.#idle.length > 0 && this.#first < this.#queue.length && !this.#stopped) {
      if (this.#host.isFull) return;
      if (!this.room.mayStart(this.job.underWay)) break;
      const pauseMs = this.#limit.pauseMs(nowMs);
      if (pauseMs > 0) {
        this.#limitTimer ??= setTimeout(() => {
          this.#limitTimer = null;
          this.#pump(this.#host.clock.nowMs());
        }, Math.ceil(pauseMs));
        break;
      }
      const exchange = this.#idle.pop();
      const row = this.#queue[this.#first++];
      if (exchange === undefined || row === undefined) break;
      this.#limit.took(nowMs);
      this.#chunk.sent(nowMs);
      if (!this.job.start(exchange, row, nowMs)) this.#idle.push(exchange);
      nowMs = this.#host.clock.nowMs();
    }
    this.#askIfLow();
  }

  #askIfLow(): void {
    if (this.#hasAsked || this.#isOver || this.#stopped) return;
    const left = this.#queue.length - this.#first;
    if (left >= this.#chunk.rows) return;
    // Idle connections must be used at once, even if requests take long.
    const free = this.#idle.length - left;
    // If rows take longer than asking for more, a row waiting here could already run elsewhere.
    if (!this.#hasFixedChunks && this.#chunk.rows === 1 && free <= 0) return;
    this.#hasAsked = true;
    const rows = this.#hasFixedChunks ? this.#chunk.rows : Math.max(this.#chunk.rows, free);
    this.#channel.post({ type: 'wants-rows', rows });
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
