/** Closed: each connection sends its next request when the last one has ended. */
export interface ClosedLoad {
  readonly model: 'closed';
}

export const ARRIVALS = ['constant', 'poisson'] as const;
export type Arrivals = (typeof ARRIVALS)[number] | 'recorded';

/** A rate as it was said, so that it stays exact: `requests` every `periodMs`. */
export interface Rate {
  readonly requests: number;
  readonly periodMs: number;
}

/** A stretch of time in which the rate goes from one value to another; null lasts for ever. */
export interface Stage {
  readonly durationMs: number | null;
  readonly from: Rate;
  readonly to: Rate;
}

/** How a worker waits for the next start: sleeps and then polls, or ticks once a millisecond. */
export const PACINGS = ['precise', 'eco'] as const;
export type Pacing = (typeof PACINGS)[number];

/** Open: requests start when the schedule says so, whatever has become of the earlier ones. */
export interface OpenLoad {
  readonly model: 'open';
  readonly stages: readonly Stage[];
  readonly arrivals: Arrivals;
  /** Of recorded arrivals: when each request is due, from the start of the window; the stages say how many those are a second. */
  readonly timesMs?: readonly number[] | undefined;
  readonly maxInFlight: number;
  readonly pacing: Pacing;
}

export type LoadModel = ClosedLoad | OpenLoad;

/** The latency that leads the report: what a user would feel, where there is a schedule to hold it against. */
export function headlineOf(load: LoadModel): 'response' | 'service' {
  return load.model === 'open' ? 'response' : 'service';
}
