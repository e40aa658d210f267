import type { Pacing } from '../../protocol/load.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Starts } from '../jobs/job.ts';
import { FreeConnections } from './free-connections.ts';
import type { Load, LoadHost } from './load.ts';
import { OpenPacer, type OpenPacerOptions } from './pacing/open.ts';
import { WaitingLine } from './waiting-line.ts';

/** Due requests to start per turn of the event loop, before answers are read again. */
const STARTS_PER_TURN = 64;
/**
 * Connections to open per turn. Opening one takes much longer than sending a request: if this process is
 * late and many requests are due at once, existing connections serve most of them sooner.
 */
const OPENED_PER_TURN = 4;
/** The same while connections are becoming free for queued requests, or before that is known. */
const OPENED_WHILE_SERVED = 1;
/** A tick later than this exceeds the lateness of eco pacing itself. */
const LATE_MS = 2;
/** Node's timers tick once a millisecond. */
const TICK_MS = 1;
/** Well below the maximum of a timer; after an early wake-up it sleeps again. */
const LONGEST_SLEEP_MS = 1_000_000;
/** Precise pacing polls for at least this long before a start: in an idle process a timer may be that late. */
const POLLED_MS = 3;
/** Reading the clock between turns saves turns of the event loop and their garbage. */
const SPIN_MS = 0.005;

/** Open: requests start when they are due, whether or not earlier ones have ended. */
export class OpenLoad implements Load {
  /** Always zero: the schedule decides, not the outcome of earlier requests. */
  readonly restedMs = 0;
  readonly #host: LoadHost;
  readonly #job: Starts;
  readonly #pacer: OpenPacer;
  readonly #pacing: Pacing;
  readonly #maxSlots: number;
  readonly #hasBudget: boolean;
  readonly #free = new FreeConnections();
  readonly #line = new WaitingLine();
  #windowAtMs = 0;
  #stopped = false;
  #missed = 0;
  /** Connections that may still be opened in this turn. */
  #mayOpen = 0;
  /** An answer has arrived since the last turn. */
  #hasServed = false;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;

  constructor(
    shard: Shard,
    load: OpenPacerOptions['load'] & { readonly pacing: Pacing },
    host: LoadHost,
    job: Starts,
  ) {
    this.#host = host;
    this.#job = job;
    this.#pacer = new OpenPacer({ ...shard, load });
    this.#pacing = load.pacing;
    this.#maxSlots = shard.maxSlots;
    this.#hasBudget = shard.requests !== null;
  }

  get isDone(): boolean {
    return this.#line.length === 0 && (this.#stopped || this.#pacer.nextMs === Number.POSITIVE_INFINITY);
  }

  /** After a stop: the rest of the budget, or, without one, what was due by then. */
  get notStarted(): number {
    if (!this.#hasBudget) return this.#missed;
    return this.#pacer.nextMs === Number.POSITIVE_INFINITY ? 0 : this.#pacer.left;
  }

  begin(_nowMs: number, windowAtMs: number): void {
    this.#windowAtMs = windowAtMs;
    for (const exchange of this.#host.exchanges) this.#free.put(exchange);
    this.#pump();
  }

  onFree(exchange: Exchange, _freeAtMs: number, nowMs: number, hasFailed: boolean): void {
    // A client may report a failure again when its socket closes, within this turn of the event loop;
    // the next request must not have started yet, or it would be blamed.
    if (hasFailed) setImmediate(() => this.#freed(exchange, this.#host.clock.nowMs()));
    else {
      this.#hasServed = true;
      this.#freed(exchange, nowMs);
    }
  }

  onRoom(): void {
    this.#pump();
  }

  stop(): void {
    const nowMs = this.#host.clock.nowMs();
    this.#stopped = true;
    this.#sleepNoMore();
    while (!this.#hasBudget && this.#windowAtMs > 0 && this.#dueMs <= nowMs) {
      if (this.#pacer.take() >= 0) this.#missed++;
    }
    while (this.#line.length > 0) {
      this.#line.shift((intendedMs, dispatchedMs) => this.#job.drop(intendedMs, dispatchedMs, nowMs));
    }
  }

  get #dueMs(): number {
    return this.#windowAtMs + this.#pacer.nextMs;
  }

  #freed(exchange: Exchange, nowMs: number): void {
    if (this.#line.length === 0 || this.#stopped) this.#free.put(exchange);
    else this.#sendFirst(exchange, nowMs);
    this.#host.finishIfIdle();
  }

  /** Sends the request that has been queued longest. */
  #sendFirst(exchange: Exchange, nowMs: number): void {
    this.#line.shift((intendedMs, dispatchedMs) =>
      this.#job.start(exchange, intendedMs, dispatchedMs, nowMs),
    );
  }

  /** Starts what is due, then waits for the next start. */
  #pump(): void {
    this.#sleepNoMore();
    if (this.#stopped) return;
    let nowMs = this.#pacing === 'precise' ? this.#spin() : this.#host.clock.nowMs();
    this.#mayOpen = this.#opensInTurn(nowMs);
    while (this.#line.length > 0 && this.#canOpen && !this.#host.isFull) this.#sendFirst(this.#open(), nowMs);
    for (
      let started = 0;
      started < STARTS_PER_TURN && this.#dueMs <= nowMs && !this.#host.isFull;
      started++
    ) {
      this.#release(this.#windowAtMs + this.#pacer.take(), nowMs);
      nowMs = this.#host.clock.nowMs();
    }
    // A full recorder calls again when there is room.
    if (!this.#host.isFull) this.#wait(this.#dueMs - nowMs);
    this.#host.finishIfIdle();
  }

  /** Polls the clock briefly before the next turn of the event loop, which costs more than a reading. */
  #spin(): number {
    const { clock } = this.#host;
    let nowMs = clock.nowMs();
    const untilMs = Math.min(nowMs + SPIN_MS, this.#dueMs);
    while (nowMs < untilMs) nowMs = clock.nowMs();
    return nowMs;
  }

  #wait(untilDueMs: number): void {
    const pump = (): void => this.#pump();
    if (this.#line.length > 0 && this.#hasRoom) {
      // After the answers that have arrived by then.
      this.#immediate = setImmediate(pump);
      return;
    }
    if (untilDueMs === Number.POSITIVE_INFINITY) return;
    const sleepMs = Math.floor(this.#pacing === 'precise' ? untilDueMs - POLLED_MS : untilDueMs);
    if (untilDueMs <= 0 || (this.#pacing === 'precise' && (sleepMs < TICK_MS || this.#isAnswerDue)))
      this.#immediate = setImmediate(pump);
    else this.#timer = setTimeout(pump, Math.min(LONGEST_SLEEP_MS, Math.max(TICK_MS, sleepMs)));
  }

  /** While answers are pending: a sleeping loop would wake up late for them, by up to half a millisecond. */
  get #isAnswerDue(): boolean {
    return this.#free.size < this.#host.exchanges.length;
  }

  #release(intendedMs: number, nowMs: number): void {
    // Queued requests come first.
    const exchange = this.#free.take() ?? (this.#line.length === 0 && this.#canOpen ? this.#open() : null);
    if (exchange === null) this.#line.push(intendedMs, nowMs);
    else this.#job.start(exchange, intendedMs, nowMs, nowMs);
  }

  get #hasRoom(): boolean {
    return this.#host.exchanges.length < this.#maxSlots;
  }

  /** If no answers are coming, only more connections help queued requests. */
  #opensInTurn(nowMs: number): number {
    const isServed = this.#hasServed;
    this.#hasServed = false;
    if (this.#line.length > 0) return isServed ? OPENED_WHILE_SERVED : STARTS_PER_TURN;
    return nowMs - this.#dueMs > LATE_MS ? OPENED_WHILE_SERVED : OPENED_PER_TURN;
  }

  get #canOpen(): boolean {
    return this.#hasRoom && this.#mayOpen > 0;
  }

  #open(): Exchange {
    this.#mayOpen--;
    return this.#host.addExchange();
  }

  #sleepNoMore(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#timer = null;
    this.#immediate = null;
  }
}
