import { peakRssKib } from '../../machine/peak-memory.ts';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { type CoordinatorMessage, PROTOCOL_VERSION, type WorkerMessage } from '../../protocol/messages.ts';
import { type RunPlan, WORKER_KINDS } from '../../protocol/plan.ts';
import type { StoppedBy } from '../../protocol/summary.ts';
import { BYTES_PER_KIB, microsToMs } from '../../protocol/units.ts';
import type { Clock } from '../../time/clock.ts';
import type { Collected, CollectedWorker } from '../collect/collected.ts';
import { Collector } from '../collect/collector.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { LONGEST_TOP_MS, modulesIn } from '../plan/scenarios/code-modules.ts';
import { graceMsOf, split, windowEndMs } from '../plan/split.ts';
import type { CreatePool, WorkerPool } from '../pool/worker-pool.ts';
import { brokenRule } from './abort-rules.ts';
import { aheadMs } from './ahead.ts';
import type { CoordinatorOptions, OnBlock, RowDealing, WhenToBegin } from './coordinator-options.ts';
import { rehearse } from './rehearse.ts';
import { Watchdog } from './watchdog.ts';
import { WorkerState } from './worker-state.ts';

/** Between `go` and the first request. */
const LEAD = { leastMs: 5, longestWayMs: 20 };
/** Beyond this many requests, percentiles come from the histogram. */
const MOST_EXACT_REQUESTS = 1_000_000;
/** A worker that has not ended this long after it should have is killed. */
const GRACE_MS = 5_000;
const GRACE_AFTER_ABORT_MS = 1_000;
/** Workers of a batch or of scenarios report every second that they are alive; inspecting a long answer may delay that. */
const LONGEST_SILENCE_MS = 20_000;
/** At a stop, requests in flight are waited for at most this long. */
const LONGEST_DRAIN_MS = 5_000;
/** How often rules that may end the run are checked. */
const RULES_INTERVAL_MS = 1_000;

/** When a run was requested, and the CPU time its process had used by then. */
interface Beginning {
  readonly startedAt: Date;
  readonly atMs: number;
  readonly cpu: NodeJS.CpuUsage;
  readonly loopCpu: NodeJS.CpuUsage;
}

/** Phase of a run. Times are on the shared clock, except `stoppedAtMs`, which counts from the window's start. */
type Phase =
  /** Workers start and connect. */
  | { readonly is: 'booting' }
  | { readonly is: 'running'; readonly windowAtMs: number }
  /** Stopping: nothing more starts, and requests in flight are waited for. */
  | { readonly is: 'draining'; readonly windowAtMs: number | null; readonly stoppedAtMs: number };

/** Starts the workers together, passes on what they record, and stops them. */
export class Coordinator {
  readonly #plan: RunPlan;
  readonly #clock: Clock;
  readonly #workers: WorkerState[];
  readonly #onBlock: OnBlock;
  readonly #collector: Collector;
  readonly #watchdog: Watchdog;
  readonly #windowEndMs: number | null;
  readonly #dealing: RowDealing | null;
  readonly #longestSilenceMs: number;
  readonly #longestTopMs: number;
  readonly #whenToBegin: WhenToBegin;
  /** The run will not begin: resolved if it was stopped, rejected if a worker failed. */
  readonly #noBeginning = Promise.withResolvers<null>();
  readonly #allReady = Promise.withResolvers<void>();
  readonly #allEnded = Promise.withResolvers<void>();
  #called: Beginning;
  #phase: Phase = { is: 'booting' };
  #pool: WorkerPool | null = null;
  #interrupted = false;
  #stoppedBy: StoppedBy | null = null;
  #rulesTimer: NodeJS.Timeout | null = null;
  #isOver = false;

  constructor(
    plan: RunPlan,
    clock: Clock,
    {
      onBlock = () => {},
      dealing = null,
      mostExactRequests = MOST_EXACT_REQUESTS,
      longestSilenceMs = LONGEST_SILENCE_MS,
      longestTopMs = LONGEST_TOP_MS,
      shards = split(plan),
      whenToBegin = async () => this.#soon,
    }: CoordinatorOptions = {},
  ) {
    this.#onBlock = onBlock;
    this.#dealing = dealing;
    this.#longestSilenceMs = longestSilenceMs;
    this.#longestTopMs = longestTopMs;
    this.#plan = plan;
    this.#clock = clock;
    this.#whenToBegin = whenToBegin;
    this.#called = this.#now;
    this.#workers = shards.map((shard, index) => new WorkerState(shard, index));
    this.#windowEndMs = windowEndMs(plan);
    // Without a handler: if nothing waits for the beginning yet, the other promises report the failure.
    this.#noBeginning.promise.catch(() => {});
    this.#collector = new Collector(plan, this.#workers.length, this.#windowEndMs, mostExactRequests);
    this.#watchdog = new Watchdog(this.#workers.length, (index, because) => this.#kill(index, because));
  }

  /**
   * Runs the plan to its end.
   *
   * @throws VolleyError VOLLEY_WORKER_START if a worker fails before it is ready; nothing was sent then
   */
  async run(createPool: CreatePool): Promise<Collected> {
    this.#called = this.#now;
    await this.#carryOut(createPool);
    return this.collected();
  }

  /** What has been collected so far; during the run, later blocks are added to the same records. */
  collected(): Collected {
    const { startedAt, atMs: calledAtMs, ...before } = this.#called;
    const cpu = process.cpuUsage(before.cpu);
    const loopCpu = process.threadCpuUsage(before.loopCpu);
    const windowAtMs = this.#windowAtMs;
    return {
      plan: this.#plan,
      kind: WORKER_KINDS[this.#plan.mode],
      startedAt,
      workers: this.#workers.map((worker, index) => this.#collectedOf(worker, index, calledAtMs)),
      tallies: this.#collector.tallies,
      records: this.#collector.records,
      interrupted: this.#interrupted,
      stoppedBy: this.#stoppedBy,
      windowAtMs,
      stoppedAtMs: this.#phase.is === 'draining' ? this.#phase.stoppedAtMs : null,
      startupMs: (windowAtMs === null ? this.#clock.nowMs() : windowAtMs - this.#plan.warmupMs) - calledAtMs,
      ownCpuMs: microsToMs(cpu.user + cpu.system),
      ownLoopCpuMs: microsToMs(loopCpu.user + loopCpu.system),
      blockBytes: this.#collector.blockBytes,
      ownPeakRssBytes: peakRssKib() * BYTES_PER_KIB,
    };
  }

  get #now(): Beginning {
    return {
      startedAt: new Date(),
      atMs: this.#clock.nowMs(),
      cpu: process.cpuUsage(),
      loopCpu: process.threadCpuUsage(),
    };
  }

  /** Starts nothing more, waits for requests in flight (at most the timeout, 5 s or `longestMs`), then ends the run. */
  stop(longestMs = LONGEST_DRAIN_MS): void {
    this.#interrupt(Math.min(this.#drainMs, longestMs), GRACE_MS);
  }

  /** Ends the run with what has been recorded; requests in flight stay unfinished. */
  abort(): void {
    this.#interrupt(0, GRACE_AFTER_ABORT_MS);
  }

  /** Like `abort`, but gives workers time to deliver all their records. */
  halt(): void {
    this.#interrupt(0, GRACE_MS);
  }

  /** Workers stop sending at `untilMs` on the shared clock, even if this process hangs, unless it is extended. */
  lease(untilMs: number): void {
    this.#tell({ type: 'lease', untilMs });
  }

  /** What has been recorded so far; null before the run has begun. */
  snapshot(): Snapshot | null {
    const windowAtMs = this.#windowAtMs;
    return windowAtMs === null ? null : this.#collector.snapshot(this.#clock.nowMs() - windowAtMs);
  }

  /** When the window begins; null until that is known. */
  get #windowAtMs(): number | null {
    return this.#phase.is === 'booting' ? null : this.#phase.windowAtMs;
  }

  get #drainMs(): number {
    return Math.min(this.#plan.timeoutMs, LONGEST_DRAIN_MS);
  }

  async #carryOut(createPool: CreatePool): Promise<void> {
    const modules = this.#plan.scenarios === undefined ? [] : modulesIn(this.#plan.scenarios.code);
    const pool = createPool(
      this.#workers.length,
      {
        onMessage: (index, message) => this.#onMessage(index, message),
        onEnd: (index, failure) => this.#onEnd(index, failure),
      },
      // A batch must need little memory, however long it is.
      {
        areHeapsRoomy: this.#plan.load.model === 'open' && this.#dealing === null,
        runsCode: modules.length > 0,
      },
    );
    this.#pool = pool;
    try {
      const said = { type: 'shard', version: PROTOCOL_VERSION, supplies: this.#plan.supplies } as const;
      for (const { shard, index } of this.#workers) pool.post(index, { ...said, shard });
      // They are starting now.
      rehearse(this.#plan);
      // A stop may have come before the pool existed.
      if (this.#interrupted) this.#killUnready();
      else this.#watchdog.killUnready(this.#plan.timeoutMs, modules, this.#longestTopMs);
      await this.#allReady.promise;
      if (!this.#interrupted) this.#watchdog.forgo();
      const startAtMs = await Promise.race([this.#whenToBegin(), this.#noBeginning.promise]);
      if (startAtMs !== null && !this.#interrupted) this.#go(pool, startAtMs);
      await this.#allEnded.promise;
    } finally {
      this.#isOver = true;
      this.#watchdog.close();
      if (this.#rulesTimer !== null) clearInterval(this.#rulesTimer);
      await pool.close();
    }
  }

  /** The earliest start by which `go` has reached every worker. */
  get #soon(): number {
    const slowestMs = Math.max(...this.#workers.map(({ readyForMs }) => readyForMs));
    return this.#clock.nowMs() + aheadMs(slowestMs, this.#workers.length, LEAD);
  }

  #go(pool: WorkerPool, startAtMs: number): void {
    const { warmupMs, timeoutMs, scenarios } = this.#plan;
    const graceMs = graceMsOf(this.#plan);
    const windowAtMs = startAtMs + warmupMs;
    this.#phase = { is: 'running', windowAtMs };
    for (const { index } of this.#workers) pool.post(index, { type: 'go', startAtMs, windowAtMs });
    this.#dealing?.begin((index, message) => pool.post(index, message), this.#workers.length);
    if (this.#plan.abortOn.length > 0) {
      this.#rulesTimer = setInterval(() => this.#checkRules(), RULES_INTERVAL_MS);
    }
    if (this.#windowEndMs === null) {
      // A worker that waits for rows, or whose users think, sends nothing but `alive`.
      const saysItIsAlive = this.#dealing !== null || scenarios !== undefined;
      this.#watchdog.killSilent(saysItIsAlive ? this.#longestSilenceMs : timeoutMs + warmupMs + GRACE_MS);
      return;
    }
    this.#watchdog.killAfter(windowAtMs - this.#clock.nowMs() + this.#windowEndMs + graceMs + GRACE_MS);
  }

  #interrupt(drainMs: number, graceMs: number): void {
    if (this.#isOver) return;
    this.#interrupted = true;
    this.#noBeginning.resolve(null);
    this.#endEarly(drainMs, graceMs);
    this.#killUnready();
  }

  /** After a stop: they have sent nothing, and many of them may take long until they could be told to stop. */
  #killUnready(): void {
    for (const { index, ready } of this.#workers) if (ready === null) this.#kill(index, null);
  }

  #endEarly(drainMs: number, graceMs: number): void {
    this.#dealing?.stop();
    if (this.#phase.is !== 'draining') {
      const windowAtMs = this.#windowAtMs;
      const stoppedAtMs = windowAtMs === null ? 0 : this.#clock.nowMs() - windowAtMs;
      this.#phase = { is: 'draining', windowAtMs, stoppedAtMs };
      this.#collector.endWindowAt(stoppedAtMs);
    }
    this.#tell({ type: 'stop', drainMs });
    this.#watchdog.killAfter(drainMs + graceMs);
  }

  /** If a rule is broken while there is load left to send, ends the run as the first Ctrl-C does. */
  #checkRules(): void {
    if (this.#phase.is !== 'running') return;
    const elapsedMs = this.#clock.nowMs() - this.#phase.windowAtMs;
    if (elapsedMs <= 0 || elapsedMs >= this.#collector.records.windowEndMs) return;
    this.#stoppedBy = brokenRule(this.#plan, this.#collector.snapshot(elapsedMs));
    if (this.#stoppedBy !== null) this.#endEarly(this.#drainMs, GRACE_MS);
  }

  /** Sends to all workers that have not ended. */
  #tell(message: CoordinatorMessage): void {
    for (const { index, hasEnded } of this.#workers) if (!hasEnded) this.#pool?.post(index, message);
  }

  #kill(index: number, because: string | null): void {
    const worker = this.#workers[index];
    if (worker === undefined || worker.hasEnded) return;
    const isOfCode = this.#plan.scenarios?.code.type === 'module';
    worker.failure ??=
      because ?? (isOfCode ? 'it did not stop when asked, perhaps because of a loop without await' : null);
    this.#pool?.kill(index);
  }

  #onMessage(index: number, message: WorkerMessage): void {
    const worker = this.#workers[index];
    if (worker === undefined) return;
    this.#watchdog.heard(index);
    switch (message.type) {
      case 'ready':
        this.#onReady(worker, message);
        return;
      case 'loaded':
        this.#watchdog.loaded(index);
        return;
      case 'block':
        this.#onBlock(message.block, index);
        this.#collector.take(index, message.block, message.errors);
        this.#pool?.returnBuffer(index, message.block.buffer);
        return;
      case 'event-times':
        this.#collector.takeEventTimes(index, message.times);
        return;
      case 'streams':
        this.#collector.takeStreams(index, message.block);
        return;
      case 'name':
        this.#collector.takeName(index, message.name);
        return;
      case 'scenario-records':
        this.#collector.takeScenarioRecords(index, message.records);
        return;
      case 'report':
        worker.report = message.report;
        return;
      case 'wants-rows':
      case 'answers':
      case 'not-saved':
        this.#dealing?.onMessage(index, message);
        return;
      case 'alive':
        return;
      case 'failed':
        worker.failure = message.message;
        return;
    }
    message satisfies never;
  }

  #onReady(worker: WorkerState, message: Extract<WorkerMessage, { type: 'ready' }>): void {
    if (message.version !== PROTOCOL_VERSION) {
      const because = `it speaks protocol ${message.version}, the coordinator ${PROTOCOL_VERSION}`;
      this.#kill(worker.index, because);
      return;
    }
    worker.ready = message;
    worker.readyForMs = this.#clock.nowMs() - message.readyAtMs;
    if (this.#workers.every(({ ready }) => ready !== null)) this.#allReady.resolve();
  }

  #onEnd(index: number, failure: string | null): void {
    const worker = this.#workers[index];
    if (worker === undefined) return;
    worker.hasEnded = true;
    worker.failure ??= failure;
    this.#dealing?.onEnd(index);
    if (this.#interrupted) this.#allReady.resolve();
    if (this.#windowAtMs === null && worker.report === null) {
      const reason = (worker.failure ?? 'it ended before it was ready').replace(/\.+$/, '');
      const error = new VolleyError(
        ERROR_CODES.workerStart,
        `Worker ${index} could not start: ${reason}. Nothing was sent.`,
      );
      this.#allReady.reject(error);
      this.#noBeginning.reject(error);
    }
    if (this.#workers.every(({ hasEnded }) => hasEnded)) this.#allEnded.resolve();
  }

  #collectedOf(
    { shard, ready, report, failure, hasEnded }: WorkerState,
    index: number,
    calledAtMs: number,
  ): CollectedWorker {
    const counts = this.#collector.tallies[index];
    if (counts === undefined) throw new Error(`there is no worker ${index}`);
    return {
      shard,
      counts,
      pid: ready?.pid ?? 0,
      threadId: ready?.threadId ?? 0,
      startupMs: ready === null ? 0 : ready.bootedAtMs - calledAtMs,
      report,
      lostBecause:
        report === null && ready !== null && hasEnded ? (failure ?? 'it ended without a report') : null,
    };
  }
}
