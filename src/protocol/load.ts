/** Closed: each connection sends its next request when its last one has ended. */
export interface ClosedLoad {
  readonly model: 'closed';
}

export const ARRIVALS = ['constant', 'poisson'] as const;
export type Arrivals = (typeof ARRIVALS)[number] | 'recorded';

/** A rate as the user gave it, so that it stays exact: `requests` every `periodMs`. */
export interface Rate {
  readonly requests: number;
  readonly periodMs: number;
}

/** A stage in which the rate goes from one value to another; a null duration never ends. */
export interface Stage {
  readonly durationMs: number | null;
  readonly from: Rate;
  readonly to: Rate;
}

/** How a worker waits for the next start: sleeps and then polls, or ticks once a millisecond. */
export const PACINGS = ['precise', 'eco'] as const;
export type Pacing = (typeof PACINGS)[number];

/** Open: requests start when they are due, whether or not earlier ones have ended. */
export interface OpenLoad {
  readonly model: 'open';
  readonly stages: readonly Stage[];
  readonly arrivals: Arrivals;
  /** Recorded arrivals: when each request is due, from the start of the window; the stages give their rate. */
  readonly timesMs?: readonly number[] | undefined;
  readonly maxInFlight: number;
  readonly pacing: Pacing;
}

export type LoadModel = ClosedLoad | OpenLoad;

/** The headline latency: response time where there is a schedule to measure from, else service time. */
export function headlineOf(load: LoadModel): 'response' | 'service' {
  return load.model === 'open' ? 'response' : 'service';
}
