import { randomBytes } from 'node:crypto';
import type { RunPlan } from '../../protocol/plan.ts';
import type { StoppedBy, Summary } from '../../protocol/summary.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { Clock } from '../../time/clock.ts';
import type { Collected } from '../collect/collected.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import type { UnresolvedPlan } from '../plan/resolve.ts';
import { graceMsOf, split, windowEndMs } from '../plan/split.ts';
import { brokenRule } from '../run/abort-rules.ts';
import type { Conduct } from '../run/conduct.ts';
import { progressOf } from '../run/progress.ts';
import type { Progress } from '../run/run-handle.ts';
import { summarize } from '../summary/summarize.ts';
import { counted, formatDuration } from '../text/format.ts';
import { type Outcome, Slot } from './agent-slots.ts';
import { LAST_WORD_MS, lastWords } from './awaited-words.ts';
import { type Broker, CLUSTER_TIMES, type End } from './broker.ts';
import { checkBroker } from './broker-check.ts';
import { measureOffset } from './broker-clock.ts';
import { BrokerWatch } from './broker-watch.ts';
import { leadMs } from './lead.ts';
import { LossWatch } from './max-lost.ts';
import { type AgentState, type Command, PLAN, purposes, type Said, stateName } from './messages.ts';
import { checkPlanSize, notStarted } from './not-started.ts';
import { planOver } from './plan-over.ts';
import { poolText } from './pool-list.ts';
import { allReady } from './readiness.ts';
import { collectAgents } from './results.ts';
import type { Sealer } from './seal.ts';
import { LatestStates } from './states.ts';
import type { SubmissionOptions } from './submission-options.ts';
import { Waiting, within } from './waiting.ts';

const { beatMs } = CLUSTER_TIMES;
/** Whoever waits longer for agents is told how it stands. */
const QUIET_JOIN_MS = 3_000;
/** An agent that has not ended this long after it should have is lost, unless its last word is on its way. */
const GRACE_MS = 10_000;
const LONGEST_DRAIN_MS = 5_000;
const LOOK_EVERY_MS = 250;
const RULES_EVERY_MS = 1_000;
const AGENTS_PER_STATE_SECOND = 100;

/** A plan that agents carry out: the same to whoever watches it as one that runs here. */
export class Submission implements Conduct {
  readonly #broker: Broker;
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  readonly #asked: UnresolvedPlan;
  readonly #options: SubmissionOptions;
  readonly #run = randomBytes(6).toString('hex');
  readonly #slots: Slot[] = [];
  readonly #waiting: Waiting;
  /** Whose loss has been said. */
  readonly #told = new Set<Slot>();
  #plan: RunPlan | null = null;
  /** Who takes part is settled. */
  #isDealt = false;
  #states: LatestStates | null = null;
  #windowAtMs: number | null = null;
  #stoppedAtMs: number | null = null;
  #isInterrupted = false;
  #stoppedBy: StoppedBy | null = null;
  readonly #brokerWatch: BrokerWatch;
  /** The order to begin has been given; that it arrived may not be known. */
  #isBegun = false;
  #beats: NodeJS.Timeout | undefined;

  constructor(
    broker: Broker,
    sealer: Sealer,
    clock: Clock,
    plan: UnresolvedPlan,
    options: SubmissionOptions,
  ) {
    this.#broker = broker;
    this.#sealer = sealer;
    this.#clock = clock;
    this.#asked = plan;
    this.#options = options;
    this.#brokerWatch = new BrokerWatch(clock);
    this.#waiting = new Waiting(clock);
  }

  /** @throws VolleyError VOLLEY_USAGE, VOLLEY_AGENTS or VOLLEY_BROKER; nothing was sent then */
  async collect(): Promise<Collected> {
    try {
      return await this.#brokerWatch.whileThere(
        this.#collect(),
        () => this.#windowAtMs !== null,
        () => {
          // What waits for agents ends with it; commands fail when the broker is closed.
          this.#isInterrupted = true;
          this.#waiting.changed();
          return { mayHaveBegun: this.#isBegun };
        },
      );
    } finally {
      clearInterval(this.#beats);
    }
  }

  async #collect(): Promise<Collected> {
    const startedAt = new Date();
    const calledAtMs = this.#clock.nowMs();
    const cpuBefore = process.cpuUsage();
    await checkBroker(this.#broker, this.#options.agents);
    await this.#publish();
    const endWatching = await this.#watch();
    this.#beats = setInterval(() => this.#beat(), beatMs);
    try {
      const outcomes = await this.#carryOut();
      const cpu = process.cpuUsage(cpuBefore);
      return collectAgents({
        plan: this.#plan ?? (await planOver(this.#asked, 0, this.#options)),
        outcomes,
        states: this.#states,
        startedAt,
        interrupted: this.#isInterrupted,
        stoppedBy: this.#stoppedBy,
        windowAtMs: this.#windowAtMs,
        stoppedAtMs: this.#stoppedAtMs,
        startupMs: (this.#windowAtMs ?? this.#clock.nowMs()) - this.#asked.warmupMs - calledAtMs,
        ownCpuMs: (cpu.user + cpu.system) / 1_000,
        mostLostShare: this.#options.maxLost?.share,
      });
    } finally {
      clearInterval(this.#beats);
      await this.#cleanUp(endWatching);
    }
  }

  sumUp(collected: Collected): Summary {
    return summarize(collected, this.#clock);
  }

  snapshot(): Snapshot | null {
    return this.#states?.snapshot() ?? null;
  }

  progress(): Progress | null {
    const snapshot = this.snapshot();
    return snapshot === null || this.#plan === null ? null : progressOf(this.#plan, snapshot);
  }

  stop(): void {
    this.#interrupt();
    this.#endLoad(Math.min(this.#asked.timeoutMs, LONGEST_DRAIN_MS));
  }

  abort(): void {
    this.#interrupt();
    this.#endLoad(0);
  }

  #interrupt(): void {
    this.#isInterrupted = true;
    this.#brokerWatch.stopAsked();
  }

  async #publish(): Promise<void> {
    const sealed = this.#sealer.seal(purposes.plan(this.#run), this.#asked);
    checkPlanSize(sealed);
    await this.#order({ type: 'beat' });
    await this.#broker.put(this.#run, PLAN, sealed);
  }

  #watch(): Promise<End> {
    const at = (index: number, then: (slot: Slot) => void): void => {
      const slot = this.#slots[index];
      if (slot === undefined) return;
      then(slot);
      this.#waiting.changed();
    };
    return this.#broker.watchSlots(this.#run, this.#options.version, {
      onSaid: (index, bytes) =>
        at(index, (slot) => {
          try {
            slot.hear(this.#sealer.open<Said>(purposes.said({ run: this.#run, slot: index }), bytes));
          } catch {
            // Not from an agent of ours.
          }
        }),
      onDone: (index) => at(index, (slot) => this.#end(slot, null)),
      onFailed: (index, because) =>
        at(index, (slot) => (/stalled/.test(because) ? this.#stalled(slot) : this.#end(slot, because))),
      onStalled: (index) => at(index, (slot) => this.#stalled(slot)),
    });
  }

  /** @returns what became of each agent; none where it was stopped before it began */
  async #carryOut(): Promise<readonly Outcome[]> {
    const joined = await this.#join();
    if (joined === null) return [];
    const total = joined.reduce((sum, { joined: agent }) => sum + (agent?.workers ?? 0), 0);
    const plan = await planOver(this.#asked, total, this.#options);
    const shards = split(plan);
    this.#isDealt = true;
    const assignment = await this.#order({
      type: 'assign',
      workers: total,
      concurrency: plan.concurrency,
      parts: joined.map(({ joined: agent }) => [agent?.nonce ?? '', agent?.workers ?? 0]),
      stateEveryMs: MS_PER_SECOND * Math.max(1, joined.length / AGENTS_PER_STATE_SECOND),
    });
    await allReady(joined, this.#waiting, () => this.#isInterrupted, plan.timeoutMs);
    if (this.#isInterrupted) return [];
    this.#plan = { ...plan, isTargetLocal: joined.some(({ isTargetLocal }) => isTargetLocal) };
    const startAtMs = await this.#go(assignment, joined);
    this.#windowAtMs = startAtMs + plan.warmupMs;
    let first = 0;
    const outcomes = joined.map((slot): Outcome => {
      const own = shards.slice(first, first + (slot.joined?.workers ?? 0));
      first += own.length;
      return { slot, shards: own };
    });
    this.#states = new LatestStates(this.#plan, outcomes, {
      state: (nonce) => this.#state(nonce),
      carried: (nonce) => this.#broker.carried(this.#run, stateName(nonce)),
    });
    await this.#follow(this.#plan, this.#states, outcomes, startAtMs);
    return outcomes;
  }

  /** @returns the slots whose agents take part; null where the run was stopped meanwhile */
  async #join(): Promise<readonly Slot[] | null> {
    const { agents, minAgents, joinTimeoutMs } = this.#options;
    await this.#addSlots(agents);
    const joined = (): Slot[] => this.#slots.filter(({ phase }) => phase === 'joined');
    const refused = (): Slot[] => this.#slots.filter(({ isOver, because }) => isOver && because !== null);
    const isSettled = (): boolean => joined().length >= agents || refused().length > 0 || this.#isInterrupted;
    const quietMs = Math.min(QUIET_JOIN_MS, joinTimeoutMs);
    if (!(await this.#waiting.until(isSettled, quietMs)) && quietMs < joinTimeoutMs) {
      this.#options.say(
        `${joined().length} of ${counted(agents, 'agent')} joined; the others have ${formatDuration(joinTimeoutMs - quietMs)} more.`,
      );
      await this.#waiting.until(isSettled, joinTimeoutMs - quietMs);
    }
    if (this.#isInterrupted) return null;
    if (refused().length > 0)
      throw notStarted(['An agent refused the run.', ...refused().map(({ because }) => `${because}.`)]);
    const all = joined();
    if (all.length < minAgents)
      throw notStarted([
        `${all.length} of ${counted(agents, 'agent')} joined within ${formatDuration(joinTimeoutMs)}.`,
        await poolText(this.#broker, this.#sealer, this.#options.version),
      ]);
    await this.#broker.removeSlots(this.#run, this.#indexes('waiting'), this.#options.version);
    return all;
  }

  async #addSlots(count: number): Promise<void> {
    const added = Array.from({ length: count }, () => {
      const slot = new Slot(this.#slots.length);
      this.#slots.push(slot);
      return slot.index;
    });
    await this.#broker.addSlots(this.#run, added, this.#options.version);
  }

  /** Its agent is gone. Until the parts are dealt another may take its place; later its load is lost. */
  #stalled(slot: Slot): void {
    if (slot.isOver) return;
    const isReplaced = !this.#isDealt && (slot.phase === 'waiting' || slot.phase === 'joined');
    this.#end(slot, isReplaced ? null : 'it no longer renewed its slot with the broker');
    this.#broker.removeSlots(this.#run, [slot.index], this.#options.version).catch(() => {});
    if (isReplaced) this.#addSlots(1).catch(() => {});
  }

  #end(slot: Slot, because: string | null): void {
    slot.end(because, this.#clock.nowMs());
    this.#waiting.changed();
  }

  /** @returns when it begins, on this machine's clock */
  async #go(assignment: string, joined: readonly Slot[]): Promise<number> {
    const { offsetMs, slowestMs } = await measureOffset(this.#broker, this.#clock);
    const worstMs = Math.max(slowestMs, ...joined.map((slot) => slot.slowestMs));
    const startAtMs = this.#clock.nowMs() + leadMs(worstMs, joined.length);
    this.#isBegun = true;
    await this.#order({ type: 'go', assignment, startAtMs: startAtMs + offsetMs });
    return startAtMs;
  }

  /** Until every agent has ended or is lost. */
  async #follow(
    plan: RunPlan,
    states: LatestStates,
    outcomes: readonly Outcome[],
    startAtMs: number,
  ): Promise<void> {
    const joined = outcomes.map(({ slot }) => slot);
    const endMs = windowEndMs(plan);
    const lengthMs = (endMs ?? Number.POSITIVE_INFINITY) + plan.warmupMs;
    const longestMs = lengthMs + graceMsOf(plan) + GRACE_MS;
    const watch = this.#options.maxLost === null ? null : new LossWatch(this.#options.maxLost, outcomes);
    const looks = setInterval(() => {
      for (const slot of joined) if (states.isFinal(slot)) this.#end(slot, states.reasonOf(slot));
      for (const slot of joined) this.#sayLost(slot);
      const nowMs = this.#clock.nowMs();
      if (this.#brokerWatch.isAway) for (const slot of joined) this.#end(slot, 'the broker was away');
      if (nowMs - Math.max(startAtMs + longestMs, states.movedAtMs + GRACE_MS) > 0)
        for (const slot of joined) this.#end(slot, 'it did not end in time');
      const broken = watch?.brokenBy(states, nowMs - (this.#windowAtMs ?? nowMs)) ?? null;
      if (broken !== null && this.#stoppedAtMs === null) this.#stopFor(broken, plan);
    }, LOOK_EVERY_MS);
    const reading = setInterval(() => {
      this.#read(states, joined);
      if (this.#clock.nowMs() - startAtMs > lengthMs) states.look(this.#clock).catch(() => {});
    }, MS_PER_SECOND);
    const rules = setInterval(() => this.#checkRules(plan), RULES_EVERY_MS);
    try {
      await this.#waiting.until(() => joined.every(({ isOver }) => isOver), Number.POSITIVE_INFINITY);
      for (const timer of [reading, rules]) clearInterval(timer);
      if (!this.#brokerWatch.isAway) await lastWords(states, this.#clock);
      for (const slot of joined) slot.because ??= states.reasonOf(slot);
    } finally {
      for (const timer of [looks, reading, rules]) clearInterval(timer);
    }
  }

  #sayLost(slot: Slot): void {
    if (slot.because === null || this.#told.has(slot)) return;
    this.#told.add(slot);
    this.#options.say(`agent ${slot.name} (${slot.joined?.address ?? ''}) was lost: ${slot.because}.`);
  }

  #read(states: LatestStates, joined: readonly Slot[]): void {
    states.read().catch(() => {});
    const open = joined.filter(({ isOver }) => !isOver);
    this.#broker
      .hasSlots(
        this.#run,
        open.map(({ index }) => index),
        this.#options.version,
      )
      .then((found) => {
        for (const [at, slot] of open.entries())
          if (found[at] === false && !states.isFinal(slot)) this.#end(slot, 'the broker has lost its data');
      })
      .catch(() => {});
  }

  #checkRules(plan: RunPlan): void {
    const snapshot = this.snapshot();
    if (snapshot === null || plan.abortOn.length === 0 || this.#stoppedAtMs !== null) return;
    if (snapshot.elapsedMs <= 0) return;
    const broken = brokenRule(plan, snapshot);
    if (broken !== null) this.#stopFor(broken, plan);
  }

  #stopFor(rule: StoppedBy, { timeoutMs }: RunPlan): void {
    this.#stoppedBy = rule;
    this.#endLoad(Math.min(timeoutMs, LONGEST_DRAIN_MS));
  }

  #endLoad(drainMs: number): void {
    if (this.#windowAtMs !== null) this.#stoppedAtMs ??= Math.max(0, this.#clock.nowMs() - this.#windowAtMs);
    this.#order({ type: 'stop', drainMs }).catch(() => {});
    this.#waiting.changed();
  }

  #beat(): void {
    this.#order({ type: 'beat' })
      .then(() => this.#brokerWatch.heard())
      .catch(() => {});
  }

  #order(command: Command): Promise<string> {
    return this.#broker.order(this.#run, this.#sealer.seal(purposes.orders(this.#run), command));
  }

  async #state(nonce: string): Promise<AgentState | null> {
    const sealed = await this.#broker.get(this.#run, stateName(nonce));
    return sealed === null ? null : this.#sealer.open<AgentState>(purposes.state(this.#run, nonce), sealed);
  }

  #indexes(phase: Slot['phase']): number[] {
    return this.#slots.filter((slot) => slot.phase === phase).map(({ index }) => index);
  }

  async #cleanUp(endWatching: End): Promise<void> {
    const { version } = this.#options;
    const names = this.#slots.flatMap(({ joined }) => (joined === null ? [] : stateName(joined.nonce)));
    const all = async (): Promise<void> => {
      await this.#order({ type: 'stop', drainMs: 0 });
      await this.#broker.removeSlots(this.#run, this.#indexes('waiting'), version);
      await this.#broker.forget(this.#run, [PLAN, ...names]);
      await endWatching();
    };
    await within(this.#brokerWatch.isAway ? 0 : LAST_WORD_MS, all());
  }
}
