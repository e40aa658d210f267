import { describe, expect, test } from '@jest/globals';
import { COMPARISON_REPORTERS } from '../../src/main/reporters/comparison-text.ts';
import { PLAIN_VIEW } from '../../src/main/reporters/view.ts';
import type { Arm, Comparison, Estimate, Level, Pair } from '../../src/protocol/comparison.ts';
import { summaryWith } from '../support/summary.ts';

const WIDE = { ...PLAIN_VIEW, width: 120, isVerbose: true };

const level = (median: number): Level => ({ median, low: median * 0.95, high: median * 1.1 });
const ROUND = { ...summaryWith(), cost: { peakMemoryBytes: 7.1e7, memoryKind: 'proportional' } } as const;

function arm(name: string, perSecond: number, failed: number): Arm {
  return {
    name,
    url: 'http://127.0.0.1:8080/',
    mode: 'threads',
    workers: 1,
    concurrency: 50,
    figures: {
      throughput: level(perSecond),
      p50: level(0.571),
      p90: level(0.97),
      p99: level(2.1),
      cpu: level(94.6),
    },
    failures: { sent: 1_000, failed, share: failed / 1_000 },
    rounds: Array.from({ length: 8 }, () => ROUND),
  };
}

function pair(a: string, b: string): Pair {
  const estimate: Estimate = {
    ...{ ratio: 1.04, low: 0.99, high: 1.1, p: 0.1, rounds: 8, margin: 0.03 },
    ...{ decision: 'undecided', roundsNeeded: 12 },
  };
  return {
    ...{ a, b, adjustedP: 0.1, probabilityShorter: 0.574, shifts: [] },
    figures: { throughput: estimate, p50: estimate, p99: estimate, cpu: estimate },
  };
}

const COMPARISON: Comparison = {
  schemaVersion: 1,
  kind: 'modes',
  tool: summaryWith().tool,
  startedAt: '2026-01-01T00:00:00.000Z',
  interrupted: false,
  metric: 'throughput',
  margin: 0.03,
  arms: [arm('sequential', 3_813, 0), arm('threads ×12', 15_277, 3)],
  pairs: [pair('threads ×12', 'sequential')],
  conclusions: ['threads ×12 served 1.04 (0.99–1.10) times the requests of sequential: not enough rounds.'],
  notes: ['threads ×12: 3 of 1,000 requests failed (0.3 %).'],
};

const REPEAT: Comparison = {
  ...COMPARISON,
  kind: 'repeat',
  arms: [arm('run', 0.03, 0)],
  pairs: [],
  notes: [],
};

describe('the report of a comparison', () => {
  test('leaves out in 80 columns what there is no room for', () => {
    expect(`\n${COMPARISON_REPORTERS.text(COMPARISON)}`).toBe(`
volley 0.1.0  modes: http://127.0.0.1:8080/
2 arms, 8 rounds, judged by throughput, margin ±3 %; medians of rounds

the arms
             workers  throughput  failed     p50      p99  CPU/req  latencies
sequential         1     3,813/s       0  571 µs  2.10 ms  94.6 µs        █ ▃
threads ×12        1    15,277/s   0.3 %  571 µs  2.10 ms  94.6 µs        █ ▃

in proportion, with 95 % intervals
                                throughput               p50               p99
threads ×12 ÷ sequential  1.04 (0.99–1.10)  1.04 (0.99–1.10)  1.04 (0.99–1.10)

threads ×12 served 1.04 (0.99–1.10) times the requests of sequential: not enough
rounds.

note: threads ×12: 3 of 1,000 requests failed (0.3 %).
`);
  });

  test('has long addresses on lines of their own, and promises no interval where there is none', () => {
    const urls = ['http://127.0.0.1:8080/delay/5', 'http://127.0.0.1:8080/delay/9'];
    const arms = COMPARISON.arms.map((one, index) => ({ ...one, url: urls[index]! }));
    const bare = { ...pair('A', 'B').figures.p50!, low: null, high: null };
    const pairs = [{ ...pair('A', 'B'), figures: { throughput: bare, p50: bare } }];
    const lines = COMPARISON_REPORTERS.text({ ...COMPARISON, kind: 'compare', arms, pairs }).split('\n');
    expect(lines.slice(0, 3)).toEqual(['volley 0.1.0  compare:', urls[0], `and ${urls[1]}`]);
    expect(lines).toContain('in proportion');
  });

  test('has everything where there is room, and it is asked for', () => {
    expect(`\n${COMPARISON_REPORTERS.text(COMPARISON, WIDE)}`).toBe(`
volley 0.1.0  modes: http://127.0.0.1:8080/
2 arms, 8 rounds, judged by throughput, margin ±3 %; medians of rounds

the arms
             workers  throughput  failed     p50      p99  CPU/req   memory  start-up    merge    moved  latencies
sequential         1     3,813/s       0  571 µs  2.10 ms  94.6 µs  71.0 MB   50.0 ms  1.00 ms  5.10 kB        █ ▃
threads ×12        1    15,277/s   0.3 %  571 µs  2.10 ms  94.6 µs  71.0 MB   50.0 ms  1.00 ms  5.10 kB        █ ▃

in proportion, with 95 % intervals
                                throughput               p50               p99   CPU per request  P(shorter)
threads ×12 ÷ sequential  1.04 (0.99–1.10)  1.04 (0.99–1.10)  1.04 (0.99–1.10)  1.04 (0.99–1.10)      57.4 %

threads ×12 served 1.04 (0.99–1.10) times the requests of sequential: not enough rounds.

note: threads ×12: 3 of 1,000 requests failed (0.3 %).
`);
  });

  test('of rounds of one run has each figure with the interval of its middle', () => {
    expect(`\n${COMPARISON_REPORTERS.text(REPEAT)}`).toBe(`
volley 0.1.0  repeat: http://127.0.0.1:8080/
1 arm, 8 rounds; medians of rounds

the rounds together
     workers  throughput  failed     p50      p99  CPU/req   memory  latencies
run        1       108/h       0  571 µs  2.10 ms  94.6 µs  71.0 MB        █ ▃

figures with their 95 % intervals
             median     from       to
throughput    108/h    103/h    119/h
p50          571 µs   542 µs   628 µs
p90          970 µs   922 µs  1.07 ms
p99         2.10 ms  1.99 ms  2.31 ms
CPU/req     94.6 µs  89.9 µs   104 µs

threads ×12 served 1.04 (0.99–1.10) times the requests of sequential: not enough
rounds.
`);
  });

  test('of two targets draws how far each percentile lies from the other side', () => {
    const shifts = [
      { percentile: '50', aMs: 1, bMs: 4 },
      { percentile: '90', aMs: 2, bMs: 2 },
      { percentile: '99', aMs: 8, bMs: 4 },
    ];
    const targets = { ...COMPARISON, kind: 'compare', pairs: [{ ...pair('B', 'A'), shifts }] } as const;
    const [, fifty] = /\| p50 .*\| `(.*)` \|/.exec(COMPARISON_REPORTERS.markdown(targets)) ?? [];
    expect(fifty).toMatch(/^█{12}│\u00a0{12}$/);
    expect(COMPARISON_REPORTERS.text(targets)).toContain(`
latency of B against A
           A        B     shift       shorter│longer
p50  4.00 ms  1.00 ms  −3.00 ms  ████████████│
p90  2.00 ms  2.00 ms     +0 µs              │
p99  4.00 ms  8.00 ms  +4.00 ms              │██████
`);
  });

  test('keeps the figure that decides', () => {
    const long = {
      ...COMPARISON,
      metric: 'cpu',
      pairs: [pair('processes ×12', 'threads ×12 of old')],
    } as const;
    const text = COMPARISON_REPORTERS.text(long);
    expect(text).toMatch(/ CPU per request\n/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
