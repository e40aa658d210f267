import { expect, test } from '@jest/globals';
import { type RunOptions, run } from '../../src/api/index.ts';
import { exitCodeOf } from '../../src/main/summary/exit-code.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { MODES, workersIn } from '../support/modes.ts';
import { useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const startTarget = useTargets();

/** Runs in every mode at once: each of them mostly waits. */
async function inEveryMode(path: string, options: RunOptions) {
  const target = await startTarget();
  const results = await Promise.all(
    MODES.map(async (mode) => {
      const own = { concurrency: 4, workers: workersIn(mode, 2), mode };
      const summary = await run({ url: `${target.url}${path}`, ...own, ...options });
      return { code: exitCodeOf(summary, false), summary };
    }),
  );
  expect(results.map(({ summary }) => summary.plan.mode)).toEqual(MODES);
  return { target, results };
}

test('a rule that does not hold ends the run, in every mode', async () => {
  const { target, results } = await inEveryMode('status/500', {
    duration: '30s',
    abortOn: ['error-rate<50%'],
  });
  for (const { code, summary } of results) {
    const { stoppedBy, interrupted, degraded, windowMs, requests, thresholds } = summary;
    expect(code).toBe(1);
    expect(stoppedBy).toEqual({ expression: 'error-rate<50%', measured: 1, atMs: expect.any(Number) });
    expect(windowMs).toBeGreaterThanOrEqual(stoppedBy!.atMs);
    expect(windowMs).toBeLessThan(10_000);
    expect(interrupted).toBe(false);
    expect(degraded).toBe(false);
    expect(requests.failed).toBe(requests.sent);
    expect(thresholds).toMatchObject([{ expression: 'error-rate<50%', measured: 1, ok: false }]);
  }
  const sent = results.reduce((sum, { summary }) => sum + summary.requests.sent, 0);
  expect(target.stats().requests).toBe(sent);
});

test('rules that hold end nothing, in any mode', async () => {
  const abortOn = ['error-rate<50%', 'p50<1s', 'throughput>20/s', 'rate>20/s'];
  const { results } = await inEveryMode('delay/20', { duration: '2300ms', abortOn });
  for (const { code, summary } of results) {
    expect(summary.stoppedBy).toBeNull();
    expect(summary.windowMs).toBe(2_300);
    expect(summary.thresholds.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    expect(code).toBe(0);
  }
});

test('the text says so first; what is left of a budget does not make it degraded', async () => {
  const target = await startTarget();
  const args = [
    '--mode',
    'inline',
    '--abort-on',
    'p50<1ms',
    '--abort-on',
    'error-rate<50%',
    '--threshold',
    'max<60s',
  ];
  const url = `${target.url}delay/20`;
  const [closed, open] = await Promise.all([
    volley(url, '-c', '2', '-n', '100k', ...args),
    volley(url, '-r', '50', '-n', '3000', ...args),
  ]);
  for (const { code, stdout } of [closed, open]) {
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/DEGRADED|INTERRUPTED/);
    expect(stdout).toMatch(/\nSTOPPED after \S+ m?s: p50<1ms did not hold \(\S+ ms\)\.\n/);
    expect(stdout).toMatch(/thresholds ✓ max<60s .*\n {11}✗ p50<1ms /);
    expect(stdout).toMatch(/ not started/);
  }
});

test('2 for a rule that cannot be read, and for rounds', async () => {
  const { code, stderr } = await volley('127.0.0.1:9', '--abort-on', 'p99', '--repeat', '2');
  expect(code).toBe(2);
  expect(stderr).toContain("--abort-on 'p99': give a rule such as");
  expect(stderr).toContain("--abort-on with --repeat '2': it is for a single run");
});
