import type { LatencySummary, SeriesBucket, Summary } from '../../src/api/index.ts';
import { MIX, summaryWith } from './summary.ts';

/** The same numbers every time. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A histogram of two humps, as a target with a cache has it. */
function cellsWith(random: () => number, perOctave: number, requests: number): number[] {
  // From 2^-20 to 2^12 ms.
  const counts = new Uint32Array(32 * perOctave);
  const one = requests > 2_000 ? requests / 2_000 : 1;
  for (let left = requests; left > 0; left -= one) {
    const spread = (random() + random() + random() - 1.5) * 2;
    const octave = random() < 0.6 ? 1 + spread : 5 + spread * 1.5;
    counts[Math.floor((octave + 20) * perOctave)]! += Math.max(1, Math.round(one * (0.5 + random())));
  }
  const packed: number[] = [];
  let next = Number.NaN;
  counts.forEach((count, cell) => {
    if (count === 0) return;
    if (packed.length === 0) packed.push(cell);
    else if (cell > next) packed.push(next - cell);
    packed.push(count);
    next = cell + 1;
  });
  return packed;
}

/** Each seed has cells of its own, so that they compress no better than real ones. */
export const latencyOf = (seed: number): LatencySummary => latency(randomFrom(seed));

function latency(random: () => number, changes: Partial<LatencySummary> = {}): LatencySummary {
  return {
    count: 120_000,
    censored: 0,
    min: 0.4,
    mean: 12.3,
    stdev: 20,
    max: 812,
    maxMinusMean: 799.7,
    percentiles: { '50': 4.1, '90': 33, '95': 48, '99': 96, '99.9': 240, '99.99': null },
    atLeast: [],
    precision: 'exact',
    cells: cellsWith(random, 64, 100_000),
    ...changes,
  };
}

function bucket(random: () => number, atMs: number, requests: number): SeriesBucket {
  const value = (ms: number): number => rounded(ms * (0.7 + 0.6 * random()));
  const quantiles = (): { p50: number; p90: number; p99: number; max: number } => ({
    p50: value(4),
    p90: value(30),
    p99: value(90),
    max: value(300),
  });
  const failed = random() < 0.3 ? Math.ceil(random() * 9) : 0;
  return {
    atMs,
    sent: requests,
    ok: requests - failed,
    failed,
    censored: random() < 0.1 ? 1 : 0,
    failures: failed > 0 ? { status: failed } : {},
    answered: Math.round(requests * (0.9 + 0.1 * random())),
    outstanding: Math.round(40 * random()),
    ...quantiles(),
    cells: cellsWith(random, 8, requests),
    service: quantiles(),
    waitP99: value(1),
    startLagP99: value(0.5),
  };
}

const RUNS = new Map<string, Summary>();

/** A long run of an open model in stages, with a mix, rules and failures: everything that a page can show. */
export function longRun(intervals: number, intervalMs: number, changes: Partial<Summary> = {}): Summary {
  const key = `${intervals} of ${intervalMs}`;
  const run = RUNS.get(key) ?? madeRun(intervals, intervalMs);
  RUNS.set(key, run);
  return { ...run, ...changes };
}

function madeRun(intervals: number, intervalMs: number): Summary {
  const random = randomFrom(intervals);
  const plain = summaryWith();
  const windowMs = intervals * intervalMs;
  const rule = {
    figure: 'p99',
    latency: 'response',
    request: null,
    operator: '<',
    isLowerBound: false,
    requestsNeeded: null,
    isImplied: false,
  } as const;
  return summaryWith({
    windowMs,
    plan: {
      ...plain.plan,
      timeoutMs: 3_000,
      warmupMs: 2_000,
      load: {
        model: 'open',
        ratePerSecond: null,
        arrivals: 'poisson',
        maxInFlight: 3_000,
        stages: [
          { durationMs: 2_000 + windowMs / 3, fromPerSecond: 200, toPerSecond: 200 },
          { durationMs: windowMs / 3, fromPerSecond: 200, toPerSecond: 1_200 },
          { durationMs: null, fromPerSecond: 1_200, toPerSecond: 1_200 },
        ],
      },
    },
    requests: {
      ...plain.requests,
      scheduled: 120_100,
      sent: 120_000,
      ok: 119_000,
      failed: 1_000,
      dropped: 100,
    },
    rate: { targetPerSecond: 700, sentPerSecond: 698.2, throughputPerSecond: 692.1 },
    latencyMs: {
      headline: 'response',
      intervals: {
        '50': { low: 4, high: 4.3 },
        '90': { low: 31, high: 36 },
        '95': { low: null, high: 51 },
        '99': { low: 90, high: null },
        '99.9': { low: null, high: null },
        '99.99': { low: null, high: null },
      },
      response: latency(random, { censored: 3, atLeast: ['99.9'] }),
      service: latency(random),
      startLag: latency(random),
      wait: latency(random),
      firstByte: latency(random),
    },
    mix: MIX.map((row) => ({ ...row, latencyMs: latency(random, { count: 60_000 }) })),
    errors: [
      {
        kind: 'status',
        code: '503',
        count: 1_000,
        example: 'GET / was answered with 503',
        firstAtMs: 50,
        lastAtMs: windowMs - 50,
      },
    ],
    statuses: { '200': 119_000, '503': 1_000 },
    thresholds: [
      { ...rule, expression: 'p99<50ms', limit: 50, measured: 96, ok: false },
      { ...rule, expression: 'p50<10ms', figure: 'p50', limit: 10, measured: 4.1, ok: true },
      {
        ...rule,
        expression: 'p99.99<1s',
        figure: 'p99.99',
        limit: 1_000,
        measured: null,
        requestsNeeded: 200_000,
        ok: false,
      },
      {
        ...rule,
        expression: 'error-rate<=1%',
        figure: 'error-rate',
        latency: null,
        operator: '<=',
        limit: 0.01,
        measured: 0.0083,
        isImplied: true,
        ok: true,
      },
    ],
    generator: {
      ...plain.generator,
      verdict: 'target-limited',
      reasons: ['It fell behind.', 'Ask for less.', 'Target and generator share this machine and its cores.'],
      finding: { code: 'backlog-grew', figures: { first: 6, last: 1_536 }, nextStep: 'lower-rate' },
      caveats: [{ code: 'shared-machine', figures: {} }],
      pacing: 'eco',
    },
    series: {
      intervalMs,
      cellsPerOctave: 8,
      buckets: Array.from({ length: intervals }, (_, index) =>
        bucket(random, index * intervalMs, Math.round(700 * (0.9 + 0.2 * random()))),
      ),
    },
  });
}

/** The same with what streams did in each interval. */
export function withTokens(run: Summary): Summary {
  const random = randomFrom(7);
  const quantiles = (ms: number): { p50: number; p90: number; p99: number; max: number } => ({
    ...{
      p50: rounded(ms * (0.8 + random() / 2)),
      p90: ms * 2,
      p99: ms * 3,
      max: rounded(ms * (4 + random())),
    },
  });
  return {
    ...run,
    series: {
      ...run.series,
      buckets: run.series.buckets.map((one) => ({
        ...one,
        tokens: Math.round(20_000 * random()),
        ttft: quantiles(60),
        gap: { ...quantiles(8), cells: cellsWith(random, 8, 1_000) },
      })),
    },
  };
}

/** To as many digits as results have. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
