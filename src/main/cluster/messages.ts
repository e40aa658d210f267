import type { WorkerKind } from '../../protocol/plan.ts';
import type { CollectedWorker } from '../collect/collected.ts';
import type { PortableRecords } from '../collect/portable.ts';
import type { PortableSeries } from '../collect/series.ts';
import type { SlotId } from './broker.ts';

/** Orders from a submitter to the agents of its run; all of them read every order. */
export type Command =
  /** The submitter is alive. */
  | { readonly type: 'beat' }
  /** The parts of a run: shards are dealt to agents in this order, by the nonces of their `joined`. Sent once. */
  | {
      readonly type: 'assign';
      readonly workers: number;
      /** Connections of all agents: by default at least one for each worker, whose number is known only now. */
      readonly concurrency: number;
      readonly parts: readonly (readonly [nonce: string, workers: number])[];
      readonly stateEveryMs: number;
      /** How long the code at the top of modules may take. */
      readonly longestTopMs: number;
      /** There is a value with what `setup` returned. */
      readonly isPrepared: boolean;
    }
  /** The agents of that assignment begin at this time of the broker's clock. Sent once. */
  | { readonly type: 'go'; readonly assignment: string; readonly startAtMs: number }
  | { readonly type: 'stop'; readonly drainMs: number };

/** Messages from an agent to the submitter of a run. */
export type Said =
  /** The agent has taken a slot; its unique nonce identifies it from then on. */
  | {
      readonly is: 'joined';
      readonly nonce: string;
      readonly name: string;
      /** Its process and machine, for those of one name. */
      readonly where: string;
      readonly address: string;
      readonly workers: number;
    }
  /** The agent's connections are open. */
  | {
      readonly is: 'ready';
      readonly nonce: string;
      readonly rttMs: number;
      readonly slowestMs: number;
      readonly isTargetLocal: boolean;
    };

/** State of a worker, without its shard; `startedAtMs` of its report is relative to the agreed start. */
export interface WorkerState extends Omit<CollectedWorker, 'shard'> {
  readonly index: number;
  readonly kind: WorkerKind;
}

/** Everything an agent has done so far: a later state replaces an earlier one. */
export interface AgentState {
  readonly isFinal: boolean;
  /** Time since the window began. */
  readonly atMs: number;
  /** Why the agent ended early by itself; null if it did not. */
  readonly reason: string | null;
  readonly records: PortableRecords;
  /** The value with earlier intervals of its series; null if it has them all. */
  readonly base: BaseId | null;
  readonly workers: readonly WorkerState[];
  readonly costs: {
    readonly ownCpuMs: number;
    readonly ownLoopCpuMs: number;
    readonly blockBytes: number;
    readonly ownPeakRssBytes: number;
  };
  /** How far the clocks have drifted since the start; null before the end. */
  readonly driftMs: number | null;
}

/** Where an agent has put what of its series rarely changes: at one of two places, so that the one in use stays. */
export interface BaseId {
  readonly place: 0 | 1;
  /** How many there were before it, at either place. */
  readonly number: number;
}

/** Intervals of a series that later states leave out. */
export interface StateBase {
  readonly number: number;
  readonly series: PortableSeries;
}

/** An agent's entry in the list of its pool. */
export interface AgentInfo {
  readonly name: string;
  /** Its process and machine, for those of one name; older agents do not say. */
  readonly where?: string;
  readonly version: string;
  readonly workers: number;
  readonly state: string;
  /** By the broker's clock. */
  readonly atMs: number;
}

/** Purposes that values are sealed for, so that none can pass as another kind of value or as from another run. */
export const purposes = {
  plan: (run: string): string => `${run}:plan`,
  prepared: (run: string): string => `${run}:prepared`,
  orders: (run: string): string => `${run}:orders`,
  said: ({ run, slot }: SlotId): string => `${run}-${slot}:said`,
  state: (run: string, nonce: string): string => `${run}:state:${nonce}`,
  base: (run: string, nonce: string): string => `${run}:base:${nonce}`,
  agent: (id: string): string => `agent:${id}`,
} as const;

/** Names of the values that a run puts on the broker. */
export const PLAN = 'plan';
export const PREPARED = 'prepared';
export function stateName(nonce: string): string {
  return `state:${nonce}`;
}
export function baseName(nonce: string, place: BaseId['place']): string {
  return `base${place}:${nonce}`;
}
/** All that an agent puts there. */
export function namesOf(nonce: string): readonly string[] {
  return [stateName(nonce), baseName(nonce, 0), baseName(nonce, 1)];
}
