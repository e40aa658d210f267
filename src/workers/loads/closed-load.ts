import type { Random } from '../../metrics/random.ts';
import { overlapMs } from '../../protocol/latency.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Starts } from '../jobs/job.ts';
import { backoffMs } from './backoff.ts';
import type { Load, LoadHost } from './load.ts';
import { ClosedPacer } from './pacing/closed.ts';

/** Closed: a connection's next request is due when its last one has ended. */
export class ClosedLoad implements Load {
  readonly #host: LoadHost;
  readonly #job: Starts;
  readonly #random: Random;
  readonly #pacer: ClosedPacer;
  readonly #durationMs: number;
  /** Connections pausing after a failure. */
  readonly #resting = new Map<Exchange, { readonly timer: NodeJS.Timeout; readonly fromMs: number }>();
  /** Free connections that wait for the coordinator to catch up. */
  readonly #held: { readonly exchange: Exchange; readonly freeAtMs: number }[] = [];
  #windowAtMs = 0;
  #stopped = false;
  #restedMs = 0;
  /** Relative to the start of the window. */
  #stoppedAtMs = Number.POSITIVE_INFINITY;

  constructor(shard: Shard, host: LoadHost, job: Starts, random: Random) {
    this.#host = host;
    this.#job = job;
    this.#random = random;
    this.#pacer = new ClosedPacer(shard.requests, shard.durationMs);
    this.#durationMs = shard.durationMs ?? Number.POSITIVE_INFINITY;
  }

  get isDone(): boolean {
    return this.#resting.size === 0 && this.#held.length === 0;
  }

  /** If the duration ended the load, the rest of the budget was not meant to start. */
  get notStarted(): number {
    return this.#stoppedAtMs < this.#durationMs ? this.#pacer.left : 0;
  }

  get restedMs(): number {
    return this.#restedMs;
  }

  begin(nowMs: number, windowAtMs: number): void {
    this.#windowAtMs = windowAtMs;
    for (const exchange of this.#host.exchanges) this.#next(exchange, nowMs);
  }

  onFree(exchange: Exchange, freeAtMs: number, nowMs: number, hasFailed: boolean): void {
    if (hasFailed) this.#rest(exchange);
    else this.#next(exchange, freeAtMs, nowMs);
  }

  onRoom(): void {
    for (const { exchange, freeAtMs } of this.#held.splice(0))
      this.#next(exchange, freeAtMs, this.#host.clock.nowMs());
    this.#host.finishIfIdle();
  }

  stop(): void {
    if (!this.#stopped)
      this.#stoppedAtMs = this.#windowAtMs === 0 ? 0 : this.#host.clock.nowMs() - this.#windowAtMs;
    this.#stopped = true;
    for (const { timer, fromMs } of this.#resting.values()) {
      clearTimeout(timer);
      this.#addRest(fromMs);
    }
    this.#resting.clear();
    this.#held.length = 0;
  }

  #next(exchange: Exchange, freeAtMs: number, nowMs = freeAtMs): void {
    if (this.#stopped) return;
    if (this.#host.isFull) this.#held.push({ exchange, freeAtMs });
    else if (this.#pacer.take(freeAtMs - this.#windowAtMs)) this.#job.start(exchange, freeAtMs, nowMs, nowMs);
  }

  #rest(exchange: Exchange): void {
    if (this.#stopped) return;
    const pauseMs = Math.ceil(backoffMs(exchange.failuresInARow, this.#random));
    const fromMs = this.#host.clock.nowMs();
    const timer = setTimeout(() => {
      this.#resting.delete(exchange);
      this.#addRest(fromMs);
      this.#next(exchange, this.#host.clock.nowMs());
      this.#host.finishIfIdle();
    }, pauseMs);
    this.#resting.set(exchange, { timer, fromMs });
  }

  #addRest(fromMs: number): void {
    const toMs = this.#host.clock.nowMs() - this.#windowAtMs;
    this.#restedMs += overlapMs(fromMs - this.#windowAtMs, toMs, this.#durationMs);
  }
}
