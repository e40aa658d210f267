import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { emptyTally, mergeTallies, tallyOf } from '../../src/main/collect/merge.ts';
import { Tally } from '../../src/main/collect/tally.ts';
import { findViolations } from '../../src/main/summary/identities.ts';
import { summarizeLatency } from '../../src/main/summary/latency-summary.ts';
import { sentenceOf } from '../../src/main/text/findings.ts';
import { answered, blockOf, recordsOf } from '../support/samples.ts';
import { summaryWith } from '../support/summary.ts';

const tally = new Tally();
tally.fold(blockOf([answered(1), answered(2), { outcome: 'timeout', serviceMs: 3 }]), recordsOf());
tally.foldErrors([{ kind: 'timeout', code: 'T', count: 1, example: 'e', firstAtMs: 0, lastAtMs: 0 }]);
const merged = mergeTallies(tallyOf(tally), emptyTally());
const latency = (kind: keyof typeof merged.latencies) => summarizeLatency(merged.latencies[kind], ['50']);

const ROW = { name: 'a', method: 'GET', url: 'http://a/', weight: 1, unfinished: 0, dropped: 0 };
const MIX = [
  { ...ROW, sent: 1, ok: 0, failed: 1, latencyMs: { ...latency('service'), count: 1 } },
  { ...ROW, name: 'b', sent: 2, ok: 2, failed: 0, latencyMs: { ...latency('service'), count: 2 } },
];

const SOUND = summaryWith({
  mix: MIX,
  requests: { scheduled: 3, sent: 3, ok: 2, failed: 1, unfinished: 0, dropped: 0, notStarted: 0, retried: 0 },
  statuses: { '200': 2 },
  errors: [{ kind: 'timeout', code: 'T', count: 1, example: 'e' }],
  latencyMs: {
    headline: 'service',
    intervals: null,
    response: latency('response'),
    service: latency('service'),
    startLag: latency('startLag'),
    wait: latency('wait'),
    firstByte: latency('firstByte'),
  },
  histogram: [{ fromMs: 1, toMs: 10, count: 3 }],
  series: {
    intervalMs: 1_000,
    cellsPerOctave: 8,
    buckets: [{ atMs: 0, sent: 3, ok: 2, failed: 1, p50: 2, p99: null, cells: [168, 3] }],
  },
});

describe('the identities of a result', () => {
  test('hold of a sound one', () => {
    expect(findViolations(SOUND, merged, [])).toEqual([]);
  });

  test.each<[string, Partial<Summary>]>([
    ['a request that is nowhere', { requests: { ...SOUND.requests, scheduled: 4 } }],
    ['a request that is neither ok nor failed', { requests: { ...SOUND.requests, ok: 1 } }],
    ['an error that is not counted', { errors: [] }],
    ['an error under another kind', { errors: [{ kind: 'reset', code: 'T', count: 1, example: 'e' }] }],
    ['a status too many', { statuses: { '200': 3 } }],
    [
      'a latency that is missing',
      { latencyMs: { ...SOUND.latencyMs, service: { ...SOUND.latencyMs.service, count: 2 } } },
    ],
    [
      'a lower bound that is missing',
      { latencyMs: { ...SOUND.latencyMs, response: { ...SOUND.latencyMs.response, censored: 0 } } },
    ],
    ['a request of the mix that is missing', { mix: MIX.slice(1) }],
    ['a bar that is too short', { histogram: [{ fromMs: 1, toMs: 10, count: 2 }] }],
    ['an interval that is missing', { series: { intervalMs: 1_000, cellsPerOctave: 8, buckets: [] } }],
  ])('%s is found', (_name, change) => {
    const found = findViolations({ ...SOUND, ...change }, merged, []);
    expect(found.length).toBeGreaterThan(0);
    expect(sentenceOf(found[0]!)).toMatch(/^This is a bug in volley, please report it: .* ≠ /);
  });
});
