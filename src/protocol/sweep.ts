import type { SCHEMA_VERSION, Summary } from './summary.ts';

/** What a sweep raises from level to level: connections of the closed model, or requests a second. */
export const SWEPT = ['concurrency', 'rate'] as const;
export type Swept = (typeof SWEPT)[number];

/** One level: a load, what came of it, and whether it was borne. */
export interface SweepLevel {
  /** Connections, or requests a second. */
  readonly level: number;
  /** Ok answers a second; of streams of tokens, tokens a second. */
  readonly throughputPerSecond: number;
  /** Every rule held, and the target did not fail. */
  readonly isGood: boolean;
  readonly summary: Summary;
}

/** Where more load no longer brings more. */
export interface Knee {
  readonly level: number;
  readonly throughputPerSecond: number;
  /** What twice the load brought more: 0.02 is 2 %. */
  readonly gain: number;
}

/** The most that was borne. */
export interface Capacity {
  readonly level: number;
  readonly throughputPerSecond: number;
  /** The lowest level above it that was not borne; null where none was. */
  readonly firstBad: number | null;
}

/** Why a sweep tried no further levels. */
export type SweepEnd = 'found' | 'range' | 'generator' | 'budget' | 'failing' | 'interrupted';

/** The result of a sweep, which is also the JSON that is saved. */
export interface Sweep {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: Summary['tool'];
  readonly kind: 'sweep';
  readonly startedAt: string;
  /** The first request; null where not even the first level came to its end. */
  readonly target: Summary['plan']['target'] | null;
  readonly over: Swept;
  readonly from: number;
  readonly to: number;
  /** What `throughputPerSecond` counts. */
  readonly counts: 'answers' | 'tokens';
  /** The rules that a level has to keep; none where only failing decides. */
  readonly rules: readonly string[];
  /** By level. */
  readonly levels: readonly SweepLevel[];
  readonly knee: Knee | null;
  readonly capacity: Capacity | null;
  readonly endedBy: SweepEnd;
  /** The level at which volley itself was the limit, and why; null where it was not. */
  readonly generatorLimit: { readonly level: number; readonly reasons: readonly string[] } | null;
  /** What came out, a sentence each. */
  readonly conclusions: readonly string[];
  readonly interrupted: boolean;
}
