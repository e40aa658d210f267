import { Backlog } from '../metrics/backlog.ts';
import { RequestTally } from '../metrics/request-tally.ts';
import { Series } from '../metrics/series.ts';
import { StartRecord } from '../metrics/start-record.ts';
import { type RunRecords, Tally } from '../metrics/tally.ts';
import type { RowMessage } from '../protocol/batch.ts';
import type { Clock } from '../protocol/clock.ts';
import { ERROR_CODES, VolleyError } from '../protocol/errors.ts';
import { type CoordinatorMessage, PROTOCOL_VERSION, type WorkerMessage } from '../protocol/messages.ts';
import { headlineOf, type RunPlan, WORKER_KINDS } from '../protocol/plan.ts';
import type { SampleBatch, WorkerReport } from '../protocol/report.ts';
import type { Shard } from '../protocol/shard.ts';
import type { StoppedBy } from '../protocol/summary.ts';
import { BYTES_PER_KIB, microsToMs, msToSeconds } from '../protocol/units.ts';
import { brokenRule } from './abort-rules.ts';
import { split, windowEndMs } from './plan/split.ts';
import type { CreatePool, WorkerPool } from './pool/worker-pool.ts';
import { headlinePercentiles, type Progress, topErrorOf } from './progress.ts';
import { afterRunning } from './running-time.ts';
import { SilenceWatch } from './silence.ts';
import type { Collected } from './summary/collected.ts';

/** Between `go` and the first request: long enough for the message to reach every worker. */
const LEAD_MS = 20;
const LEAD_MS_PER_WORKER = 1;
/** Beyond so many, percentiles come from the histogram. */
const MOST_EXACT_REQUESTS = 1_000_000;
/** A worker that is not ready this long after it could have given up connecting is ended. */
const LONGEST_BOOT_MS = 30_000;
/** A worker that has not ended this long after it should have is ended. */
const GRACE_MS = 5_000;
const GRACE_AFTER_ABORT_MS = 1_000;
/** At a stop, what is in flight is waited for at most this long. */
const LONGEST_DRAIN_MS = 5_000;
/** Rules that may end the run are looked at so often. */
const RULES_INTERVAL_MS = 1_000;

/** Sees the records of the worker of that index. */
export type OnBatch = (batch: SampleBatch, worker: number) => void;

/** Deals rows to workers while they run, and takes their answers. */
export interface RowDealing {
  /** The load begins; `post` reaches the workers. */
  begin(post: (index: number, message: CoordinatorMessage) => void, workers: number): void;
  onMessage(index: number, message: RowMessage): void;
  /** A worker has ended, well or not. */
  onEnd(index: number): void;
  /** From now on nothing is dealt. */
  stop(): void;
}

export interface CoordinatorOptions {
  /** Null where workers know from their shards what to send. */
  readonly dealing?: RowDealing | null;
  /** Values kept for exact percentiles, over all workers. */
  readonly mostExactRequests?: number;
}

class Worker {
  readonly shard: Shard;
  readonly tally = new Tally();
  ready: Extract<WorkerMessage, { type: 'ready' }> | null = null;
  report: WorkerReport | null = null;
  failure: string | null = null;
  hasEnded = false;

  constructor(shard: Shard) {
    this.shard = shard;
  }
}

/** Starts the workers together, takes in what they record, and stops them. Does no arithmetic of its own. */
export class Coordinator {
  readonly #plan: RunPlan;
  readonly #clock: Clock;
  readonly #workers: Worker[];
  readonly #onBatch: OnBatch;
  readonly #records: RunRecords;
  readonly #windowEndMs: number | null;
  readonly #dealing: RowDealing | null;
  readonly #mostExactRequests: number;
  readonly #allReady = Promise.withResolvers<void>();
  readonly #allEnded = Promise.withResolvers<void>();
  #pool: WorkerPool | null = null;
  #windowAtMs: number | null = null;
  #stoppedAtMs: number | null = null;
  #interrupted = false;
  #stoppedBy: StoppedBy | null = null;
  #rulesTimer: NodeJS.Timeout | null = null;
  /** Ends the wait after which workers that have not stopped are killed. */
  #forgoKill: () => void = () => {};
  #silence: SilenceWatch | null = null;
  #keepsValues = true;
  #isOver = false;
  #batchBytes = 0;

  /** `onBatch` sees every batch as it comes, before its buffer is used again. */
  constructor(
    plan: RunPlan,
    clock: Clock,
    onBatch: OnBatch = () => {},
    { dealing = null, mostExactRequests = MOST_EXACT_REQUESTS }: CoordinatorOptions = {},
  ) {
    this.#onBatch = onBatch;
    this.#dealing = dealing;
    this.#mostExactRequests = mostExactRequests;
    this.#plan = plan;
    this.#clock = clock;
    this.#workers = split(plan).map((shard) => new Worker(shard));
    this.#windowEndMs = windowEndMs(plan);
    const isOpen = plan.load.model === 'open';
    this.#records = {
      windowEndMs: this.#windowEndMs ?? Number.POSITIVE_INFINITY,
      series: new Series(),
      backlog: isOpen && this.#windowEndMs !== null ? new Backlog(this.#windowEndMs) : null,
      headline: headlineOf(plan.load),
      start: plan.warmupMs > 0 ? null : new StartRecord(),
      mix: plan.mix.length > 1 ? plan.mix.map(() => new RequestTally()) : [],
    };
  }

  /**
   * Runs the plan to its end.
   *
   * @throws VolleyError VOLLEY_WORKER_START where a worker fails before it is ready; then nothing was sent
   */
  async run(createPool: CreatePool): Promise<Collected> {
    const startedAt = new Date();
    const calledAtMs = this.#clock.nowMs();
    const cpuBefore = process.cpuUsage();
    const loopCpuBefore = process.threadCpuUsage();
    const { warmupMs, timeoutMs } = this.#plan;
    const pool = createPool(
      this.#workers.length,
      {
        onMessage: (index, message) => this.#onMessage(index, message),
        onEnd: (index, failure) => this.#onEnd(index, failure),
      },
      // A batch promises little memory, however long it is.
      { areHeapsRoomy: this.#plan.load.model === 'open' && this.#dealing === null },
    );
    this.#pool = pool;
    try {
      for (const { shard } of this.#workers) {
        pool.post(shard.index, { type: 'shard', version: PROTOCOL_VERSION, shard });
      }
      // A stop may have come before there was a pool to tell.
      if (this.#interrupted) this.#tellStop(0);
      else this.#killAfter(timeoutMs + LONGEST_BOOT_MS);
      await this.#allReady.promise;
      if (!this.#interrupted) this.#go(pool);
      await this.#allEnded.promise;
    } finally {
      this.#isOver = true;
      this.#forgoKill();
      if (this.#rulesTimer !== null) clearInterval(this.#rulesTimer);
      this.#silence?.close();
      await pool.close();
    }
    const cpu = process.cpuUsage(cpuBefore);
    const loopCpu = process.threadCpuUsage(loopCpuBefore);
    return {
      plan: this.#plan,
      kind: WORKER_KINDS[this.#plan.mode],
      startedAt,
      workers: this.#workers.map((worker) => ({
        shard: worker.shard,
        tally: worker.tally,
        pid: worker.ready?.pid ?? 0,
        threadId: worker.ready?.threadId ?? 0,
        startupMs: worker.ready === null ? 0 : worker.ready.bootedAtMs - calledAtMs,
        report: worker.report,
        lostBecause:
          worker.report === null && worker.ready !== null
            ? (worker.failure ?? 'it ended without a report')
            : null,
      })),
      records: this.#records,
      interrupted: this.#interrupted,
      stoppedBy: this.#stoppedBy,
      windowAtMs: this.#windowAtMs,
      stoppedAtMs: this.#stoppedAtMs,
      startupMs: (this.#windowAtMs === null ? this.#clock.nowMs() : this.#windowAtMs - warmupMs) - calledAtMs,
      ownCpuMs: microsToMs(cpu.user + cpu.system),
      ownLoopCpuMs: microsToMs(loopCpu.user + loopCpu.system),
      batchBytes: this.#batchBytes,
      ownPeakRssBytes: process.resourceUsage().maxRSS * BYTES_PER_KIB,
    };
  }

  /** Starts nothing more, waits for what is in flight (at most the timeout or 5 s), then ends the run. */
  stop(): void {
    this.#interrupt(this.#drainMs, GRACE_MS);
  }

  /** Ends the run with what has been recorded; what is in flight stays unfinished. */
  abort(): void {
    this.#interrupt(0, GRACE_AFTER_ABORT_MS);
  }

  /** Where the run stands; null before it has begun. */
  progress(): Progress | null {
    if (this.#windowAtMs === null) return null;
    const tallies = this.#workers.map(({ tally }) => tally);
    const sum = (count: (tally: Tally) => number): number =>
      tallies.reduce((total, tally) => total + count(tally), 0);
    const [p50Ms = null, p99Ms = null] = headlinePercentiles(tallies, this.#records.headline);
    return {
      elapsedMs: this.#clock.nowMs() - this.#windowAtMs,
      durationMs: this.#plan.stop.durationMs,
      requests: this.#plan.stop.requests,
      ended: sum(({ released }) => released),
      ok: sum(({ ok }) => ok),
      failed: sum(({ failed }) => failed),
      topError: topErrorOf(tallies),
      p50Ms,
      p99Ms,
    };
  }

  get #drainMs(): number {
    return Math.min(this.#plan.timeoutMs, LONGEST_DRAIN_MS);
  }

  #go(pool: WorkerPool): void {
    const { warmupMs, timeoutMs } = this.#plan;
    const startAtMs = this.#clock.nowMs() + LEAD_MS + LEAD_MS_PER_WORKER * this.#workers.length;
    const windowAtMs = startAtMs + warmupMs;
    this.#windowAtMs = windowAtMs;
    for (const { shard } of this.#workers) pool.post(shard.index, { type: 'go', startAtMs, windowAtMs });
    this.#dealing?.begin((index, message) => pool.post(index, message), this.#workers.length);
    this.#forgoKill();
    if (this.#plan.abortOn.length > 0) {
      this.#rulesTimer = setInterval(() => this.#checkRules(), RULES_INTERVAL_MS);
    }
    if (this.#windowEndMs === null) {
      // Who waits for rows has nothing to tell.
      if (this.#dealing === null) this.#watchSilence(timeoutMs + warmupMs + GRACE_MS);
      return;
    }
    this.#killAfter(windowAtMs - this.#clock.nowMs() + this.#windowEndMs + timeoutMs + GRACE_MS);
  }

  #interrupt(drainMs: number, graceMs: number): void {
    if (this.#isOver) return;
    this.#interrupted = true;
    this.#endEarly(drainMs, graceMs);
  }

  #endEarly(drainMs: number, graceMs: number): void {
    this.#dealing?.stop();
    if (this.#stoppedAtMs === null) {
      const nowMs = this.#clock.nowMs();
      this.#stoppedAtMs = this.#windowAtMs === null ? 0 : nowMs - this.#windowAtMs;
      this.#records.windowEndMs = Math.min(this.#records.windowEndMs, this.#stoppedAtMs);
    }
    this.#tellStop(drainMs);
    this.#killAfter(drainMs + graceMs);
  }

  /** Ends the run as the first Ctrl-C does where a rule is broken, while there is load left to spare. */
  #checkRules(): void {
    if (this.#windowAtMs === null || this.#stoppedAtMs !== null) return;
    const elapsedMs = this.#clock.nowMs() - this.#windowAtMs;
    if (elapsedMs <= 0 || elapsedMs >= this.#records.windowEndMs) return;
    const tallies = this.#workers.map(({ tally }) => tally);
    this.#stoppedBy = brokenRule(this.#plan, tallies, this.#records.mix, elapsedMs);
    if (this.#stoppedBy !== null) this.#endEarly(this.#drainMs, GRACE_MS);
  }

  #tellStop(drainMs: number): void {
    for (const { shard, hasEnded } of this.#workers) {
      if (!hasEnded) this.#pool?.post(shard.index, { type: 'stop', drainMs });
    }
  }

  #killAfter(delayMs: number): void {
    this.#forgoKill();
    this.#forgoKill = afterRunning(delayMs, () => {
      for (const { shard, hasEnded } of this.#workers) if (!hasEnded) this.#pool?.kill(shard.index);
    });
  }

  /** Every request ends within its timeout, and its record comes soon after. */
  #watchSilence(longestMs: number): void {
    this.#silence = new SilenceWatch(this.#workers.length, longestMs, (index) => {
      const worker = this.#workers[index];
      if (worker === undefined || worker.hasEnded) return;
      worker.failure ??= `nothing was heard of it for ${Math.ceil(msToSeconds(longestMs))} s`;
      this.#pool?.kill(index);
    });
  }

  #onMessage(index: number, message: WorkerMessage): void {
    const worker = this.#workers[index];
    if (worker === undefined) return;
    this.#silence?.heard(index);
    switch (message.type) {
      case 'ready':
        worker.ready = message;
        if (this.#workers.every(({ ready }) => ready !== null)) this.#allReady.resolve();
        return;
      case 'batch':
        this.#onBatch(message.batch, index);
        this.#batchBytes += message.batch.buffer.byteLength;
        worker.tally.fold(message.batch, this.#records);
        worker.tally.foldErrors(message.errors);
        this.#boundMemory();
        this.#pool?.returnBuffer(index, message.batch.buffer);
        return;
      case 'report':
        worker.report = message.report;
        return;
      case 'wants-rows':
      case 'answers':
      case 'not-saved':
        this.#dealing?.onMessage(index, message);
        return;
      case 'failed':
        worker.failure = message.message;
        return;
    }
    message satisfies never;
  }

  #onEnd(index: number, failure: string | null): void {
    const worker = this.#workers[index];
    if (worker === undefined) return;
    worker.hasEnded = true;
    worker.failure ??= failure;
    this.#dealing?.onEnd(index);
    if (this.#interrupted) this.#allReady.resolve();
    if (this.#windowAtMs === null && worker.report === null) {
      const reason = worker.failure ?? 'it ended before it was ready';
      this.#allReady.reject(
        new VolleyError(
          ERROR_CODES.workerStart,
          `Worker ${index} could not start: ${reason}. Nothing was sent.`,
        ),
      );
    }
    if (this.#workers.every(({ hasEnded }) => hasEnded)) this.#allEnded.resolve();
  }

  #boundMemory(): void {
    if (!this.#keepsValues) return;
    const requests = this.#workers.reduce(
      (sum, { tally }) => sum + tally.latencies.response.moments.count,
      0,
    );
    if (requests <= this.#mostExactRequests) return;
    this.#keepsValues = false;
    for (const { tally } of this.#workers) tally.dropValues();
    for (const { latency } of this.#records.mix) latency.dropValues();
  }
}
