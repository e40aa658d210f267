import { createRandom, type Random } from '../metrics/random.ts';
import type { Clock } from '../protocol/clock.ts';
import type { WorkerChannel } from '../protocol/messages.ts';
import { type ErrorTally, OUTCOME, type WorkerReport } from '../protocol/report.ts';
import type { Shard } from '../protocol/shard.ts';
import { backoffMs } from './backoff.ts';
import { Exchange, type ExchangeOwner } from './clients/exchange.ts';
import { ClientFactory } from './clients/http-client.ts';
import { type RequestTemplate, requestTemplate } from './clients/undici.ts';
import { Deadlines } from './deadlines.ts';
import { classifyFailure } from './failure.ts';
import { ClosedPacer } from './pacing/closed.ts';
import { Recorder } from './recorder.ts';
import { startAt } from './start-at.ts';
import type { Usage } from './usage.ts';

/** One worker's part of a run: opens its connections, sends, times and records. Knows no transport. */
export class ShardRun implements ExchangeOwner {
  readonly recorder: Recorder;
  readonly #shard: Shard;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #pacer: ClosedPacer;
  readonly #deadlines: Deadlines;
  readonly #clients: ClientFactory;
  readonly #exchanges: Exchange[] = [];
  readonly #request: RequestTemplate;
  /** Connections that rest after a failure. */
  readonly #resting = new Map<Exchange, NodeJS.Timeout>();
  /** Connections that are free but wait until the coordinator has caught up. */
  readonly #held: Exchange[] = [];
  readonly #finished = Promise.withResolvers<void>();
  #windowAtMs = 0;
  #startedAtMs: number | null = null;
  #inFlight = 0;
  #stopped = false;
  #drainTimer: NodeJS.Timeout | null = null;
  #cancelStart: (() => void) | null = null;

  constructor(shard: Shard, channel: WorkerChannel, clock: Clock) {
    this.#shard = shard;
    this.#clock = clock;
    this.#random = createRandom(shard.seed, shard.index);
    this.#pacer = new ClosedPacer(shard.requests, shard.durationMs);
    this.#deadlines = new Deadlines(shard.timeoutMs, clock, (exchange) => exchange.end('timeout'));
    this.#clients = new ClientFactory(shard.client, shard.target);
    this.#request = requestTemplate(shard.target);
    this.recorder = new Recorder(channel, () => this.#releaseHeld());
  }

  /** Resolves when nothing is in flight and nothing more will start. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /**
   * Opens every connection. One that cannot be opened within the timeout is left to its first request,
   * which then fails for the same reason, and is counted.
   */
  async prepare(): Promise<void> {
    const { connections, timeoutMs } = this.#shard;
    for (let i = 0; i < connections; i++) {
      this.#exchanges.push(new Exchange(this.#clients.create(), this, this.#clock));
    }
    const timer = setTimeout(() => this.#giveUpConnecting(), timeoutMs);
    await Promise.all(this.#exchanges.map(({ client }) => client.connection.open()));
    clearTimeout(timer);
  }

  /** Begins at `startAtMs`, and to count at `windowAtMs`; both on the shared clock. */
  start(startAtMs: number, windowAtMs: number): void {
    this.#windowAtMs = windowAtMs;
    if (this.#stopped) return;
    this.#cancelStart = startAt(startAtMs, this.#clock, () => {
      this.#cancelStart = null;
      const nowMs = this.#clock.nowMs();
      if (this.#exchanges.length > 0) this.#startedAtMs = nowMs;
      for (const exchange of this.#exchanges) this.#release(exchange, nowMs);
      this.#finishIfIdle();
    });
  }

  /** Starts nothing more; what is in flight after `drainMs` stays unfinished. */
  stop(drainMs: number): void {
    this.#stopped = true;
    if (this.#startedAtMs === null) this.#giveUpConnecting();
    this.#cancelStart?.();
    this.#cancelStart = null;
    for (const timer of this.#resting.values()) clearTimeout(timer);
    this.#resting.clear();
    this.#held.length = 0;
    if (this.#drainTimer !== null) clearTimeout(this.#drainTimer);
    if (drainMs > 0 && this.#inFlight > 0)
      this.#drainTimer = setTimeout(() => this.#leaveUnfinished(), drainMs);
    else this.#leaveUnfinished();
  }

  /** Closes every connection and says what became of this shard. */
  close(usage: Usage): WorkerReport {
    this.#deadlines.close();
    this.recorder.close();
    for (const { client } of this.#exchanges) {
      client.connection.close();
      client.dispatcher.destroy().catch(() => {});
    }
    const { counters } = this.#clients;
    return {
      samples: this.recorder.samples,
      notStarted: this.#shard.durationMs === null || this.#stopped ? this.#pacer.left : 0,
      retried: this.#exchanges.reduce((sum, exchange) => sum + exchange.retried, 0),
      connectionsOpened: counters.opened,
      connectionsClosedByTarget: counters.closedByTarget,
      bytesSent: counters.bytesSent,
      bytesReceived: counters.bytesReceived,
      startedAtMs: this.#startedAtMs,
      ...usage,
    };
  }

  onComplete(exchange: Exchange, endMs: number): void {
    exchange.failuresInARow = 0;
    this.#deadlines.remove(exchange);
    this.#inFlight--;
    if (exchange.status < 400) {
      this.recorder.add(exchange, endMs, OUTCOME.ok, this.#windowAtMs);
    } else {
      const { status } = exchange;
      const example = `${this.#shard.target.method} ${this.#shard.target.path} was answered with ${status}`;
      this.#recordFailure(exchange, endMs, { kind: 'status', code: String(status), count: 1, example });
    }
    this.#release(exchange, endMs);
    this.#finishIfIdle();
  }

  onFailure(exchange: Exchange, endMs: number, error: Error): void {
    exchange.failuresInARow++;
    this.#deadlines.remove(exchange);
    this.#inFlight--;
    if (exchange.endedByUs === 'unfinished') {
      this.recorder.add(exchange, endMs, OUTCOME.unfinished, this.#windowAtMs);
    } else {
      this.#recordFailure(exchange, endMs, { ...this.#failureOf(exchange, error), count: 1 });
    }
    if (!this.#stopped) this.#rest(exchange);
    this.#finishIfIdle();
  }

  #giveUpConnecting(): void {
    for (const { client } of this.#exchanges) {
      if (client.connection.phase !== 'open') client.connection.fail(new Error('no connection in time'));
    }
  }

  #failureOf(exchange: Exchange, error: Error): Omit<ErrorTally, 'count'> {
    const { connection } = exchange.client;
    const hasHead = !Number.isNaN(exchange.firstByteMs);
    if (exchange.endedByUs === 'timeout') {
      const what = Number.isNaN(exchange.sentMs) ? 'no connection' : 'no complete answer';
      return { kind: 'timeout', code: 'TIMEOUT', example: `${what} within ${this.#shard.timeoutMs} ms` };
    }
    return classifyFailure({
      error,
      phase: connection.phase,
      hasHead,
      endedByTarget: connection.endedByTarget,
    });
  }

  #recordFailure(exchange: Exchange, endMs: number, error: ErrorTally): void {
    // Failures of the warm-up are left out with the rest of it.
    if (exchange.intendedMs >= this.#windowAtMs) this.recorder.addError(error);
    this.recorder.add(exchange, endMs, OUTCOME[error.kind], this.#windowAtMs);
  }

  /** A connection became free at `freeAtMs`: its next request is due now, if there is one. */
  #release(exchange: Exchange, freeAtMs: number): void {
    if (this.#stopped) return;
    if (this.recorder.isFull) {
      this.#held.push(exchange);
      return;
    }
    if (!this.#pacer.take(freeAtMs - this.#windowAtMs)) return;
    this.#inFlight++;
    this.#deadlines.add(exchange);
    exchange.send(this.#request, freeAtMs, freeAtMs);
  }

  #releaseHeld(): void {
    const nowMs = this.#clock.nowMs();
    for (const exchange of this.#held.splice(0)) this.#release(exchange, nowMs);
    this.#finishIfIdle();
  }

  #rest(exchange: Exchange): void {
    const timer = setTimeout(
      () => {
        this.#resting.delete(exchange);
        this.#release(exchange, this.#clock.nowMs());
        this.#finishIfIdle();
      },
      Math.ceil(backoffMs(exchange.failuresInARow, this.#random)),
    );
    this.#resting.set(exchange, timer);
  }

  #leaveUnfinished(): void {
    for (const exchange of this.#exchanges) exchange.end('unfinished');
    this.#finishIfIdle();
  }

  #finishIfIdle(): void {
    if (this.#inFlight > 0 || this.#resting.size > 0 || this.#held.length > 0) return;
    if (this.#cancelStart !== null) return;
    if (this.#drainTimer !== null) clearTimeout(this.#drainTimer);
    this.#finished.resolve();
  }
}
