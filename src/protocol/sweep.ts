import type { SCHEMA_VERSION, Summary } from './summary.ts';

/** What a sweep raises from level to level: connections (closed model) or requests per second. */
export const SWEPT = ['concurrency', 'rate'] as const;
export type Swept = (typeof SWEPT)[number];

/** One level: its load, the outcome, and whether the target sustained it. */
export interface SweepLevel {
  /** Connections, or requests per second. */
  readonly level: number;
  /** Ok answers per second; for streams of tokens, tokens per second. */
  readonly throughputPerSecond: number;
  /** Every rule held and the target did not fail. */
  readonly isGood: boolean;
  readonly summary: Summary;
}

/** The point beyond which more load brings no more throughput. */
export interface Knee {
  readonly level: number;
  readonly throughputPerSecond: number;
  /** Gain in throughput from twice the load: 0.02 is 2 %. */
  readonly gain: number;
}

/** The highest level that was sustained. */
export interface Capacity {
  readonly level: number;
  readonly throughputPerSecond: number;
  /** The lowest level above it that was not sustained; null if there was none. */
  readonly firstBad: number | null;
}

/** Why a sweep ended; `unfinished`: it had not, when the result was saved. */
export type SweepEnd = 'found' | 'range' | 'generator' | 'budget' | 'failing' | 'interrupted' | 'unfinished';

/** The level at which volley itself was the limit, which ended the sweep. */
interface GeneratorLimit {
  readonly level: number;
  readonly reasons: readonly string[];
  /** How often the level was measured. Absent in older results. */
  readonly tries?: number;
  /** The last of these measurements; says little about the target. Absent in older results. */
  readonly measured?: SweepLevel;
}

/** The result of a sweep, and the JSON that is saved. */
export interface Sweep {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: Summary['tool'];
  readonly kind: 'sweep';
  readonly startedAt: string;
  /** The first request; null if not even the first level finished. */
  readonly target: Summary['plan']['target'] | null;
  readonly over: Swept;
  readonly from: number;
  readonly to: number;
  /** The unit that `throughputPerSecond` counts. */
  readonly counts: 'answers' | 'tokens';
  /** The rules that a level must meet; empty if only failing decides. */
  readonly rules: readonly string[];
  /** In order of level. */
  readonly levels: readonly SweepLevel[];
  readonly knee: Knee | null;
  readonly capacity: Capacity | null;
  readonly endedBy: SweepEnd;
  /** Null if volley itself never was the limit, or only once at a level. */
  readonly generatorLimit: GeneratorLimit | null;
  /** Conclusions, a sentence each. */
  readonly conclusions: readonly string[];
  /** It did not come to its end: levels are missing. */
  readonly interrupted: boolean;
}
