import { createRandom } from '../metrics/random.ts';
import type { Clock } from '../protocol/clock.ts';
import type { WorkerChannel } from '../protocol/messages.ts';
import { type ErrorTally, OUTCOME, type WorkerReport, type WorkerUsage } from '../protocol/report.ts';
import type { Shard } from '../protocol/shard.ts';
import { Exchange, type ExchangeOwner } from './clients/exchange.ts';
import { ClientFactory } from './clients/http-client.ts';
import { type RequestTemplate, requestTemplate } from './clients/request-template.ts';
import { CpuWork } from './cpu-work.ts';
import { Deadlines } from './deadlines.ts';
import { classifyFailure } from './failure.ts';
import { ClosedLoad } from './loads/closed-load.ts';
import type { Load, Sender } from './loads/load.ts';
import { OpenLoad } from './loads/open-load.ts';
import { Recorder } from './recorder.ts';
import { startAt } from './start-at.ts';

/** One worker's part of a run: opens its connections, sends, times and records. Knows no transport. */
export class ShardRun implements ExchangeOwner, Sender {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly exchanges: Exchange[] = [];
  readonly #shard: Shard;
  readonly #load: Load;
  readonly #deadlines: Deadlines;
  readonly #clients: ClientFactory;
  readonly #request: RequestTemplate;
  readonly #work: CpuWork;
  readonly #finished = Promise.withResolvers<void>();
  #windowAtMs = 0;
  #startedAtMs: number | null = null;
  #inFlight = 0;
  #retried = 0;
  #stopped = false;
  #drainTimer: NodeJS.Timeout | null = null;
  #cancelStart: (() => void) | null = null;

  constructor(shard: Shard, channel: WorkerChannel, clock: Clock) {
    this.clock = clock;
    this.#shard = shard;
    this.#work = new CpuWork(shard.cpuWork);
    this.#deadlines = new Deadlines(shard.timeoutMs, clock, (exchange) => exchange.end('timeout'));
    this.#clients = new ClientFactory(shard.client, shard.target, clock);
    this.#request = requestTemplate(shard.target);
    this.recorder = new Recorder(channel, () => this.#load.onRoom());
    this.#load =
      shard.load.model === 'open'
        ? new OpenLoad(shard, shard.load, this)
        : new ClosedLoad(shard, this, createRandom(shard.seed, shard.index));
  }

  /** Resolves when nothing is in flight and nothing more will start. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  get isFull(): boolean {
    return this.recorder.isFull;
  }

  /**
   * Opens the connections to start with. One that cannot be opened within the timeout is left to its first
   * request, which then fails for the same reason, and is counted.
   */
  async prepare(): Promise<void> {
    for (let i = 0; i < this.#shard.connections; i++) this.addExchange();
    const timer = setTimeout(() => this.#giveUpConnecting(), this.#shard.timeoutMs);
    await Promise.all(this.exchanges.map(({ client }) => client.connection.open()));
    clearTimeout(timer);
  }

  /** Begins at `startAtMs`, and to count at `windowAtMs`; both on the shared clock. */
  start(startAtMs: number, windowAtMs: number): void {
    this.#windowAtMs = windowAtMs;
    if (this.#stopped) return;
    const { windowEndMs, timeoutMs } = this.#shard;
    if (windowEndMs !== null) this.#endAfter(windowAtMs + windowEndMs + timeoutMs - this.clock.nowMs());
    this.#cancelStart = startAt(startAtMs, this.clock, () => {
      this.#cancelStart = null;
      const nowMs = this.clock.nowMs();
      if (this.exchanges.length > 0) this.#startedAtMs = nowMs;
      this.#load.begin(nowMs, windowAtMs);
      this.finishIfIdle();
    });
  }

  /** Starts nothing more; what is in flight after `drainMs` stays unfinished. */
  stop(drainMs: number): void {
    this.#stopped = true;
    if (this.#startedAtMs === null) this.#giveUpConnecting();
    this.#cancelStart?.();
    this.#cancelStart = null;
    this.#load.stop();
    if (drainMs > 0 && this.#inFlight > 0) this.#endAfter(drainMs);
    else this.#end();
  }

  /** Closes every connection and says what became of this shard. */
  close(usage: WorkerUsage): WorkerReport {
    if (this.#drainTimer !== null) clearTimeout(this.#drainTimer);
    this.#deadlines.close();
    this.recorder.close();
    for (const { client } of this.exchanges) {
      client.connection.close();
      client.dispatcher.destroy().catch(() => {});
    }
    const { counters } = this.#clients;
    return {
      samples: this.recorder.samples,
      notStarted: this.#load.notStarted,
      retried: this.#retried,
      workRounds: this.#work.rounds,
      connectionsOpened: counters.opened,
      connectionsClosedByTarget: counters.closedByTarget,
      bytesSent: counters.bytesSent,
      bytesReceived: counters.bytesReceived,
      startedAtMs: this.#startedAtMs,
      ...usage,
    };
  }

  addExchange(): Exchange {
    const exchange = new Exchange(this.#clients.create(), this, this.clock, this.#work.isWanted);
    this.exchanges.push(exchange);
    return exchange;
  }

  send(exchange: Exchange, intendedMs: number, dispatchedMs: number, nowMs: number): void {
    this.#inFlight++;
    exchange.assignedMs = nowMs;
    this.#deadlines.add(exchange);
    exchange.send(this.#request, intendedMs, dispatchedMs);
  }

  drop(intendedMs: number, dispatchedMs: number, nowMs: number): void {
    this.recorder.addDropped(intendedMs, dispatchedMs, nowMs, this.#windowAtMs);
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
    if (this.#work.isWanted) this.#work.do(exchange.body);
    const nowMs = this.clock.nowMs();
    // What a worker computes is no part of any latency: its connection is free when that is done.
    this.#load.onFree(exchange, this.#work.isWanted ? nowMs : endMs, nowMs, false);
    this.finishIfIdle();
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
    this.#load.onFree(exchange, endMs, endMs, true);
    this.finishIfIdle();
  }

  onRetry(exchange: Exchange): void {
    if (exchange.intendedMs >= this.#windowAtMs) this.#retried++;
  }

  finishIfIdle(): void {
    if (this.#inFlight === 0 && this.#load.isDone && this.#cancelStart === null) this.#finished.resolve();
  }

  #giveUpConnecting(): void {
    for (const { client } of this.exchanges) {
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

  #endAfter(delayMs: number): void {
    if (this.#drainTimer !== null) clearTimeout(this.#drainTimer);
    this.#drainTimer = setTimeout(() => this.#end(), delayMs);
  }

  /** Waits no longer: what is in line is dropped, what is in flight stays unfinished. */
  #end(): void {
    this.#stopped = true;
    this.#load.stop();
    this.#deadlines.expireDue();
    for (const exchange of this.exchanges) exchange.end('unfinished');
    this.finishIfIdle();
  }
}
