import { randomBytes } from 'node:crypto';
import { messageOf } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { StoppedBy, Summary } from '../../protocol/summary.ts';
import { MS_PER_SECOND, microsToMs } from '../../protocol/units.ts';
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
import { type Outcome, type Slot, tellApart } from './agent-slots.ts';
import { LAST_WORD_MS, lastWords } from './awaited-words.ts';
import { type Broker, CLUSTER_TIMES, type End } from './broker.ts';
import { checkBroker } from './broker-check.ts';
import { measureOffset } from './broker-clock.ts';
import { BrokerWatch } from './broker-watch.ts';
import { Gathering } from './gathering.ts';
import { leadMs } from './lead.ts';
import { LossWatch } from './max-lost.ts';
import { type Command, namesOf, PLAN, PREPARED, purposes, type Said } from './messages.ts';
import { checkPlanSize, checkPreparedSize } from './not-started.ts';
import { checkArrivals, planOver } from './plan-over.ts';
import { longestTopMs } from './readiness.ts';
import { refusalOf } from './refusal.ts';
import { collectAgents } from './results.ts';
import type { Sealer } from './seal.ts';
import { StateReader } from './state-reader.ts';
import { LatestStates } from './states.ts';
import type { SubmissionOptions } from './submission-options.ts';
import { Waiting, within } from './waiting.ts';

const { beatMs, leaseMs, orphanMs } = CLUSTER_TIMES;
/** An agent that has not ended this long after it should have is lost, unless its last word is on its way. */
const GRACE_MS = 10_000;
const LONGEST_DRAIN_MS = 5_000;
const LOOK_EVERY_MS = 250;
const RULES_EVERY_MS = 1_000;
const AGENTS_PER_STATE_SECOND = 100;

/** A plan that agents carry out; for its observers it is like one that runs here. */
export class Submission implements Conduct {
  readonly #broker: Broker;
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  readonly #options: SubmissionOptions;
  readonly #run = randomBytes(6).toString('hex');
  readonly #gathering: Gathering;
  readonly #waiting: Waiting;
  /** Ends what is done before the load. */
  readonly #stopping = new AbortController();
  /** Whose loss has been said. */
  readonly #told = new Set<Slot>();
  #asked: UnresolvedPlan;
  #plan: RunPlan | null = null;
  #states: LatestStates | null = null;
  #windowAtMs: number | null = null;
  #stoppedAtMs: number | null = null;
  /** On this machine's clock: the window may not be known yet. */
  #stopAskedAtMs: number | null = null;
  #isInterrupted = false;
  #stoppedBy: StoppedBy | null = null;
  readonly #brokerWatch: BrokerWatch;
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
    const [run, waiting] = [this.#run, this.#waiting];
    const isInterrupted = (): boolean => this.#isInterrupted;
    this.#gathering = new Gathering({ broker, sealer, clock, run, options, waiting, isInterrupted });
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
          this.#stopping.abort();
          this.#waiting.changed();
          return { mayHaveBegun: this.#gathering.isBegun };
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
        ownCpuMs: microsToMs(cpu.user + cpu.system),
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
    if (!this.#isInterrupted && !this.#gathering.isBegun) this.#options.say(this.#gathering.soFar);
    this.#isInterrupted = true;
    this.#gathering.deal();
    this.#stopping.abort();
    this.#brokerWatch.stopAsked();
  }

  async #publish(): Promise<void> {
    const sealed = this.#sealer.seal(purposes.plan(this.#run), this.#asked);
    checkPlanSize(sealed);
    checkArrivals(this.#asked);
    await this.#order({ type: 'beat' });
    await this.#broker.put(this.#run, PLAN, sealed);
  }

  #watch(): Promise<End> {
    const at = (index: number, then: (slot: Slot) => void): void => {
      const slot = this.#gathering.slots[index];
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
      onDone: (index) => at(index, (slot) => this.#gathering.done(slot)),
      onFailed: (index, because) =>
        at(index, (slot) =>
          /stalled/.test(because) ? this.#gathering.stalled(slot) : this.#gathering.end(slot, because),
        ),
      onStalled: (index) => at(index, (slot) => this.#gathering.stalled(slot)),
    });
  }

  /** @returns what became of each agent; none where it was stopped before it began */
  async #carryOut(): Promise<readonly Outcome[]> {
    const checks = setInterval(() => this.#gathering.check().catch(() => {}), MS_PER_SECOND);
    const begun = await this.#begin().finally(() => clearInterval(checks));
    if (begun === null) return [];
    const { plan, joined, startAtMs } = begun;
    const shards = split(plan);
    let first = 0;
    const outcomes = joined.map((slot): Outcome => {
      const own = shards.slice(first, first + (slot.joined?.workers ?? 0));
      first += own.length;
      return { slot, shards: own };
    });
    this.#states = new LatestStates(plan, outcomes, new StateReader(this.#broker, this.#sealer, this.#run));
    await this.#follow(plan, this.#states, outcomes, startAtMs);
    return outcomes;
  }

  /** Everything until the agents have been told to begin; null where the run was stopped meanwhile. */
  async #begin(): Promise<{
    readonly plan: RunPlan;
    readonly joined: readonly Slot[];
    readonly startAtMs: number;
  } | null> {
    const { agents, prepare } = this.#options;
    await this.#gathering.add(agents);
    const all = await this.#gathering.joined(agents);
    if (all === null || (prepare !== null && !(await this.#prepare(prepare)))) return null;
    // Those that were lost meanwhile are replaced.
    const joined = prepare === null ? all : await this.#gathering.joined(all.length);
    if (joined === null) return null;
    const total = joined.reduce((sum, { joined: agent }) => sum + (agent?.workers ?? 0), 0);
    const plan = await planOver(this.#asked, total, this.#options);
    const topMs = longestTopMs(plan, this.#options.joinTimeoutMs);
    tellApart(joined);
    this.#gathering.deal();
    const assignment = await this.#order({
      type: 'assign',
      workers: total,
      concurrency: plan.concurrency,
      parts: joined.map(({ joined: agent }) => [agent?.nonce ?? '', agent?.workers ?? 0]),
      stateEveryMs: MS_PER_SECOND * Math.max(1, joined.length / AGENTS_PER_STATE_SECOND),
      longestTopMs: topMs,
      isPrepared: prepare !== null,
    });
    if (!(await this.#gathering.ready(joined, plan.timeoutMs, topMs))) return null;
    this.#plan = { ...plan, isTargetLocal: joined.some(({ isTargetLocal }) => isTargetLocal) };
    const startAtMs = await this.#go(assignment, joined);
    if (startAtMs === null) return null;
    this.#windowAtMs = startAtMs + plan.warmupMs;
    this.#noteStop();
    return { plan: this.#plan, joined, startAtMs };
  }

  /** @returns false where it was stopped */
  async #prepare(prepare: NonNullable<SubmissionOptions['prepare']>): Promise<boolean> {
    const prepared = await prepare(this.#stopping.signal);
    if (prepared === null || this.#isInterrupted) return false;
    const sealed = this.#sealer.seal(purposes.prepared(this.#run), prepared);
    checkPreparedSize(sealed);
    this.#asked = { ...this.#asked, supplies: { ...this.#asked.supplies, ...prepared } };
    await this.#broker.put(this.#run, PREPARED, sealed);
    return true;
  }

  /** @returns when it begins, on this machine's clock; null where the run was stopped meanwhile */
  async #go(assignment: string, joined: readonly Slot[]): Promise<number | null> {
    const { offsetMs, slowestMs } = await measureOffset(this.#broker, this.#clock);
    if (this.#isInterrupted) return null;
    const worstMs = Math.max(slowestMs, ...joined.map((slot) => slot.slowestMs));
    const startAtMs = this.#clock.nowMs() + leadMs(worstMs, joined.length);
    this.#gathering.begin();
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
      for (const slot of joined)
        if (states.isFinal(slot)) this.#gathering.delivered(slot, states.reasonOf(slot));
      for (const slot of joined) this.#sayLost(slot);
      const nowMs = this.#clock.nowMs();
      if (this.#brokerWatch.isAway)
        for (const slot of joined)
          this.#gathering.end(slot, this.#brokerWatch.why, this.#brokerWatch.heardMs + beatMs + orphanMs);
      if (this.#brokerWatch.isSilent !== states.isBrokerSilent) {
        states.isBrokerSilent = this.#brokerWatch.isSilent;
        this.#options.say(this.#brokerWatch.news);
      }
      const late = states.isBrokerSilent ? this.#brokerWatch.why : 'it did not end in time';
      if (nowMs - Math.max(startAtMs + longestMs, states.movedAtMs + GRACE_MS) > 0)
        for (const slot of joined) this.#gathering.end(slot, late);
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
      for (const slot of joined) slot.because = states.becauseOf(slot);
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
          if (found[at] === false && !states.isFinal(slot))
            this.#gathering.end(slot, 'the broker has lost its data', this.#clock.nowMs() + leaseMs);
      })
      .catch(() => {});
  }

  #checkRules(plan: RunPlan): void {
    if (plan.abortOn.length === 0 || this.#stoppedAtMs !== null) return;
    const snapshot = this.snapshot();
    if (snapshot === null || snapshot.elapsedMs <= 0 || this.#windowAtMs === null) return;
    const broken = brokenRule(plan, snapshot);
    if (broken !== null) this.#stopFor({ ...broken, atMs: this.#clock.nowMs() - this.#windowAtMs }, plan);
  }

  #stopFor(rule: StoppedBy, { timeoutMs }: RunPlan): void {
    this.#stoppedBy = rule;
    this.#endLoad(Math.min(timeoutMs, LONGEST_DRAIN_MS));
  }

  #endLoad(drainMs: number): void {
    this.#stopAskedAtMs ??= this.#clock.nowMs();
    this.#noteStop();
    // Before the start the end of the attempt says so to its agents.
    if (this.#gathering.isBegun) this.#order({ type: 'stop', drainMs }).catch(() => {});
    this.#waiting.changed();
  }

  #noteStop(): void {
    if (this.#windowAtMs === null || this.#stopAskedAtMs === null) return;
    this.#stoppedAtMs ??= Math.max(0, this.#stopAskedAtMs - this.#windowAtMs);
  }

  #beat(): void {
    this.#order({ type: 'beat' })
      .then(() => this.#brokerWatch.heard())
      .catch((error) => this.#brokerWatch.refused(refusalOf(error) ?? messageOf(error)));
  }

  #order(command: Command): Promise<string> {
    return this.#broker.order(this.#run, this.#sealer.seal(purposes.orders(this.#run), command));
  }

  async #cleanUp(endWatching: End): Promise<void> {
    // Those that had joined a run that never began are told to leave it: no other is to take their place.
    this.#gathering.deal();
    const names = this.#gathering.slots.flatMap(({ joined }) =>
      joined === null ? [] : namesOf(joined.nonce),
    );
    const all = async (): Promise<void> => {
      // An agent that is told to leave would take the next place in line.
      await this.#gathering.removeWaiting();
      await this.#order({ type: 'stop', drainMs: 0 });
      await this.#broker.forget(this.#run, [PLAN, PREPARED, ...names]);
      await endWatching();
    };
    await within(this.#brokerWatch.isAway ? 0 : LAST_WORD_MS, all());
  }
}
