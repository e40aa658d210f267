import type { RunPlan } from '../../protocol/plan.ts';
import type { Clock } from '../../time/clock.ts';
import { Collector } from '../collect/collector.ts';
import { addRecords } from '../collect/portable.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { windowEndMs } from '../plan/split.ts';
import { AgentRows } from './agent-rows.ts';
import type { Outcome, Slot } from './agent-slots.ts';
import type { AgentState } from './messages.ts';

/** Source of states, by the nonces of agents. */
export interface StateSource {
  state(nonce: string): Promise<AgentState | null>;
  /** Bytes of the next state that have arrived so far. */
  carried(nonce: string): Promise<number>;
}

/** The latest state of each agent. States are cumulative, so the next one makes up for a missed one. */
export class LatestStates {
  readonly #plan: RunPlan;
  readonly #outcomes: readonly Outcome[];
  readonly #source: StateSource;
  readonly #latest = new Map<Slot, AgentState>();
  #snapshot: Snapshot | null = null;
  /** There are states that the snapshot does not have: it is only made when somebody looks. */
  #isStale = false;
  #isBrokerSilent = false;
  readonly #rows = new AgentRows();
  #isReading = false;
  #seen = '';
  #movedAtMs = Number.NEGATIVE_INFINITY;

  constructor(plan: RunPlan, outcomes: readonly Outcome[], source: StateSource) {
    this.#plan = plan;
    this.#outcomes = outcomes;
    this.#source = source;
  }

  /** Whether the broker says nothing: then nobody knows whether agents are running. */
  get isBrokerSilent(): boolean {
    return this.#isBrokerSilent;
  }

  set isBrokerSilent(isSilent: boolean) {
    this.#isBrokerSilent = isSilent;
    this.#isStale = true;
  }

  get areFinal(): boolean {
    return this.#outcomes.every(({ slot }) => this.isFinal(slot));
  }

  /** When `look` last saw data arrive from any agent, even part of a state. */
  get movedAtMs(): number {
    return this.#movedAtMs;
  }

  isFinal(slot: Slot): boolean {
    return this.#latest.get(slot)?.isFinal === true;
  }

  /** Why an agent ended early by itself; null if it did not, or has not reported it. */
  reasonOf(slot: Slot): string | null {
    return this.#latest.get(slot)?.reason ?? null;
  }

  /** Why an agent's part is not whole: who was thought lost, and has delivered all of it, has the last word. */
  becauseOf(slot: Slot): string | null {
    return this.isFinal(slot) && this.reasonOf(slot) === null ? null : (slot.because ?? this.reasonOf(slot));
  }

  of(slot: Slot | undefined): AgentState | null {
    return slot === undefined ? null : (this.#latest.get(slot) ?? null);
  }

  /** The sum of all latest states, as of the latest of them; null before the load. */
  snapshot(): Snapshot | null {
    if (this.#isStale) this.#addUp();
    this.#isStale = false;
    return this.#snapshot;
  }

  /** Fetches new states. */
  async read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      for (const { slot } of this.#outcomes) {
        if (slot.joined === null || this.isFinal(slot)) continue;
        // The next state makes up for one that cannot be read.
        const state = await this.#source.state(slot.joined.nonce).catch(() => null);
        if (state === null) continue;
        this.#latest.set(slot, state);
        this.#rows.heard(slot, state);
      }
    } finally {
      this.#isStale = true;
      this.#isReading = false;
    }
  }

  /** Checks whether data is arriving. */
  async look(clock: Clock): Promise<void> {
    const open = this.#outcomes.filter(({ slot }) => !this.isFinal(slot));
    const carried = await Promise.all(open.map(({ slot }) => this.#source.carried(slot.joined?.nonce ?? '')));
    const seen = open.map(({ slot }, at) => `${this.of(slot)?.atMs}:${carried[at]}`).join();
    if (seen !== this.#seen) this.#movedAtMs = clock.nowMs();
    this.#seen = seen;
  }

  #addUp(): void {
    const states = [...this.#latest.values()];
    if (states.length === 0) return;
    const sum = collectorOf(this.#plan);
    for (const state of states) addState(sum, state);
    const running = this.#outcomes
      .filter(({ slot }) => !slot.isOver)
      .map(({ slot }) => this.#latest.get(slot)?.atMs);
    // An agent without a state yet may have sent a second's load.
    if (running.includes(undefined)) return;
    const latestMs = Math.max(...states.map(({ atMs }) => atMs));
    // Reports begin before the load does.
    if (latestMs < -this.#plan.warmupMs) return;
    // Once none is running any more, nothing newer can come.
    const oldestMs = Math.min(latestMs, ...running.map((time) => time ?? 0));
    const rows = this.#outcomes.map(({ slot }) =>
      this.#rows.rowOf(slot, this.of(slot), this.#isBrokerSilent),
    );
    this.#snapshot = sum.snapshot(latestMs, rows, oldestMs);
  }
}

/** Creates a collector for the records of any number of agents. */
export function collectorOf(plan: RunPlan): Collector {
  return new Collector(plan, 1, windowEndMs(plan), 0);
}

export function addState({ tallies: [tally], records }: Collector, state: AgentState): void {
  const workers = state.workers.map(({ index }) => index);
  if (tally !== undefined) addRecords(tally, records, state.records, workers);
}
