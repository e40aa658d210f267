import type { IterationErrorTally, NamedCount, UsersAt } from './scenario.ts';

/** Ended iterations, in columns. Milliseconds; `intended` counts from the start of the window. */
export interface IterationBlock {
  readonly count: number;
  readonly scenario: Uint16Array<ArrayBuffer>;
  readonly outcome: Uint8Array<ArrayBuffer>;
  readonly intendedMs: Float64Array<ArrayBuffer>;
  readonly startLagMs: Float64Array<ArrayBuffer>;
  readonly durationMs: Float64Array<ArrayBuffer>;
  readonly thinkMs: Float64Array<ArrayBuffer>;
}

/** What a worker has recorded of scenarios since its last message about them. */
export interface ScenarioRecords {
  readonly iterations: IterationBlock;
  readonly errors: readonly IterationErrorTally[];
  readonly stuck: readonly StuckIteration[];
  /** Ended groups, and trends: number of the name, and value. */
  readonly values: readonly NamedValues[];
  readonly counts: readonly NamedCount[];
  /** Users with a session, where that has changed since the last message. */
  readonly users: readonly UsersAt[];
}

/** An iteration that was interrupted, and whose own code had taken long: for too long if others were that much quicker. */
export interface StuckIteration {
  readonly scenario: number;
  readonly ms: number;
  /** The request before; null if there was none. */
  readonly after: string | null;
}

/** Values of one group or trend. */
export interface NamedValues {
  readonly of: 'group' | 'trend';
  readonly number: number;
  readonly values: Float64Array<ArrayBuffer>;
}
