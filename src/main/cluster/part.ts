import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunPlan, WORKER_KINDS, type WorkerMode } from '../../protocol/plan.ts';
import { microsToMs } from '../../protocol/units.ts';
import type { Clock } from '../../time/clock.ts';
import type { Collected } from '../collect/collected.ts';
import { portableRecords } from '../collect/portable.ts';
import { split } from '../plan/split.ts';
import { POOLS } from '../pool/pools.ts';
import { Coordinator } from '../run/coordinator.ts';
import { type Broker, CLUSTER_TIMES, type TakenSlot } from './broker.ts';
import { measureOffset, type Offset } from './broker-clock.ts';
import {
  type AgentState,
  type BaseId,
  baseName,
  type Command,
  PREPARED,
  purposes,
  type Said,
  type StateBase,
  stateName,
  type WorkerState,
} from './messages.ts';
import { refusalOf } from './refusal.ts';
import type { Sealer } from './seal.ts';
import { SmallStates } from './small-states.ts';
import type { Prepared } from './submission-options.ts';
import { Telling } from './telling.ts';

const { orphanMs, leaseMs } = CLUSTER_TIMES;
const LOOK_EVERY_MS = 50;
const READ_WAIT_MS = 1_000;
const RETRY_READ_MS = 200;
/** How long a broker whose memory is full is asked to take the result: its submitter waits no longer. */
const LONGEST_REFUSAL_MS = 30_000;
const RETRY_RESULT_MS = 500;
/** Clock drift at the end is measured from round trips that begin within this time. */
const LONGEST_DRIFT_MS = 200;
/** The broker's wall clock may step: a change larger than a round trip by this much is not noise. */
const STEP_MS = 5;
const UNRENEWED = 'it could not renew its slot with the broker, and stopped';

export interface PartOptions {
  readonly name: string;
  /** Its process and machine. */
  readonly where: string;
  readonly address: string;
  readonly workers: number;
  readonly mode: WorkerMode;
  /** Returns why a share is refused; null if it is accepted. */
  readonly refuseShare: (plan: RunPlan, share: number) => string | null;
}

interface Assignment {
  readonly id: string;
  readonly command: Extract<Command, { readonly type: 'assign' }>;
}

/** One agent's part of one run, from taking the slot to the final state. */
export class Part {
  readonly #broker: Broker;
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  readonly #slot: TakenSlot;
  readonly #plan: RunPlan;
  readonly #options: PartOptions;
  /** Unique, so that this process ignores orders for others and old ones. */
  readonly #nonce = randomUUID();
  readonly #assigned = Promise.withResolvers<Assignment | null>();
  readonly #go = Promise.withResolvers<Extract<Command, { readonly type: 'go' }>>();
  readonly #ended = new AbortController();
  #assignment: Assignment | null = null;
  #coordinator: Coordinator | null = null;
  #offset: Offset | null = null;
  #startAtMs: number | null = null;
  #leaseUntilMs: number;
  #heardMs: number;
  #reason: string | null = null;
  /** The longest time from an order to its receipt, not yet corrected by the broker's offset. */
  #slowestHearingMs = Number.NEGATIVE_INFINITY;
  #isBegun = false;
  #isStopped = false;
  #isHalted = false;

  constructor(
    { broker, sealer, clock }: { readonly broker: Broker; readonly sealer: Sealer; readonly clock: Clock },
    slot: TakenSlot,
    plan: RunPlan,
    options: PartOptions,
  ) {
    this.#broker = broker;
    this.#sealer = sealer;
    this.#clock = clock;
    this.#slot = slot;
    this.#plan = plan;
    this.#options = options;
    this.#heardMs = clock.nowMs();
    this.#leaseUntilMs = clock.nowMs() + leaseMs;
  }

  /** The slot still belonged to this agent at `sentAtMs`; null if it no longer does. */
  renewed(sentAtMs: number | null): void {
    this.#leaseUntilMs = sentAtMs === null ? 0 : sentAtMs + leaseMs;
    if (this.#startAtMs !== null) this.#coordinator?.lease(this.#leaseUntilMs);
    if (sentAtMs === null) this.leave('its slot was no longer its own, and it stopped');
  }

  /** Whether it was told to begin. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Whether it was given a part: from then on it is not replaced. */
  get isAssigned(): boolean {
    return this.#assignment !== null;
  }

  /** Ends the part early and at once; what has been measured is still delivered. */
  leave(reason: string): void {
    if (this.#isHalted) return;
    this.#isHalted = true;
    this.#reason ??= reason;
    this.#assigned.resolve(null);
    this.#coordinator?.halt();
  }

  /** Like `leave`, but waits for what is in flight, up to `longestMs`: that the agent goes is no fault of the target. */
  leaveInOrder(reason: string, longestMs: number): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#assigned.resolve(null);
    this.#coordinator?.stop(longestMs);
  }

  /**
   * @returns why it ended early by itself; null if it did not
   * @throws Error if it could not be carried out; nothing was sent then
   */
  async carryOut(): Promise<string | null> {
    const watch = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#follow().catch(() => {});
    try {
      const { name, where, address, workers } = this.#options;
      await this.#say({ is: 'joined', nonce: this.#nonce, name, where, address, workers });
      const assignment = await this.#assigned.promise;
      if (assignment !== null) await this.#run(assignment);
      return this.#reason;
    } finally {
      clearInterval(watch);
      this.#ended.abort();
    }
  }

  async #run({ command }: Assignment): Promise<void> {
    const { workers, concurrency, parts, stateEveryMs, longestTopMs, isPrepared } = command;
    const at = parts.findIndex(([nonce]) => nonce === this.#nonce);
    const first = parts.slice(0, at).reduce((sum, [, count]) => sum + count, 0);
    const own = parts[at]?.[1] ?? 0;
    const refusal = this.#options.refuseShare(this.#plan, own / workers);
    if (refusal !== null) throw new Error(refusal);
    const plan = isPrepared ? await this.#prepared() : this.#plan;
    const shards = split({ ...plan, workers, concurrency }).slice(first, first + own);
    const coordinator = new Coordinator({ ...plan, workers: own }, this.#clock, {
      shards,
      // Exact values are not sent to the submitter: percentiles come from histograms.
      mostExactRequests: 0,
      longestTopMs,
      whenToBegin: () => this.#whenToBegin(),
    });
    this.#coordinator = coordinator;
    if (this.#reason !== null || this.#isStopped) return;
    const telling = new Telling(this.#clock);
    const states = new SmallStates({
      putBase: (place, base, signal) => this.#putBase(place, base, signal),
      putState: (base, from, signal) =>
        this.#putState({ ...this.#stateOf(coordinator.collected(), from), base }, signal),
    });
    telling.begin(stateEveryMs, async (signal) => {
      if (this.#startAtMs !== null) await states.tell(coordinator.collected().records.series, signal);
    });
    const collected = await POOLS[this.#options.mode]()
      .then((pool) => coordinator.run(pool))
      // The final state may take long over a slow link: no earlier state may arrive after it.
      .finally(() => telling.end());
    // Workers may have noticed that this thread was late to pass on a renewal.
    if (collected.workers.some(({ report }) => report?.isFenced)) this.#reason ??= UNRENEWED;
    if (this.#startAtMs === null && this.#reason === null) return;
    await this.#deliver({ ...this.#stateOf(collected), isFinal: true, driftMs: await this.#driftMs() });
  }

  /** The plan with what `setup` has returned. */
  async #prepared(): Promise<RunPlan> {
    const { run } = this.#slot;
    const sealed = await this.#broker.get(run, PREPARED);
    if (sealed === null) throw new Error('what its setup returned is no longer there');
    const prepared = this.#sealer.open<Prepared>(purposes.prepared(run), sealed);
    return { ...this.#plan, supplies: { ...this.#plan.supplies, ...prepared } };
  }

  /** How far the clocks have drifted apart since the start; null if there was no start. */
  async #driftMs(): Promise<number | null> {
    if (this.#startAtMs === null || this.#offset === null) return null;
    const after = await measureOffset(this.#broker, this.#clock, LONGEST_DRIFT_MS);
    return after.offsetMs - this.#offset.offsetMs;
  }

  /** Called when all workers are ready: reports that, and waits for the start time from the submitter. */
  async #whenToBegin(): Promise<number> {
    // Those that end early are not ready, and say nothing of the kind.
    if (this.#reason !== null || this.#isStopped) return new Promise(() => {});
    const offset = await measureOffset(this.#broker, this.#clock);
    this.#offset = offset;
    const { isTargetLocal } = this.#plan;
    const { rttMs } = offset;
    const slowestMs = Math.max(offset.slowestMs, this.#slowestHearingMs + offset.offsetMs);
    await this.#say({ is: 'ready', nonce: this.#nonce, rttMs, slowestMs, isTargetLocal });
    const { startAtMs } = await this.#go.promise;
    const before = this.#clock.nowMs();
    const brokerMs = microsToMs(await this.#broker.nowUs());
    const now = this.#clock.nowMs();
    const off = Math.abs(brokerMs - offset.offsetMs - (before + now) / 2);
    const ownStartMs = startAtMs - offset.offsetMs;
    if (off > (now - before) / 2 + offset.rttMs / 2 + STEP_MS)
      return this.#never(`the broker's clock moved by ${off.toFixed(0)} ms before the start`);
    if (now >= ownStartMs)
      return this.#never(`it received the start ${(now - ownStartMs).toFixed(0)} ms too late`);
    this.#startAtMs = ownStartMs;
    this.#coordinator?.lease(this.#leaseUntilMs);
    return ownStartMs;
  }

  #never(reason: string): Promise<number> {
    this.leave(reason);
    return new Promise(() => {});
  }

  #look(): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs > this.#leaseUntilMs) this.leave(UNRENEWED);
    else if (nowMs - this.#heardMs > orphanMs)
      this.leave('it heard nothing more from the command that started the run, and stopped');
  }

  /** Follows orders until the part has ended. */
  async #follow(): Promise<void> {
    const { run } = this.#slot;
    let after = '0';
    while (!this.#ended.signal.aborted) {
      try {
        const isFirst = after === '0';
        for (const { id, bytes } of await this.#broker.orders(run, after, READ_WAIT_MS)) {
          after = id;
          const command = this.#opened(bytes);
          if (command === null) continue;
          this.#heardMs = this.#clock.nowMs();
          // The age of orders given before it listened does not measure the path.
          if (!isFirst) this.#hearingTook(this.#heardMs - Number(id.split('-')[0]));
          this.#obey(id, command);
        }
      } catch {
        // The broker is unreachable.
        await delay(RETRY_READ_MS, undefined, { signal: this.#ended.signal }).catch(() => {});
      }
    }
  }

  /** Null if it was written without the key, or for another run: such an order is ignored. */
  #opened(bytes: Uint8Array): Command | null {
    try {
      return this.#sealer.open<Command>(purposes.orders(this.#slot.run), bytes);
    } catch {
      return null;
    }
  }

  #hearingTook(ms: number): void {
    this.#slowestHearingMs = Math.max(this.#slowestHearingMs, ms);
  }

  #obey(id: string, command: Command): void {
    switch (command.type) {
      case 'beat':
        return;
      case 'assign':
        if (this.#assignment !== null) return;
        if (command.parts.some(([nonce]) => nonce === this.#nonce)) {
          this.#assignment = { id, command };
          this.#assigned.resolve(this.#assignment);
        } else this.leave('it was not needed');
        return;
      case 'go':
        if (command.assignment !== this.#assignment?.id) return;
        this.#isBegun = true;
        this.#go.resolve(command);
        return;
      case 'stop':
        this.#isStopped = true;
        this.#assigned.resolve(null);
        if (command.drainMs > 0) this.#coordinator?.stop();
        else this.#coordinator?.abort();
        return;
    }
    command satisfies never;
  }

  /** @param from intervals of the series before this one are left out */
  #stateOf(collected: Collected, from = 0): AgentState {
    const { workers, tallies, records, ownCpuMs, ownLoopCpuMs, blockBytes, ownPeakRssBytes } = collected;
    const startAtMs = this.#startAtMs ?? 0;
    const kind = WORKER_KINDS[this.#options.mode];
    return {
      isFinal: false,
      atMs: this.#clock.nowMs() - startAtMs - this.#plan.warmupMs,
      reason: this.#reason,
      records: portableRecords(tallies, records, from),
      base: null,
      workers: workers.map(
        ({ shard, counts, report, pid, threadId, startupMs, lostBecause }): WorkerState => {
          const { samples, released, sent, ok, failed, unfinished, cancelled, dropped } = counts;
          return {
            ...{ index: shard.index, kind, pid, threadId, startupMs, lostBecause },
            counts: { samples, released, sent, ok, failed, unfinished, cancelled, dropped },
            report:
              report === null
                ? null
                : {
                    ...report,
                    startedAtMs: report.startedAtMs === null ? null : report.startedAtMs - startAtMs,
                  },
          };
        },
      ),
      costs: { ownCpuMs, ownLoopCpuMs, blockBytes, ownPeakRssBytes },
      driftMs: null,
    };
  }

  /** The result comes once: a broker that refuses it now may take it when somebody has made room. */
  async #deliver(state: AgentState): Promise<void> {
    for (const endMs = this.#clock.nowMs() + LONGEST_REFUSAL_MS; ; ) {
      try {
        return await this.#putState(state);
      } catch (error) {
        if (refusalOf(error) === null || this.#clock.nowMs() > endMs) throw error;
        await delay(RETRY_RESULT_MS);
      }
    }
  }

  async #putState(state: AgentState, signal?: AbortSignal): Promise<void> {
    const { run } = this.#slot;
    const bytes = this.#sealer.seal(purposes.state(run, this.#nonce), state);
    await this.#broker.put(run, stateName(this.#nonce), bytes, signal);
  }

  async #putBase(place: BaseId['place'], base: StateBase, signal: AbortSignal): Promise<void> {
    const { run } = this.#slot;
    const bytes = this.#sealer.seal(purposes.base(run, this.#nonce), base);
    await this.#broker.put(run, baseName(this.#nonce, place), bytes, signal);
  }

  #say(said: Said): Promise<void> {
    return this.#slot.say(this.#sealer.seal(purposes.said(this.#slot), said));
  }
}
