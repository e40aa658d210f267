import { createRandom } from '../metrics/random.ts';
import type { DealtMessage } from '../protocol/batch.ts';
import type { Clock } from '../protocol/clock.ts';
import type { WorkerChannel } from '../protocol/messages.ts';
import { type ErrorTally, OUTCOME, type WorkerReport, type WorkerUsage } from '../protocol/report.ts';
import type { Shard } from '../protocol/shard.ts';
import type { Target } from '../protocol/target.ts';
import { missOf } from '../requests/expectation.ts';
import { type Hide, hiding } from '../requests/secrets.ts';
import { Exchange, type ExchangeOwner } from './clients/exchange.ts';
import type { CreateDispatcher } from './clients/http-client.ts';
import { SlotClients } from './clients/slot-clients.ts';
import { CpuWork } from './cpu-work.ts';
import { Deadlines } from './deadlines.ts';
import { DigestAuthorization } from './digest.ts';
import { classifyFailure } from './failure.ts';
import type { BatchLoad } from './loads/batch-load.ts';
import { ClosedLoad } from './loads/closed-load.ts';
import type { Load, Sender } from './loads/load.ts';
import { OpenLoad } from './loads/open-load.ts';
import { Recorder } from './recorder.ts';
import { asAscii, isRedirect, redirected } from './redirect.ts';
import { type PreparedRequest, RequestSource } from './request-source.ts';
import { startAt } from './start-at.ts';

const LOWEST_FAILURE = 400;

/** What has been loaded for one shard, and would be in vain for others. */
export interface LoadedForShard {
  readonly create: CreateDispatcher;
  /** Null where the shard has no batch. */
  readonly Batch: typeof BatchLoad | null;
}

/** One worker's part of a run: opens its connections, sends, times and records. Knows no transport. */
export class ShardRun implements ExchangeOwner, Sender {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly exchanges: Exchange[] = [];
  readonly #shard: Shard;
  readonly #hide: Hide;
  readonly #load: Load;
  readonly #deadlines: Deadlines;
  readonly #clients: SlotClients;
  readonly #requests: Pick<RequestSource, 'next' | 'skip'>;
  readonly #batch: BatchLoad | null;
  readonly #work: CpuWork;
  readonly #finished = Promise.withResolvers<void>();
  #windowAtMs = 0;
  #startedAtMs: number | null = null;
  #inFlight = 0;
  #retried = 0;
  #stopped = false;
  #drainTimer: NodeJS.Timeout | null = null;
  #cancelStart: (() => void) | null = null;

  constructor(shard: Shard, channel: WorkerChannel, clock: Clock, { create, Batch }: LoadedForShard) {
    this.clock = clock;
    this.#shard = shard;
    this.#hide = hiding(shard.secrets);
    this.#work = new CpuWork(shard.cpuWork);
    this.#deadlines = new Deadlines(shard.timeoutMs, clock, (exchange) => exchange.end('timeout'));
    this.#clients = new SlotClients(shard, create, clock);
    const requests = new RequestSource(shard);
    const random = createRandom(shard.seed, shard.index);
    this.#batch =
      shard.batch === undefined || Batch === null
        ? null
        : new Batch(shard, shard.batch, this, requests, channel);
    this.#requests = this.#batch ?? requests;
    this.recorder = new Recorder(channel, () => this.#load.onRoom());
    this.#load =
      this.#batch ??
      (shard.load.model === 'open'
        ? new OpenLoad(shard, shard.load, this)
        : new ClosedLoad(shard, this, random));
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
    for (let i = 0; i < this.#shard.slots; i++) this.addExchange();
    // Where rows say where to go, there is nothing to open yet; after a stop there is nothing more to open.
    if (this.#stopped || this.#shard.target.hostname === '') return;
    const timer = setTimeout(() => this.#giveUpConnecting(), this.#shard.timeoutMs);
    await Promise.all(this.#clients.all.map(({ connection }) => connection.open()));
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
    this.#batch?.close();
    this.#clients.close();
    const { counters } = this.#clients;
    return {
      samples: this.recorder.samples,
      notStarted: this.#load.notStarted,
      retried: this.#retried,
      workRounds: this.#work.rounds,
      connectionsOpened: counters.opened,
      connectionsClosedByTarget: counters.closedByTarget,
      addresses: [...this.#clients.addresses],
      bytesSent: counters.bytesSent,
      bytesReceived: counters.bytesReceived,
      startedAtMs: this.#startedAtMs,
      ...usage,
    };
  }

  /** Takes rows of a batch, or word that there are no more. */
  takeRows(message: DealtMessage): void {
    this.#batch?.take(message);
  }

  addExchange(): Exchange {
    const client = this.#clients.open(this.#shard.target);
    const exchange = new Exchange(client, this, this.clock, this.#work.isWanted);
    this.exchanges.push(exchange);
    return exchange;
  }

  send(exchange: Exchange, intendedMs: number, dispatchedMs: number, nowMs: number): void {
    this.#inFlight++;
    exchange.assignedMs = nowMs;
    this.#deadlines.add(exchange);
    const request = this.#requests.next(intendedMs >= this.#windowAtMs);
    if (request.refusal !== null) {
      exchange.refuse(request, request.refusal, intendedMs, dispatchedMs);
      return;
    }
    this.#clients.use(exchange, request.target);
    const { digest } = request.plan;
    exchange.send(
      digest === null ? request : digestOf(exchange).first(request, digest),
      intendedMs,
      dispatchedMs,
    );
  }

  drop(intendedMs: number, dispatchedMs: number, nowMs: number): void {
    const requestIndex = this.#requests.skip(intendedMs >= this.#windowAtMs);
    this.recorder.addDropped({ intendedMs, dispatchedMs, requestIndex }, nowMs, this.#windowAtMs);
  }

  onComplete(exchange: Exchange, endMs: number): void {
    exchange.failuresInARow = 0;
    if (this.#isAuthorizing(exchange) || this.#follows(exchange)) return;
    this.#deadlines.remove(exchange);
    this.#inFlight--;
    const failure = this.#failureOfAnswer(exchange);
    exchange.failure = failure;
    if (failure === null) this.recorder.add(exchange, endMs, OUTCOME.ok, this.#windowAtMs);
    else this.#recordFailure(exchange, endMs, failure);
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
      exchange.failure = { ...this.#failureOf(exchange, error), count: 1 };
      this.#recordFailure(exchange, endMs, exchange.failure);
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

  /** Whether the answer was about who asks, and the request goes on with what it needs. */
  #isAuthorizing(exchange: Exchange): boolean {
    const { request, status, authenticate } = exchange;
    const credentials = request?.plan.digest ?? null;
    if (request === null || credentials === null) return false;
    const next = digestOf(exchange).again(credentials, status, authenticate);
    if (next === null) return false;
    exchange.repeat(next);
    return true;
  }

  /** Whether a redirect has been followed: the request then goes on. */
  #follows(exchange: Exchange): boolean {
    const { request, status, location, redirects } = exchange;
    if (request === null || location === null || !isRedirect(request.plan, status, location)) return false;
    const from = (request.plan.digest === null ? null : digestOf(exchange).plain) ?? request;
    const next = redirects < request.plan.maxRedirects ? redirected(from, status, location) : null;
    if (next === null) return false;
    this.#clients.use(exchange, next.target);
    const { digest } = next.plan;
    exchange.follow(digest === null ? next : digestOf(exchange).first(next, digest));
    return true;
  }

  /** What is wrong with a complete response; null where nothing is. */
  #failureOfAnswer(exchange: Exchange): ErrorTally | null {
    const { request, status, location } = exchange;
    if (request === null) return null;
    const { expectation, target, maxRedirects } = request.plan;
    if (location !== null && isRedirect(request.plan, status, location)) {
      const example = `${this.#nameOf(request)}after ${exchange.redirects} of at most ${maxRedirects} redirects: ${status} to '${asAscii(location)}'`;
      return { kind: 'expectation', code: 'REDIRECT', count: 1, example };
    }
    if (status >= LOWEST_FAILURE && (expectation === null || expectation.statuses.length === 0)) {
      const example = `${target.method} ${shownPath(target)} was answered with ${status}`;
      return { kind: 'status', code: String(status), count: 1, example };
    }
    const miss = expectation === null ? null : missOf(expectation, exchange, this.#hide);
    return miss === null
      ? null
      : {
          kind: 'expectation',
          code: miss.code,
          count: 1,
          example: `${this.#nameOf(request)}${miss.example}`,
        };
  }

  #nameOf({ plan }: PreparedRequest): string {
    return this.#shard.mix.length > 1 ? `${plan.name}: ` : '';
  }

  #giveUpConnecting(): void {
    for (const { connection } of this.#clients.all) {
      if (connection.phase !== 'open') connection.fail(new Error('no connection in time'));
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
      alert: connection.alert,
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

/** What a connection knows of Digest authorization. */
function digestOf(exchange: Exchange): DigestAuthorization {
  exchange.digest ??= new DigestAuthorization();
  return exchange.digest;
}

/** The path as it was asked for: what placeholders stand for may be secret. */
function shownPath({ url, origin }: Target): string {
  return url.startsWith(origin) ? url.slice(origin.length) : url;
}
