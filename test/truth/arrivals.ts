import { type Check, Checks, type Experiment } from './check.ts';
import { brief, meanOf, observe, percentileOf } from './harness.ts';

const gapsOf = (times: ArrayLike<number>): number[] =>
  Array.from({ length: Math.max(0, times.length - 1) }, (_, k) => (times[k + 1] ?? 0) - (times[k] ?? 0));

/** Lag bounds hold for one worker with a core of its own; elsewhere lag is only reported. */
const LAG_P99_MS = { precise: 0.7, eco: 1.6 } as const;
const HIGHEST_BOUND_RATE = 5_000;
const FEWEST_FOR_P99 = 300;

const constant = (rate: number, workers: number, pacing: 'precise' | 'eco'): Experiment => ({
  name: `constant ${rate}/s, ${workers} worker${workers > 1 ? 's' : ''}, ${pacing}`,
  async run(isShort): Promise<readonly Check[]> {
    const seconds = isShort ? (rate < FEWEST_FOR_P99 ? 2 : 1) : 30;
    const { summary, requests, recorded, arrivalsMs, log, disordered } = await observe(
      { kind: 'delay', delayMs: 0 },
      { rate, workers, pacing, duration: `${seconds}s`, concurrency: 50 },
      brief(isShort),
    );
    const checks = new Checks();
    checks.exact(
      'requests, ok',
      `${rate * seconds}, ${rate * seconds}`,
      `${summary.requests.scheduled}, ${summary.requests.ok}`,
    );
    checks.exact('requests at the server, with the warm-up', recorded, log.arrivedMs.length);
    checks.exact('stamps in disorder', 0, disordered);
    checks.exact(
      'intended starts that are not k ÷ rate',
      0,
      requests.filter(({ intendedMs }, k) => Math.abs(intendedMs - (k * 1_000) / rate) > 1e-6).length,
    );
    // The mean gap is this ÷ (n − 1).
    const spanMs = ((rate * seconds - 1) * 1_000) / rate;
    checks.near(
      'first to last arrival',
      spanMs,
      spanMs * 1e-4 + 21,
      (arrivalsMs.at(-1) ?? 0) - (arrivalsMs[0] ?? 0),
    );
    const lagMs = percentileOf(
      requests.map(({ startLagMs }) => startLagMs),
      99,
    );
    if (workers === 1 && rate <= HIGHEST_BOUND_RATE && requests.length >= FEWEST_FOR_P99)
      checks.below('start lag p99', LAG_P99_MS[pacing], lagMs);
    else checks.reported('start lag p99', lagMs);
    return checks.list;
  },
});

const poisson: Experiment = {
  name: 'Poisson 1000/s over 4 workers',
  async run(isShort) {
    const seconds = isShort ? 1 : 30;
    const options = {
      rate: 1_000,
      arrivals: 'poisson',
      duration: `${seconds}s`,
      seed: 1,
      concurrency: 50,
    } as const;
    // In short only the schedule is looked at, which needs no code that is warm.
    const circumstances = isShort ? { warmupMs: 200 } : {};
    const observed = await observe({ kind: 'delay', delayMs: 0 }, { ...options, workers: 4 }, circumstances);
    const { requests } = observed;
    const checks = new Checks();
    checks.exact(
      'requests at the server, with the warm-up',
      observed.recorded,
      observed.log.arrivedMs.length,
    );
    const gaps = gapsOf([0, ...requests.map(({ intendedMs }) => intendedMs)]);
    checks.atMost(
      'Kolmogorov–Smirnov distance of the intended gaps',
      1.63 / Math.sqrt(gaps.length),
      distanceToExponential(gaps),
    );
    const arrivals = gapsOf(observed.arrivalsMs);
    if (!isShort) checks.near('coefficient of variation of the intended gaps', 1, 0.03, variationOf(gaps));
    // Four workers on one core tick together, which bunches what arrives; the schedule itself is not bunched.
    checks.reported('coefficient of variation of the arrivals', variationOf(arrivals));
    // A start is recorded as a difference of two large numbers: good to a nanosecond, not to the last bit.
    const startsOf = (list: typeof requests): string =>
      list.map(({ intendedMs }) => intendedMs.toFixed(6)).join();
    const starts = startsOf(requests);
    for (const other of [
      { workers: 1, pacing: 'precise' },
      { workers: 2, mode: 'processes' },
      { mode: 'inline' },
    ] as const) {
      const again = await observe({ kind: 'delay', delayMs: 0 }, { ...options, ...other }, circumstances);
      const same = startsOf(again.requests);
      checks.exact(`the same schedule with ${JSON.stringify(other)}`, true, starts.startsWith(same));
      if (!isShort && 'pacing' in other) {
        const variation = variationOf(gapsOf(again.arrivalsMs));
        checks.near('coefficient of variation of its arrivals', 1, 0.03, variation);
      }
    }
    return checks.list;
  },
};

/** Standard deviation ÷ mean. */
function variationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))) / mean;
}

/** Of gaps in milliseconds to the exponential distribution of mean 1. */
function distanceToExponential(gaps: readonly number[]): number {
  const sorted = [...gaps].sort((a, b) => a - b);
  return sorted.reduce((worst, gap, index) => {
    const expected = 1 - Math.exp(-gap);
    return Math.max(
      worst,
      Math.abs(expected - index / sorted.length),
      Math.abs(expected - (index + 1) / sorted.length),
    );
  }, 0);
}

const RATES = [10, 100, 1_000, 5_000, 20_000];
const FULL = RATES.flatMap((rate) => [
  constant(rate, 1, 'precise'),
  constant(rate, 1, 'eco'),
  constant(rate, 2, 'eco'),
  constant(rate, 4, 'eco'),
]);

export const ARRIVAL_EXPERIMENTS: readonly Experiment[] = [...FULL, poisson];
/** Each kind once: the whole grid takes ten minutes. */
export const SHORT_ARRIVAL_EXPERIMENTS: readonly Experiment[] = [
  constant(10, 1, 'precise'),
  constant(1_000, 1, 'precise'),
  constant(1_000, 1, 'eco'),
  constant(5_000, 2, 'eco'),
  constant(5_000, 4, 'eco'),
  poisson,
];
