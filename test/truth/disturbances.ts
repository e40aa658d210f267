import { fileURLToPath } from 'node:url';
import { OUTCOME } from '../../src/protocol/report.ts';
import { type Check, Checks, type Experiment } from './check.ts';
import { brief, observe, percentileOf } from './harness.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/${name}`, import.meta.url));

/** Of every ten requests at 200/s. */
const HALF_A_TURN_MS = 25;

const hang: Experiment = {
  name: 'hangs for the last 8 % of the run',
  async run(isShort): Promise<readonly Check[]> {
    const [seconds, timeout, afterMs] = isShort ? [2, '1s', 1_835] : [10, '2s', 9_195];
    const { summary, requests } = await observe(
      { kind: 'hang', afterMs, gapMs: 10 },
      { rate: 100, duration: `${seconds}s`, timeout, pacing: 'precise', workers: 1 },
      brief(isShort),
    );
    const timeouts = (seconds * 100 * 8) / 100;
    const timeoutMs = Number.parseFloat(timeout) * 1_000;
    const checks = new Checks();
    const { response } = summary.latencyMs;
    const timedOut = summary.errors.find(({ kind }) => kind === 'timeout')?.count ?? 0;
    checks.exact('requests', seconds * 100, summary.requests.sent);
    checks.exact('censored', timedOut, response.censored);
    // One that arrives late is answered no more.
    checks.judged('timeouts', String(timeouts), String(timedOut));
    checks.exact('p90 is a lower bound', false, response.atLeast.includes('90'));
    checks.exact('p95 is a lower bound', true, response.atLeast.includes('95'));
    checks.below('p90', 5, response.percentiles['90'] ?? Number.NaN);
    checks.between('p95', timeoutMs, timeoutMs + 10, response.percentiles['95'] ?? 0);
    const ages = requests
      .filter(({ status }) => status === 0)
      .map(({ waitMs, serviceMs }) => waitMs + serviceMs - timeoutMs);
    checks.between('timeouts fire after the timeout, at the earliest', 0, 5, Math.min(...ages));
    checks.below('timeouts fire after the timeout, at the latest', 5, Math.max(...ages));
    return checks.list;
  },
};

const crowded: Experiment = {
  name: 'many in flight, none answered',
  async run(isShort) {
    const [rate, seconds, timeoutMs] = isShort ? [1_500, 2, 1_000] : [1_000, 20, 15_000];
    const { summary, requests } = await observe(
      { kind: 'hang', afterMs: Number.NEGATIVE_INFINITY, gapMs: 0 },
      {
        rate,
        duration: `${seconds}s`,
        timeout: `${timeoutMs}ms`,
        maxInFlight: 19_000,
        workers: 1,
        pacing: 'eco',
      },
      // Linux looks for a free port among the even ones first: beyond 14,000 connections to one address it takes a
      // millisecond to open another.
      { addresses: isShort ? 1 : 2 },
    );
    const checks = new Checks();
    // One that started late has its deadline after the end of all waiting, and is left unfinished.
    checks.exact(
      'requests, without an answer',
      `${rate * seconds}, ${rate * seconds}`,
      `${summary.requests.sent}, ${summary.requests.failed + summary.requests.unfinished}`,
    );
    checks.reported('in flight at once', (rate * timeoutMs) / 1_000);
    const ages = requests
      .filter(({ outcome }) => outcome === OUTCOME.timeout)
      .map(({ waitMs, serviceMs }) => waitMs + (Number.isNaN(serviceMs) ? 0 : serviceMs) - timeoutMs);
    checks.between('timeouts fire after the timeout, p50', 0, 2, percentileOf(ages, 50));
    checks.between('timeouts fire after the timeout, p99', 0, 5, percentileOf(ages, 99));
    return checks.list;
  },
};

const blocked: Experiment = {
  name: 'worker blocked for 200 ms in every 2 s',
  async run(isShort) {
    const seconds = isShort ? 2 : 10;
    const options = { rate: 500, duration: `${seconds}s`, pacing: 'precise', workers: 1 } as const;
    const quiet = await observe(
      { kind: 'delay', delayMs: 2 },
      { ...options, duration: isShort ? '1s' : '5s' },
      brief(isShort),
    );
    const disturbed = await observe({ kind: 'delay', delayMs: 2 }, options, {
      ...brief(isShort),
      preload: fixture('block-worker.cjs'),
    });
    const { summary } = disturbed;
    const checks = new Checks();
    checks.exact(
      'requests, ok',
      `${500 * seconds}, ${500 * seconds}`,
      `${summary.requests.sent}, ${summary.requests.ok}`,
    );
    checks.exact('stamps in disorder', 0, disturbed.disordered);
    checks.near(
      'service p50',
      quiet.summary.latencyMs.service.percentiles['50'] ?? 0,
      0.2,
      summary.latencyMs.service.percentiles['50'] ?? 0,
    );
    checks.between('start lag max', 150, 260, summary.latencyMs.startLag.max ?? 0);
    checks.judged('verdict', 'generator-limited', summary.generator.verdict);
    return checks.list;
  },
};

const faulty = (fault: 'close' | 'reset' | 'truncate' | 'garbage', kind: string): Experiment => ({
  name: `every tenth: ${fault}`,
  async run(isShort) {
    const seconds = isShort ? 1 : 10;
    const { summary, requests, log, recorded, failed, disordered } = await observe(
      { kind: 'fault', fault, every: 10, delayMs: 5 },
      { rate: 200, duration: `${seconds * 1_000}ms`, pacing: 'precise', workers: 1 },
      brief(isShort, HALF_A_TURN_MS),
    );
    const sent = 200 * seconds;
    const checks = new Checks();
    const arrived = log.arrivedMs.length;
    checks.exact(
      'with the warm-up: requests, failed',
      `${arrived}, ${Math.floor(arrived / 10)}`,
      `${recorded}, ${failed}`,
    );
    checks.exact('requests', sent, summary.requests.sent);
    const failedInWindow = requests.filter(({ outcome }) => outcome !== 0).length;
    checks.exact('failed, in the summary and in the records', failedInWindow, summary.requests.failed);
    // The server counts what arrives: a late request of the warm-up may be the tenth in the place of one of the window.
    checks.judged('failed', String(sent / 10), String(summary.requests.failed));
    checks.exact('kinds', kind, summary.errors.map((error) => error.kind).join());
    checks.exact('answers matched to another request', 0, disordered);
    const others = requests.filter(({ outcome }) => outcome === 0).map(({ serviceMs }) => serviceMs);
    checks.near('service p50 of the others', 5, 0.7, percentileOf(others, 50));
    checks.between('service p95 of the others', 5, 8, percentileOf(others, 95));
    return checks.list;
  },
});

const slowBodies: Experiment = {
  name: 'slow bodies, every tenth',
  async run(isShort) {
    const seconds = isShort ? 1 : 10;
    const { summary, requests, disordered } = await observe(
      { kind: 'slowBody', every: 10, slowMs: 100, delayMs: 5 },
      { rate: 200, duration: `${seconds}s`, pacing: 'precise', workers: 1 },
      brief(isShort, HALF_A_TURN_MS),
    );
    const checks = new Checks();
    checks.exact(
      'requests, ok',
      `${200 * seconds}, ${200 * seconds}`,
      `${summary.requests.sent}, ${summary.requests.ok}`,
    );
    checks.exact('stamps in disorder', 0, disordered);
    const slow = requests.filter(({ serviceMs }) => serviceMs > 95);
    checks.judged('slow ones', String(20 * seconds), String(slow.length));
    checks.near(
      'their first byte, p50',
      5,
      1,
      percentileOf(
        slow.map(({ firstByteMs }) => firstByteMs),
        50,
      ),
    );
    checks.below(
      'p50 of the others',
      6,
      percentileOf(
        requests.filter(({ serviceMs }) => serviceMs <= 95).map(({ serviceMs }) => serviceMs),
        50,
      ),
    );
    return checks.list;
  },
};

const dayClock: Experiment = {
  name: 'day clock stepped by an hour',
  async run(isShort) {
    const seconds = isShort ? 1 : 10;
    const { summary, disordered } = await observe(
      { kind: 'delay', delayMs: 5 },
      { rate: 200, duration: `${seconds}s`, pacing: 'precise', workers: 1 },
      { ...brief(isShort), preload: fixture('step-day-clock.cjs') },
    );
    const checks = new Checks();
    checks.exact(
      'requests, ok',
      `${200 * seconds}, ${200 * seconds}`,
      `${summary.requests.sent}, ${summary.requests.ok}`,
    );
    checks.exact('stamps in disorder', 0, disordered);
    checks.exact('window, in ms', seconds * 1_000, summary.windowMs);
    checks.below('response max', 1_000, summary.latencyMs.response.max ?? Number.NaN);
    return checks.list;
  },
};

export const DISTURBANCE_EXPERIMENTS: readonly Experiment[] = [
  hang,
  blocked,
  faulty('close', 'reset'),
  faulty('reset', 'reset'),
  faulty('truncate', 'truncated'),
  faulty('garbage', 'protocol'),
  slowBodies,
  dayClock,
];

/** Takes a machine of its own to hold its bounds. */
export const LARGE_EXPERIMENTS: readonly Experiment[] = [crowded];
