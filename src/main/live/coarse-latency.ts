import {
  CELLS_IN_ONE,
  type CoarseCells,
  coarseCellsIn,
  middleOfCoarseMs,
} from '../../metrics/coarse-cells.ts';
import { CELLS, type Histogram } from '../../metrics/histogram.ts';
import { type ExactPercentile, parsePercentile, rankOf } from '../../metrics/percentile-rank.ts';
import type { LatencySoFar } from './live-state.ts';

const [P50, P99] = ['50', '99'].map(parsePercentile);

const NO_COUNTS = noCounts();

/** One worker's part of a latency; the parts are added up. */
interface LatencyPart {
  readonly moments: { readonly count: number; readonly max: number };
  readonly observed: Histogram;
  readonly bounds: Histogram;
}

/**
 * A latency over all workers in cells of 0.8 %, which is cheap to read repeatedly. Values that are only lower
 * bounds are counted separately.
 */
export class CoarseLatency {
  readonly #observed = noCounts();
  /** The same list where nothing is a lower bound. */
  readonly #all: Float64Array;
  readonly #count: number;
  readonly #censored: number;
  readonly #maxMs: number;

  constructor(parts: readonly LatencyPart[]) {
    for (const { observed } of parts) observed.addCoarselyTo(this.#observed, CELLS_IN_ONE);
    const bounded = parts.filter(({ bounds }) => bounds.count > 0);
    this.#all = bounded.length === 0 ? this.#observed : this.#observed.slice();
    for (const { bounds } of bounded) bounds.addCoarselyTo(this.#all, CELLS_IN_ONE);
    this.#count = parts.reduce((sum, { moments }) => sum + moments.count, 0);
    this.#censored = parts.reduce((sum, { bounds }) => sum + bounds.count, 0);
    this.#maxMs = Math.max(
      ...parts.filter(({ moments }) => moments.count > 0).map(({ moments }) => moments.max),
    );
  }

  soFar(): LatencySoFar {
    const p50 = this.#ranked(P50);
    const p99 = this.#ranked(P99);
    return {
      p50Ms: p50?.valueMs ?? null,
      p99Ms: p99?.valueMs ?? null,
      maxMs: this.#count === 0 ? null : this.#maxMs,
      atLeast: [
        ...(p50?.isAtLeast === true ? (['p50Ms'] as const) : []),
        ...(p99?.isAtLeast === true ? (['p99Ms'] as const) : []),
        ...(this.#censored > 0 ? (['maxMs'] as const) : []),
      ],
    };
  }

  /** The values added since an earlier state; null stands for the state before the first value. */
  since(earlier: CoarseLatency | null): CoarseCells {
    return coarseCellsIn(this.#all, earlier === null ? NO_COUNTS : earlier.#all);
  }

  /** By nearest rank. It is only a lower bound if values that are lower bounds could move it. */
  #ranked(percentile: ExactPercentile | null | undefined): { valueMs: number; isAtLeast: boolean } | null {
    const rank = percentile ? rankOf(percentile, this.#count) : null;
    if (rank === null) return null;
    let all = 0;
    let observed = 0;
    for (let cell = 0; cell < this.#all.length; cell++) {
      all += this.#all[cell] ?? 0;
      observed += this.#observed[cell] ?? 0;
      if (all >= rank)
        return { valueMs: Math.min(this.#maxMs, middleOfCoarseMs(cell)), isAtLeast: observed < rank };
    }
    return null;
  }
}

function noCounts(): Float64Array {
  return new Float64Array(CELLS / CELLS_IN_ONE);
}
