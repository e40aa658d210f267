import type { Clock } from '../../time/clock.ts';
import { counted, formatDuration } from '../text/format.ts';
import { Slot } from './agent-slots.ts';
import type { Broker } from './broker.ts';
import { lostData, notStarted, refused } from './not-started.ts';
import { poolText } from './pool-list.ts';
import { allReady } from './readiness.ts';
import type { Sealer } from './seal.ts';
import type { SubmissionOptions } from './submission-options.ts';
import type { Waiting } from './waiting.ts';

/** A longer wait for agents is reported, with how many have joined. */
const QUIET_JOIN_MS = 3_000;
const GONE = 'it no longer renewed its slot with the broker';

/** What the slots of a run need of its submitter. */
interface GatheringHost {
  readonly broker: Broker;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly run: string;
  readonly options: SubmissionOptions;
  readonly waiting: Waiting;
  isInterrupted(): boolean;
}

/** The slots of a run: agents take them and join, and until the parts are dealt others replace those that go. */
export class Gathering {
  readonly slots: Slot[] = [];
  readonly #host: GatheringHost;
  /** Those that the broker has been given. */
  readonly #added = new Set<Slot>();
  #isDealt = false;
  #isBegun = false;
  #isDataLost = false;

  constructor(host: GatheringHost) {
    this.#host = host;
  }

  /**
   * Waits for agents, who may come for as long as the user gives them.
   *
   * @param wanted how many are enough
   * @returns the slots whose agents take part; null where the run was stopped meanwhile
   * @throws VolleyError VOLLEY_AGENTS, or VOLLEY_BROKER if the broker has lost the slots
   */
  async joined(wanted: number): Promise<readonly Slot[] | null> {
    const { waiting, options, broker, sealer, isInterrupted } = this.#host;
    const { minAgents, joinTimeoutMs } = options;
    const isSettled = (): boolean =>
      this.#in('joined').length >= wanted || this.#refusals.length > 0 || this.#isGivenUp;
    const quietMs = Math.min(QUIET_JOIN_MS, joinTimeoutMs);
    if (!(await waiting.until(isSettled, quietMs)) && quietMs < joinTimeoutMs) {
      options.say(
        `${this.#in('joined').length} of ${counted(wanted, 'agent')} joined; the others have another ${formatDuration(joinTimeoutMs - quietMs)}.`,
      );
      await waiting.until(isSettled, joinTimeoutMs - quietMs);
    }
    if (isInterrupted()) return null;
    if (this.#isDataLost) throw lostData();
    if (this.#refusals.length > 0) throw refused(this.#refusals);
    const all = this.#in('joined');
    if (all.length < Math.min(minAgents, wanted))
      throw notStarted([
        `${all.length} of ${counted(wanted, 'agent')} joined within ${formatDuration(joinTimeoutMs)}.`,
        await poolText(broker, sealer, options.version),
      ]);
    await this.removeWaiting();
    return all;
  }

  /**
   * Waits until those that have joined are ready to begin.
   *
   * @returns false where the run was stopped meanwhile
   * @throws VolleyError VOLLEY_AGENTS, or VOLLEY_BROKER if the broker has lost the slots
   */
  async ready(joined: readonly Slot[], timeoutMs: number, topMs: number): Promise<boolean> {
    const { waiting, options } = this.#host;
    const work = `${topMs > 0 ? 'loading the code of the scenarios and ' : ''}opening connections`;
    await allReady(
      joined,
      waiting,
      () => this.#isGivenUp,
      topMs + timeoutMs,
      (late) => {
        const who = late.length === 1 ? `agent ${late[0]?.name} is` : `${counted(late.length, 'agent')} are`;
        options.say(`${who} not ready yet: still ${work}.`);
      },
    );
    if (this.#isDataLost) throw lostData();
    return !this.#host.isInterrupted();
  }

  async add(count: number): Promise<void> {
    const { broker, run, options } = this.#host;
    const added = Array.from({ length: count }, () => {
      const slot = new Slot(this.slots.length);
      this.slots.push(slot);
      return slot;
    });
    await broker.addSlots(
      run,
      added.map(({ index }) => index),
      options.version,
    );
    for (const slot of added) this.#added.add(slot);
  }

  /** Gives up the slots that no agent has taken. */
  async removeWaiting(): Promise<void> {
    const { broker, run, options } = this.#host;
    const waiting = this.#in('waiting');
    for (const slot of waiting) this.end(slot, null);
    await broker.removeSlots(
      run,
      waiting.map(({ index }) => index),
      options.version,
    );
  }

  /** From now on no agent is replaced. */
  deal(): void {
    this.#isDealt = true;
  }

  /** The order to begin has been given; that it arrived may not be known. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** From now on an agent that leaves has delivered its result. */
  begin(): void {
    this.#isBegun = true;
  }

  /** Its agent is gone: before the parts are dealt another may take its place, later its load is lost. */
  stalled(slot: Slot): void {
    if (slot.isOver) return;
    this.#host.broker.removeSlots(this.#host.run, [slot.index], this.#host.options.version).catch(() => {});
    if (this.#isDealt) this.end(slot, GONE);
    else this.#replace(slot);
  }

  /** Its agent has done all that it will do. */
  done(slot: Slot): void {
    if (slot.isOver) return;
    if (!this.#isDealt) this.#replace(slot);
    else this.end(slot, this.#isBegun ? null : 'it left before the start');
  }

  /** Its result is there, with why it ended early; that it is done may have been heard before: it is lost from now on. */
  delivered(slot: Slot, because: string | null): void {
    this.end(slot, because);
    slot.because ??= because;
  }

  /** @param untilMs until when its agent may go on sending, if it does not know yet */
  end(slot: Slot, because: string | null, untilMs = Number.NEGATIVE_INFINITY): void {
    const nowMs = this.#host.clock.nowMs();
    slot.end(because, nowMs, Math.max(nowMs, untilMs));
    this.#host.waiting.changed();
  }

  /** Notes whether the broker still has the slots: without them nothing would ever be heard of their agents. */
  async check(): Promise<void> {
    const { broker, run, options, waiting } = this.#host;
    const open = [...this.#added].filter(({ isOver }) => !isOver);
    const found = await broker.hasSlots(
      run,
      open.map(({ index }) => index),
      options.version,
    );
    // One that is over by now may have been removed.
    if (!open.some(({ isOver }, at) => found[at] === false && !isOver)) return;
    this.#isDataLost = true;
    waiting.changed();
  }

  /** Who is missing when the user stops the run before it has begun. */
  get soFar(): string {
    const { agents } = this.#host.options;
    const there = this.slots.filter(({ phase }) => phase === 'joined' || phase === 'ready').length;
    return `${there} of ${counted(agents, 'agent')} had joined. Nothing was sent.`;
  }

  get #isGivenUp(): boolean {
    return this.#host.isInterrupted() || this.#isDataLost;
  }

  get #refusals(): readonly string[] {
    return this.slots.flatMap(({ because }) => because ?? []);
  }

  #replace(slot: Slot): void {
    this.end(slot, null);
    this.add(1).catch(() => {});
  }

  #in(phase: Slot['phase']): Slot[] {
    return this.slots.filter((slot) => slot.phase === phase);
  }
}
