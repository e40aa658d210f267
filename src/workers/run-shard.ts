import { createRandom } from '../metrics/random.ts';
import type { DealtMessage } from '../protocol/batch.ts';
import type { Endpoint } from '../protocol/endpoint.ts';
import type { WorkerChannel } from '../protocol/messages.ts';
import { type ErrorTally, OUTCOME, type WorkerReport, type WorkerUsage } from '../protocol/report.ts';
import type { Shard } from '../protocol/shard.ts';
import type { Clock } from '../time/clock.ts';
import { SlotClients } from './clients/slot-clients.ts';
import { Verdict } from './exchange/answer-verdict.ts';
import { continued, firstOf } from './exchange/continuation.ts';
import { Exchange, type ExchangeOwner } from './exchange/exchange.ts';
import { ExplainedBody } from './exchange/explained-body.ts';
import { FirstLocation } from './exchange/first-location.ts';
import { GuardedOwner } from './exchange/guarded-owner.ts';
import type { PreparedRequest } from './exchange/prepared-request.ts';
import { RequestSecrets } from './exchange/request-secrets.ts';
import { StreamWaits } from './exchange/stream-waits.ts';
import { Timeouts } from './exchange/timeouts.ts';
import { CpuWork } from './jobs/cpu-work.ts';
import type { Job, JobHost } from './jobs/job.ts';
import { Lease } from './lease.ts';
import type { Load, LoadHost } from './loads/load.ts';
import type { RowsLoad } from './loads/rows-load.ts';
import { startAt } from './loads/start-at.ts';
import type { VuLoad } from './loads/vu-load.ts';
import type { PartsOfShard } from './parts-of-shard.ts';
import { Recorder } from './record/recorder.ts';
import { StreamRecorder } from './record/stream-recorder.ts';
import type { TokenTimes } from './streams/token-times.ts';
import { workOf } from './work-of-shard.ts';

/** One worker's part of a run: opens its connections, sends, times and records. Knows no transport. */
export class ShardRun implements ExchangeOwner, LoadHost, JobHost {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly exchanges: Exchange[] = [];
  readonly #shard: Shard;
  readonly #verdict: Verdict;
  readonly #load: Load;
  readonly #timeouts: Timeouts;
  /** Null unless answers are streams. */
  readonly #waits: StreamWaits | null;
  readonly #Tokens: typeof TokenTimes | null;
  readonly #clients: SlotClients;
  readonly #job: Job;
  /** The load, if it is one of rows. */
  readonly #rows: RowsLoad | null;
  /** The load, if it is one of users. */
  readonly users: VuLoad | null;
  readonly #work: CpuWork;
  readonly #firstLocation: FirstLocation;
  readonly #lease: Lease;
  readonly #finished = Promise.withResolvers<void>();
  readonly #guarded = new GuardedOwner(this, this.#finished.reject);
  #windowAtMs = 0;
  #startedAtMs: number | null = null;
  /** End of the window; infinite where its last request ends it. */
  #lastMeasuredMs = Number.POSITIVE_INFINITY;
  #inFlight = 0;
  #retried = 0;
  #stopped = false;
  #drainTimer: NodeJS.Timeout | null = null;
  #cancelStart: (() => void) | null = null;

  constructor(
    shard: Shard,
    channel: WorkerChannel,
    clock: Clock,
    { supplies, create, Rows, Tokens, users, rowsPerBlock }: PartsOfShard,
  ) {
    this.clock = clock;
    this.#shard = shard;
    this.#lease = new Lease(
      () => clock.nowMs(),
      () => this.stop(0),
    );
    const secrets = new RequestSecrets(supplies.secrets);
    const { stream, objectives } = shard;
    this.#verdict = new Verdict(
      shard.timeoutMs,
      shard.mix.length > 1 || users !== null,
      secrets,
      stream?.stallMs,
    );
    this.#Tokens = Tokens;
    this.#firstLocation = new FirstLocation(secrets);
    this.#work = new CpuWork(shard.cpuWork);
    this.#timeouts = new Timeouts(shard.timeoutMs, clock);
    this.#waits = stream === null ? null : new StreamWaits(stream, shard, clock);
    const streams = stream === null ? null : new StreamRecorder(stream.count, objectives);
    this.recorder = new Recorder(channel, shard.layout, () => this.#load.onRoom(), streams, rowsPerBlock);
    this.#clients = new SlotClients(shard, create, clock, this.recorder.eventTimes);
    const random = createRandom(shard.seed, shard.index);
    const parts = { channel, secrets, supplies, random, users, looksAtBodies: this.#work.isWanted };
    const { load, job, rows, vus } = workOf(shard, this, parts, Rows);
    this.#load = load;
    this.#job = job;
    this.#rows = rows;
    this.users = vus;
  }

  /** Resolves when nothing is in flight and nothing more will start. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  get isFull(): boolean {
    return this.recorder.isFull;
  }

  /**
   * Opens the initial connections. One that cannot be opened within the timeout is left to its first
   * request, which then fails for the same reason and is counted.
   */
  async prepare(): Promise<void> {
    for (let i = 0; i < this.#shard.slots; i++) this.addExchange();
    // Where rows determine the target there is nothing to open yet; after a stop there is nothing left to open.
    if (this.#stopped || this.#firstEndpoint === null) return;
    const timer = setTimeout(() => this.#giveUpConnecting(), this.#shard.timeoutMs);
    await Promise.all(this.#clients.all.map(({ connection }) => connection.open()));
    clearTimeout(timer);
  }

  /** Begins at `startAtMs` and counts from `windowAtMs`, both on the shared clock. */
  start(startAtMs: number, windowAtMs: number): void {
    this.#windowAtMs = windowAtMs;
    if (this.#stopped) return;
    const { windowEndMs, graceMs } = this.#shard;
    if (windowEndMs !== null) this.#endAfter(windowAtMs + windowEndMs + graceMs - this.clock.nowMs());
    // Other loads have nothing due after the window.
    if (windowEndMs !== null && this.users !== null) this.#lastMeasuredMs = windowAtMs + windowEndMs;
    this.#cancelStart = startAt(startAtMs, this.clock, () => {
      this.#cancelStart = null;
      const nowMs = this.clock.nowMs();
      if (this.exchanges.length > 0 || this.users !== null) this.#startedAtMs = nowMs;
      this.#load.begin(nowMs, windowAtMs);
      this.finishIfIdle();
    });
  }

  /** Sends nothing after `untilMs` on the shared clock, unless a later call extends it. */
  lease(untilMs: number): void {
    this.#lease.extend(untilMs);
  }

  /** Starts nothing more; what is still in flight after `drainMs` is recorded as unfinished. */
  stop(drainMs: number): void {
    this.#stopped = true;
    if (this.#startedAtMs === null) this.#giveUpConnecting();
    this.#cancelStart?.();
    this.#cancelStart = null;
    this.#load.stop();
    // A user in think time has nothing in flight.
    const isAtWork = this.#inFlight > 0 || this.users?.isDone === false;
    if (drainMs > 0 && isAtWork) this.#endAfter(drainMs);
    else this.#end();
  }

  /** Reads to the end of all connections, and returns how many connections have brought what no request had asked for. */
  readRest(): Promise<number> {
    return this.#clients.readToEnd().then(() => this.#clients.counters.unrequested);
  }

  /** Closes every connection and sends the remaining records. */
  release(): void {
    if (this.#drainTimer !== null) clearTimeout(this.#drainTimer);
    this.#lease.end();
    this.#timeouts.close();
    this.#waits?.close();
    this.recorder.close();
    this.#rows?.close();
    this.users?.close();
    this.#clients.close();
  }

  /** Closes every connection and returns this shard's report. */
  async close(usage: WorkerUsage & Pick<WorkerReport, 'practiceCpuMs'>): Promise<WorkerReport> {
    await this.readRest();
    this.release();
    return {
      samples: this.recorder.samples,
      notStarted: this.#load.notStarted,
      restedMs: this.#load.restedMs,
      retried: this.#retried,
      redirectedTo: this.#firstLocation.text,
      workRounds: this.#work.rounds,
      ...this.#clients.report(),
      startedAtMs: this.#startedAtMs,
      isFenced: this.#lease.hasRunOut,
      ...(this.users === null ? {} : { scenarios: this.users.report() }),
      ...usage,
    };
  }

  /** Takes rows of a batch, or the message that there are no more. */
  takeRows(message: DealtMessage): void {
    this.#rows?.take(message);
  }

  /** Target of the first request; null where only rows determine it. */
  get #firstEndpoint(): Endpoint | null {
    return this.#shard.mix[0]?.endpoint ?? null;
  }

  addExchange(): Exchange {
    const client = this.#clients.open(this.#firstEndpoint);
    const { stream } = this.#shard;
    const whole = this.#rows === null ? undefined : new ExplainedBody();
    const sink = stream === null || this.#Tokens === null ? whole : new this.#Tokens(stream);
    const exchange = new Exchange(client, this.#guarded, this.clock, this.#rows?.room ?? null, sink);
    this.exchanges.push(exchange);
    return exchange;
  }

  /** Closes the connections of a slot that has nothing in flight. */
  dropExchange(exchange: Exchange, readsRest: boolean): void {
    const index = this.exchanges.indexOf(exchange);
    const last = this.exchanges.pop();
    if (last !== undefined && last !== exchange) this.exchanges[index] = last;
    this.#clients.drop(exchange, readsRest);
  }

  isMeasured(intendedMs: number): boolean {
    return intendedMs >= this.#windowAtMs && intendedMs < this.#lastMeasuredMs;
  }

  send(
    exchange: Exchange,
    request: PreparedRequest,
    intendedMs: number,
    dispatchedMs: number,
    nowMs: number,
  ): void {
    if (this.#lease.isOver(nowMs)) {
      this.recordDropped(request.index, intendedMs, dispatchedMs, nowMs);
      this.#stopSoon();
      return;
    }
    this.#inFlight++;
    this.#timeouts.begin(exchange, request, nowMs);
    if (request.isWhole !== true) this.#waits?.begin(exchange, this.isMeasured(intendedMs), nowMs);
    if (request.refusal !== null) {
      exchange.refuse(request, request.refusal, intendedMs, dispatchedMs);
      return;
    }
    this.#clients.use(exchange, request.endpoint);
    exchange.send(firstOf(exchange, request), intendedMs, dispatchedMs);
  }

  recordDropped(requestIndex: number, intendedMs: number, dispatchedMs: number, nowMs: number): void {
    this.recorder.addDropped({ intendedMs, dispatchedMs, requestIndex }, nowMs, this.#windowAtMs);
  }

  onComplete(exchange: Exchange, endMs: number): void {
    exchange.failuresInARow = 0;
    const next = continued(exchange, this.#shard.settings.protocol);
    if (next !== null && this.#lease.isOver(this.clock.nowMs())) {
      this.#leaveUnfinished(exchange, endMs);
      return;
    }
    if (next !== null) {
      this.#clients.use(exchange, next.request.endpoint);
      exchange.goOn(next);
      return;
    }
    this.#timeouts.end(exchange);
    this.#waits?.end(exchange);
    this.#inFlight--;
    const failure = this.#verdict.ofAnswer(exchange, endMs);
    exchange.failure = failure;
    this.#firstLocation.see(exchange);
    if (failure === null) this.#recordOk(exchange, endMs);
    else this.#recordFailure(exchange, endMs, failure);
    if (this.#work.isWanted) this.#work.do(exchange.body);
    const nowMs = this.clock.nowMs();
    // The worker's own computation is part of no latency: the connection is free when it is done.
    this.#handBack(exchange, endMs, this.#work.isWanted ? nowMs : endMs, nowMs, false);
    this.finishIfIdle();
  }

  /** Its answer asks for another request, which may no longer be sent. */
  #leaveUnfinished(exchange: Exchange, endMs: number): void {
    this.#timeouts.end(exchange);
    this.recorder.add(exchange, endMs, OUTCOME.unfinished, this.#windowAtMs);
    this.#inFlight--;
    this.#stopSoon();
  }

  /** Deferred, so that it does not run inside the load's own call; until then something is pending. */
  #stopSoon(): void {
    this.#inFlight++;
    setImmediate(() => {
      this.#inFlight--;
      this.stop(0);
    });
  }

  onFailure(exchange: Exchange, endMs: number, error: Error): void {
    this.#timeouts.end(exchange);
    this.#waits?.end(exchange);
    if (exchange.endedByUs === 'cancelled') {
      this.#leaveCancelled(exchange, endMs);
      return;
    }
    exchange.failuresInARow++;
    this.#inFlight--;
    if (exchange.endedByUs === 'unfinished') {
      this.#record(exchange, endMs, OUTCOME.unfinished);
    } else {
      exchange.failure = this.#verdict.ofFailure(exchange, error);
      this.#recordFailure(exchange, endMs, exchange.failure);
    }
    this.#handBack(exchange, endMs, endMs, endMs, true);
    this.finishIfIdle();
  }

  /** Not a failure: its slot is free as soon as its client has released it. */
  #leaveCancelled(exchange: Exchange, endMs: number): void {
    this.#record(exchange, endMs, OUTCOME.cancelled);
    setImmediate(() => {
      this.#inFlight--;
      const nowMs = this.clock.nowMs();
      this.#handBack(exchange, endMs, nowMs, nowMs, false);
      this.finishIfIdle();
    });
  }

  /** Gives the connection back to the load and drops the answer's body, unless the job still needs both. */
  #handBack(exchange: Exchange, endMs: number, freeAtMs: number, nowMs: number, hasFailed: boolean): void {
    if (this.#job.keeps(exchange, endMs)) return;
    exchange.releaseBody();
    this.#load.onFree(exchange, freeAtMs, nowMs, hasFailed);
  }

  onHeldBack(exchange: Exchange): void {
    this.#waits?.holdBack(exchange);
    this.#timeouts.end(exchange);
  }

  onReadOn(exchange: Exchange): void {
    if (exchange.request !== null) this.#timeouts.begin(exchange, exchange.request, this.clock.nowMs());
    this.#waits?.readOn(exchange);
  }

  onBytes(exchange: Exchange): void {
    this.#waits?.onBytes(exchange);
  }

  onRetry(exchange: Exchange): void {
    if (this.isMeasured(exchange.intendedMs)) this.#retried++;
  }

  finishIfIdle(): void {
    const isIdle = this.#inFlight === 0 && this.#cancelStart === null;
    if (isIdle && this.#load.isDone && this.#job.isDone) this.#finished.resolve();
  }

  #giveUpConnecting(): void {
    for (const { connection } of this.#clients.all) {
      if (connection.phase !== 'open') connection.fail(new Error('no connection in time'));
    }
  }

  #recordOk(exchange: Exchange, endMs: number): void {
    this.#record(exchange, endMs, OUTCOME.ok);
    const { tokens } = exchange.sink;
    if (tokens !== null && exchange.request?.isApart !== true && this.isMeasured(exchange.intendedMs))
      this.recorder.streams?.add(exchange, tokens, endMs, this.#windowAtMs);
  }

  #recordFailure(exchange: Exchange, endMs: number, error: ErrorTally): void {
    // Failures in the warm-up are not counted, like the rest of it.
    if (this.isMeasured(exchange.intendedMs) && exchange.request?.isApart !== true)
      this.recorder.addError(error, exchange.intendedMs - this.#windowAtMs);
    this.#record(exchange, endMs, OUTCOME[error.kind]);
  }

  #record(exchange: Exchange, endMs: number, outcome: number): void {
    if (exchange.request?.isApart === true) return;
    if (exchange.sink.tokens !== null && this.isMeasured(exchange.intendedMs))
      this.recorder.streams?.countAsked();
    this.recorder.add(exchange, endMs, outcome, this.#windowAtMs);
  }

  #endAfter(delayMs: number): void {
    if (this.#drainTimer !== null) clearTimeout(this.#drainTimer);
    this.#drainTimer = setTimeout(() => this.#end(), delayMs);
  }

  /** Stops waiting: queued requests are dropped, those in flight are recorded as unfinished. */
  #end(): void {
    this.#stopped = true;
    this.#load.stop();
    this.#timeouts.expireDue();
    this.#load.end?.();
    for (const exchange of this.exchanges) exchange.end('unfinished');
    this.finishIfIdle();
  }
}
