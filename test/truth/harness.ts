import { availableParallelism } from 'node:os';
import type { ClientName } from '../../src/api/index.ts';
import { Bench, type Observed, type Circumstances as OfBench } from '../../src/main/doctor/bench.ts';
import { separateCores } from '../../src/main/doctor/core-pair.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import type { Scenario } from '../../src/target/precise-scenario.ts';

export { type Observation, type Observed, percentileOf } from '../../src/main/doctor/bench.ts';

/** Client and server get a core each, where cores can be assigned. */
export const CORES = separateCores();

/** Node compiles what is hot while it runs: the first seconds are not what is tested here. */
const WARMUP_MS = 2_000;
const BRIEF_WARMUP_MS = 400;
const PERCENTILES = '50,90,92,95,99';

export interface Circumstances extends Partial<OfBench> {
  /** Loaded before volley, in its process and its workers. */
  readonly preload?: string;
}

/**
 * The short form's bounds are 50 ms and more: they hold before all code is compiled.
 *
 * @param moreMs on a busy machine the last requests of the warm-up may arrive after the first of the window: where every
 * nth is another one, none of those should be
 */
export function brief(isShort: boolean, moreMs = 0): Circumstances {
  return { warmupMs: (isShort ? BRIEF_WARMUP_MS : WARMUP_MS) + moreMs };
}

let client: ClientName = 'undici';

/** From now on volley's requests go through this client. */
export function useClient(name: ClientName): void {
  client = name;
}

export function clientInUse(): ClientName {
  return client;
}

/** Two processes that all experiments without a preload use. */
let kept: Bench | null = null;

const startBench = (preload?: string): Bench => new Bench(availableParallelism() > 1, preload, CORES);

/** From now on experiments share processes where they can: starting them takes as long as a short experiment. */
export function keepProcesses(): void {
  kept = startBench();
}

export async function endKeptProcesses(): Promise<void> {
  await kept?.close();
  kept = null;
}

/** Runs volley once against the precise server, each in a process, and puts both logs together. */
export async function observe(
  scenario: Scenario,
  options: Omit<RunOptions, 'url'>,
  { preload, warmupMs = WARMUP_MS, ...circumstances }: Circumstances = {},
): Promise<Observed> {
  const bench = (preload === undefined ? kept : null) ?? startBench(preload);
  try {
    const asked = { client, ...options, percentiles: PERCENTILES };
    return await bench.observe(scenario, asked, { ...circumstances, warmupMs });
  } finally {
    if (bench !== kept) await bench.close();
  }
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
