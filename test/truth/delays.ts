import { atServerMs, loggedResponseMs, stalls, steadyRate } from '../../src/main/doctor/known-answers.ts';
import { type Check, Checks, type Experiment } from './check.ts';
import { brief, meanOf, type Observation, type Observed, observe, percentileOf } from './harness.ts';

const service = (requests: readonly Observation[]): number[] => requests.map(({ serviceMs }) => serviceMs);
const response = (requests: readonly Observation[]): number[] =>
  requests.map(({ intendedMs, endMs }) => endMs - intendedMs);

/** What holds of every run in which every request was answered. */
function soundness(
  checks: Checks,
  { summary, requests, disordered, log, recorded }: Observed,
  expected: number,
): void {
  checks.exact(
    'requests, ok',
    `${expected}, ${expected}`,
    `${summary.requests.scheduled}, ${summary.requests.ok}`,
  );
  checks.exact('requests at the server, with the warm-up', recorded, log.arrivedMs.length);
  checks.exact('intended ≤ sent ≤ arrived ≤ left ≤ end fails for', 0, disordered);
  checks.exact(
    'answers that belong to two requests',
    0,
    requests.length - new Set(requests.map(({ arrivedMs }) => arrivedMs)).size,
  );
  checks.exact('identities that fail', 0, summary.degradedReasons.length);
}

const fixed = (mode: 'threads' | 'processes' | 'inline'): Experiment => ({
  name: `fixed 10 ms, 200/s, ${mode}`,
  async run(isShort): Promise<readonly Check[]> {
    const { options, count, fromMs } = steadyRate(200, isShort ? 1_000 : 30_000);
    const observed = await observe({ kind: 'delay', delayMs: 10 }, { ...options, mode }, brief(isShort));
    const checks = new Checks();
    soundness(checks, observed, count);
    const requests = observed.requests.filter(({ intendedMs }) => intendedMs >= fromMs);
    const atServer = requests.map(atServerMs);
    const after = requests.map(({ endMs, leftMs }) => endMs - leftMs);
    checks.below('end − departure, p99', 5, percentileOf(after, 99));
    // Of 600, the six largest say more about this machine's other work than about volley.
    for (const percent of isShort ? [50, 95] : [50, 99]) {
      const logged = percentileOf(atServer, percent);
      checks.near(
        `service p${percent} against the log`,
        logged,
        0.5,
        percentileOf(service(requests), percent),
      );
    }
    return checks.list;
  },
});

const mixture: Experiment = {
  name: '95 % 5 ms, every 20th 100 ms',
  async run(isShort) {
    const { options, count, fromMs } = steadyRate(200, isShort ? 2_000 : 30_000);
    const observed = await observe(
      { kind: 'mix', every: 20, slowMs: 100, fastMs: 5 },
      options,
      brief(isShort),
    );
    const checks = new Checks();
    soundness(checks, observed, count);
    const times = service(observed.requests);
    const looked = service(observed.requests.filter(({ intendedMs }) => intendedMs >= fromMs));
    const isBetween = (time: number): boolean => time > 50 && time < 99;
    const logged = observed.requests.filter(({ intendedMs }) => intendedMs >= fromMs).map(atServerMs);
    // The p94 is the 99th of the fast ones: of 400 that says more about this machine's other work than about volley.
    const fast = isShort ? 90 : 94;
    const expectedMs = isShort ? percentileOf(logged, fast) : 5;
    checks.near(`service p${fast}`, expectedMs, 1, percentileOf(looked, fast));
    checks.near('service p96', isShort ? percentileOf(logged, 96) : 100, 1, percentileOf(looked, 96));
    const slow = times.filter((time) => time >= 99).length;
    checks.judged('slow ones, above 99 ms', String(count / 20), String(slow));
    const betweenAtServer = isShort ? observed.requests.map(atServerMs).filter(isBetween).length : 0;
    const between = times.filter(isBetween).length;
    checks.judged('strictly between (50 … 99 ms)', String(betweenAtServer), String(between));
    return checks.list;
  },
};

/** A second in every ten, or in the short form 200 ms of two seconds. */
function tenths(isShort: boolean) {
  const [durationMs, periodMs] = isShort ? [2_000, 2_000] : [30_000, 10_000];
  const load = stalls(1_000, durationMs, periodMs);
  return { ...load, scale: load.stallMs / 1_000 };
}

const stall: Experiment = {
  name: 'stalls a tenth of the time, 2 ms service, 1000/s',
  async run(isShort) {
    const { scenario, options, count, scale } = tenths(isShort);
    const observed = await observe(scenario, options, brief(isShort));
    const checks = new Checks();
    soundness(checks, observed, count);
    const { percentiles, max } = observed.summary.latencyMs.response;
    const logged = observed.requests.map(loggedResponseMs);
    for (const [percent, waitMs] of [
      [50, 0],
      [92, 200],
      [95, 500],
      [99, 900],
    ] as const) {
      const measured = percentiles[String(percent)] ?? Number.NaN;
      const fromLog = percentileOf(logged, percent);
      checks.near(`response p${percent} against the log`, fromLog, Math.max(3, fromLog * 0.01), measured);
      checks.between(
        `response p${percent} against the closed form`,
        2 + waitMs * scale - 0.5,
        2 + waitMs * scale + 40,
        measured,
      );
    }
    checks.between('response max', 2 + 1_000 * scale - 0.5, 2 + 1_000 * scale + 40, max ?? 0);
    checks.judged('verdict', 'ok', observed.summary.generator.verdict);
    return checks.list;
  },
};

const stallCapped: Experiment = {
  name: 'the same, --max-in-flight 10',
  async run(isShort) {
    const { scenario, options, count, scale } = tenths(isShort);
    const observed = await observe(scenario, { ...options, maxInFlight: 10 }, brief(isShort));
    const checks = new Checks();
    soundness(checks, observed, count);
    const { response: total, service: alone } = observed.summary.latencyMs;
    const about = (ms: number): [number, number] => [ms * 0.93, ms * 1.07 + 15];
    checks.between('response p95, about 602', ...about(2 + 600 * scale), total.percentiles['95'] ?? 0);
    checks.between('response p99, about 922', ...about(2 + 920 * scale), total.percentiles['99'] ?? 0);
    checks.between('service p99, about 2', 2, 6, alone.percentiles['99'] ?? 0);
    checks.judged('verdict', 'connection-limited', observed.summary.generator.verdict);
    return checks.list;
  },
};

const serial = (arrivals: 'constant' | 'poisson'): Experiment => ({
  name: `one serial server of 1 ms, ${arrivals} 500/s`,
  async run(isShort) {
    const seconds = isShort ? 2 : 30;
    const observed = await observe(
      { kind: 'serial', serviceMs: 1 },
      { rate: 500, arrivals, duration: `${seconds}s`, pacing: 'precise', workers: 1, seed: 2 },
      brief(isShort),
    );
    const checks = new Checks();
    const { requests, log, summary, recorded } = observed;
    soundness(checks, observed, requests.length);
    if (arrivals === 'constant') checks.exact('requests', 500 * seconds, requests.length);
    const measured = meanOf(response(requests));
    // M/D/1 at half load: 1 + ρ ÷ (2 − 2ρ) = 1.5 services. The sample of a few seconds is its own.
    if (arrivals === 'constant') checks.near('mean response', 1, 0.15, measured);
    else if (!isShort) checks.near('mean response', 1.5, 0.15, measured);
    checks.near(
      'mean response against Lindley’s recursion',
      meanOf(lindley(log.arrivedMs, 1).slice(recorded - requests.length)) +
        meanOf(requests.map(({ intendedMs, arrivedMs }) => arrivedMs - intendedMs)),
      0.15,
      measured,
    );
    checks.reported('mean response in the summary', summary.latencyMs.response.mean ?? 0);
    return checks.list;
  },
});

/** Times in a first-come-first-served system with one server: each waits for whoever was before it. */
function lindley(arrivedMs: Float64Array, serviceMs: number): number[] {
  let freeAtMs = Number.NEGATIVE_INFINITY;
  return Array.from(arrivedMs, (atMs) => {
    freeAtMs = Math.max(freeAtMs, atMs) + serviceMs;
    return freeAtMs - atMs;
  });
}

const capacity: Experiment = {
  name: 'capacity 500/s, rate 1000/s',
  async run(isShort) {
    const seconds = isShort ? 1 : 10;
    const observed = await observe(
      { kind: 'serial', serviceMs: 2 },
      { rate: 1_000, duration: `${seconds}s`, timeout: '60s', pacing: 'precise', workers: 1 },
      { warmupMs: 0 },
    );
    const checks = new Checks();
    soundness(checks, observed, 1_000 * seconds);
    const { summary, requests } = observed;
    // The k-th is due at k ms and answered at 2k ms: it takes as long as it is late in the run.
    for (const share of [0.25, 0.5, 0.75, 1]) {
      const request = requests[Math.ceil(requests.length * share) - 1];
      const expectedMs = seconds * 1_000 * share;
      checks.near(
        `response at ${share * 100} % of the window`,
        expectedMs,
        expectedMs * 0.03 + 5,
        (request?.endMs ?? 0) - (request?.intendedMs ?? 0),
      );
    }
    checks.near('throughput per second', 500, 10, summary.rate.throughputPerSecond);
    checks.exact(
      'dropped, unfinished',
      '0, 0',
      `${summary.requests.dropped}, ${summary.requests.unfinished}`,
    );
    checks.judged('verdict', 'target-limited', summary.generator.verdict);
    return checks.list;
  },
};

export const DELAY_EXPERIMENTS: readonly Experiment[] = [
  fixed('threads'),
  fixed('processes'),
  fixed('inline'),
  mixture,
  stall,
  stallCapped,
  serial('poisson'),
  serial('constant'),
  capacity,
];
