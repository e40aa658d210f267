import type { WorkerKind } from '../../protocol/plan.ts';
import type { CollectedWorker } from '../collect/collected.ts';
import type { PortableRecords } from '../collect/portable.ts';
import type { SlotId } from './broker.ts';

/** What a submitter tells the agents of its run; all of them read it. */
export type Command =
  /** It is still there. */
  | { readonly type: 'beat' }
  /** The parts of a run: one agent's shards after the other's, by the nonces that they have said. Given once. */
  | {
      readonly type: 'assign';
      readonly workers: number;
      readonly parts: readonly (readonly [nonce: string, workers: number])[];
      readonly stateEveryMs: number;
    }
  /** Those of that assignment begin, at this time of the broker's clock. Given once. */
  | { readonly type: 'go'; readonly assignment: string; readonly startAtMs: number }
  | { readonly type: 'stop'; readonly drainMs: number };

/** What an agent tells the submitter of a run. */
export type Said =
  /** It has taken a slot; whatever it does in it goes by the nonce, which nobody else has. */
  | {
      readonly is: 'joined';
      readonly nonce: string;
      readonly name: string;
      readonly address: string;
      readonly workers: number;
    }
  /** Its connections are open. */
  | {
      readonly is: 'ready';
      readonly nonce: string;
      readonly rttMs: number;
      readonly slowestMs: number;
      readonly isTargetLocal: boolean;
    }
  | { readonly is: 'running'; readonly nonce: string; readonly released: number };

/** What is known of a worker, without its shard; its report's `startedAtMs` counts from the start that was agreed on. */
export interface WorkerState extends Omit<CollectedWorker, 'shard'> {
  readonly index: number;
  readonly kind: WorkerKind;
}

/** What an agent has done so far, all of it: a later state replaces an earlier one. */
export interface AgentState {
  readonly isFinal: boolean;
  /** Since the window began. */
  readonly atMs: number;
  /** Why it ended early by itself; null where it did not. */
  readonly reason: string | null;
  readonly records: PortableRecords;
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

/** What an agent shows of itself in its pool. */
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

/** What is sealed for what: nothing can be passed off as something else, or as of another run. */
export const purposes = {
  plan: (run: string): string => `${run}:plan`,
  orders: (run: string): string => `${run}:orders`,
  said: ({ run, slot }: SlotId): string => `${run}-${slot}:said`,
  state: (run: string, nonce: string): string => `${run}:state:${nonce}`,
  agent: (id: string): string => `agent:${id}`,
} as const;

/** Names of what a run puts on the broker. */
export const PLAN = 'plan';
export function stateName(nonce: string): string {
  return `state:${nonce}`;
}
