import { describe, expect, test } from '@jest/globals';
import type { LatencySummary, Summary } from '../../src/api/index.ts';
import { Backlog, type Growth } from '../../src/main/collect/backlog.ts';
import { Series } from '../../src/main/collect/series.ts';
import { whenFailed as failedWhen } from '../../src/main/summary/episode.ts';
import { exitCodeOf, failsByVerdict } from '../../src/main/summary/exit-code.ts';
import type { ProxyUse } from '../../src/main/summary/failing.ts';
import { judge as judgementOf } from '../../src/main/summary/verdict.ts';
import { VERDICT_LIMITS, type VerdictFacts } from '../../src/main/summary/verdict-facts.ts';
import { whenText } from '../../src/main/text/failure-words.ts';
import { headlinesOf } from '../../src/main/text/headlines.ts';
import { reasonsOf } from '../../src/main/text/reasons.ts';
import type { FindingFigures } from '../../src/protocol/finding.ts';
import { OUTCOME } from '../../src/protocol/report.ts';
import { LATENCY, summaryWith } from '../support/summary.ts';

/** The verdict in words. */
function judge(facts: VerdictFacts): { verdict: string; reasons: string[] } {
  const judgement = judgementOf(facts);
  return { verdict: judgement.verdict, reasons: reasonsOf(judgement) };
}
const latency = (mean: number, p99: number): LatencySummary => ({
  ...LATENCY,
  mean,
  percentiles: { '99': p99 },
});

/** Over the quarters of a window. */
const grew = (
  outstanding: readonly number[],
  tookMs: readonly number[] = outstanding.map(() => Number.NaN),
): Growth => ({ forMs: 10_000, due: 1_000, outstanding, tookMs });

const QUIET: VerdictFacts = {
  load: { model: 'open', pacing: 'precise', maxInFlight: 10 },
  concurrency: 5,
  hasUsers: false,
  limitPerSecond: null,
  iterations: [],
  code: null,
  latencies: {
    response: latency(10, 20),
    service: latency(10, 20),
    startLag: latency(0, 0.1),
    wait: latency(0, 0.1),
    firstByte: latency(9, 19),
  },
  errors: [],
  loopBusy: 1,
  processorWait: null,
  stoodStillMs: 0,
  heldShare: null,
  streams: 1,
  keepsAlive: true,
  windowMs: 10_000,
  connections: { opened: 10, closedByTarget: 0 },
  requests: { sent: 1_000, ok: 1_000, unfinished: 0, dropped: 0 },
  mix: [],
  isStopped: false,
  when: null,
  growth: grew([10, 10, 10, 10]),
  isTargetLocal: false,
  isBatch: false,
};
const WAITED = {
  code: 'iterations-waited',
  figures: { scenario: 'buy', waitMs: 300, responseMs: 400, users: 2 },
} as const;
const closed = (changes: Partial<VerdictFacts>): VerdictFacts => ({
  ...QUIET,
  load: { model: 'closed' },
  loopBusy: 0.1,
  growth: null,
  ...changes,
});
const CODE = { ms: 1, share: 0.1, blockedShare: 0, longestMs: 0, longestOf: null };
const BLOCKS = {
  ...{ ms: 1, share: 0.2, blockedShare: 0.1, longestMs: 50 },
  longestOf: { scenario: 'shop', after: null },
};
const withLatencies = (changes: Partial<VerdictFacts['latencies']>): Partial<VerdictFacts> => ({
  latencies: { ...QUIET.latencies, ...changes },
});
const {
  startLagP99Ms,
  startLagShare,
  loopBusy,
  waitShare,
  waitMs,
  growthByQuarter,
  growth,
  reopenedShare,
  fewestRequests,
  shortestMs,
  processorWait,
  failedShare,
  doubtfulShare,
  heldShare,
  failedShareOfRequest,
  fewestOfRequest,
} = VERDICT_LIMITS;
const SENT = QUIET.requests;
const REOPENING = { connections: { opened: 1_000, closedByTarget: 995 } };
const failed = (count: number): Partial<VerdictFacts> => ({
  requests: { ...SENT, ok: SENT.sent - count },
  errors: [{ kind: 'status', code: '500', count, example: '' }],
});
const doubted = (doubtfulAnswers: number): Partial<VerdictFacts> => ({
  connections: { ...QUIET.connections, unrequested: 1, doubtfulAnswers },
});
const mixRow = (sent: number, bad: number): VerdictFacts['mix'][number] => ({
  name: 'create',
  sent,
  ok: sent - bad,
  unfinished: 0,
});

describe('the verdict, on each side of each line', () => {
  test.each<[string, VerdictFacts, string]>([
    ['open and quiet', QUIET, 'ok'],
    ['closed and quiet', closed({}), 'ok'],
    [
      'precise lag on the line',
      { ...QUIET, ...withLatencies({ startLag: latency(0, startLagP99Ms.precise) }) },
      'ok',
    ],
    [
      'precise lag above it',
      { ...QUIET, ...withLatencies({ startLag: latency(0, startLagP99Ms.precise + 0.01) }) },
      'generator-limited',
    ],
    [
      'eco lag on the line',
      {
        ...QUIET,
        load: { model: 'open', pacing: 'eco', maxInFlight: 1 },
        ...withLatencies({ startLag: latency(0, startLagP99Ms.eco) }),
      },
      'ok',
    ],
    [
      'eco lag above it',
      {
        ...QUIET,
        load: { model: 'open', pacing: 'eco', maxInFlight: 1 },
        ...withLatencies({ startLag: latency(0, startLagP99Ms.eco + 0.01) }),
      },
      'generator-limited',
    ],
    [
      'a lag that is a small share of the response',
      { ...QUIET, ...withLatencies({ startLag: latency(0, 5), response: latency(10, 5 / startLagShare) }) },
      'ok',
    ],
    [
      'a lag that is just more than that share',
      {
        ...QUIET,
        ...withLatencies({ startLag: latency(0, 5), response: latency(10, 5 / startLagShare - 0.1) }),
      },
      'generator-limited',
    ],
    ['a busy loop in the open model proves nothing', { ...QUIET, loopBusy: 1 }, 'ok'],
    ['a loop on the line', closed({ loopBusy }), 'ok'],
    ['a loop above it', closed({ loopBusy: loopBusy + 0.001 }), 'generator-limited'],
    [
      'a wait of half the response',
      { ...QUIET, ...withLatencies({ wait: latency(10 * waitShare, 9) }) },
      'ok',
    ],
    [
      'a wait of more',
      { ...QUIET, ...withLatencies({ wait: latency(10 * waitShare + 0.01, 9) }) },
      'connection-limited',
    ],
    [
      'a wait in the open model while more connections may be opened',
      {
        ...QUIET,
        connections: { opened: 9, closedByTarget: 0 },
        ...withLatencies({ wait: latency(9, 9) }),
      },
      'ok',
    ],
    [
      'a wait in the closed model where the target closes connections',
      closed({ ...REOPENING, ...withLatencies({ wait: latency(10 * waitShare + 0.01, 9) }) }),
      'connection-limited',
    ],
    [
      'a wait in the closed model for the first connections',
      closed({
        connections: { opened: 5 + 1_000 * reopenedShare, closedByTarget: 1_000 * reopenedShare },
        ...withLatencies({ wait: latency(9, 9) }),
      }),
      'ok',
    ],
    [
      'a wait for streams that the target does not allow',
      closed({ streams: 5, ...withLatencies({ wait: latency(9, 9) }) }),
      'connection-limited',
    ],
    [
      'too few requests for a busy loop',
      closed({ loopBusy: 1, requests: { ...SENT, sent: fewestRequests - 1, ok: fewestRequests - 1 } }),
      'ok',
    ],
    [
      'just enough of them',
      closed({ loopBusy: 1, requests: { ...SENT, sent: fewestRequests, ok: fewestRequests } }),
      'generator-limited',
    ],
    ['a window too short for it', closed({ loopBusy: 1, windowMs: shortestMs - 1 }), 'ok'],
    ['one just long enough', closed({ loopBusy: 1, windowMs: shortestMs }), 'generator-limited'],
    [
      'a wait for a processor in the time of a few requests',
      closed({ processorWait: 0.9, requests: { ...SENT, sent: 5, ok: 5 } }),
      'generator-limited',
    ],
    ['a wait for a processor in no time', closed({ processorWait: 0.9, windowMs: shortestMs - 1 }), 'ok'],
    ['a wait for a processor on the line', { ...QUIET, processorWait }, 'ok'],
    [
      'a wait for a processor above it',
      { ...QUIET, processorWait: processorWait + 0.001 },
      'generator-limited',
    ],
    ['failures on the line', closed(failed(1_000 * failedShare)), 'ok'],
    ['failures above it', closed(failed(1_000 * failedShare + 1)), 'failing'],
    ['answers in doubt on the line', closed(doubted(1_000 * doubtfulShare)), 'ok'],
    ['answers in doubt above it', closed(doubted(1_000 * doubtfulShare + 1)), 'failing'],
    ['answers in doubt, rows of a batch', closed({ ...doubted(1_000), isBatch: true }), 'ok'],
    ['failures outrank a busy loop', closed({ loopBusy: 1, ...failed(500) }), 'failing'],
    ['failures in the shortest run', closed({ requests: { ...SENT, sent: 1, ok: 0 } }), 'failing'],
    [
      'requests without an answer above the line',
      closed({ requests: { ...SENT, ok: 989, unfinished: 11 } }),
      'failing',
    ],
    [
      'the same where the run was stopped',
      closed({ isStopped: true, requests: { ...SENT, ok: 989, unfinished: 11 } }),
      'ok',
    ],
    [
      'dropped requests that nothing explains',
      { ...QUIET, connections: { opened: 9, closedByTarget: 0 }, requests: { ...SENT, dropped: 11 } },
      'failing',
    ],
    [
      'dropped requests of a stopped run',
      { ...QUIET, isStopped: true, requests: { ...SENT, dropped: 11 } },
      'ok',
    ],
    [
      'dropped requests where all connections were in use',
      { ...QUIET, requests: { ...SENT, dropped: 500 }, ...withLatencies({ wait: latency(9, 9) }) },
      'connection-limited',
    ],
    [
      'one request of a mix, half of it',
      closed({ mix: [mixRow(fewestOfRequest + 1, (fewestOfRequest + 1) * failedShareOfRequest)] }),
      'ok',
    ],
    [
      'one request of a mix, more than half',
      closed({ mix: [mixRow(fewestOfRequest, fewestOfRequest)] }),
      'failing',
    ],
    [
      'one request of a mix, hardly sent',
      closed({ mix: [mixRow(fewestOfRequest - 1, fewestOfRequest - 2)] }),
      'ok',
    ],
    ['one request of a mix, each of three', closed({ mix: [mixRow(3, 3)] }), 'failing'],
    ['one request of a mix, both', closed({ mix: [mixRow(2, 2)] }), 'ok'],
    [
      'failures of which this machine is the cause alone',
      closed({
        requests: { ...SENT, ok: 100 },
        errors: [{ kind: 'generator', code: 'EMFILE', count: 900, example: '' }],
      }),
      'generator-limited',
    ],
    [
      'a wait too short to matter',
      { ...QUIET, ...withLatencies({ wait: latency(waitMs, 1), response: latency(waitMs, 1) }) },
      'ok',
    ],
    [
      'few failures that hold connections',
      closed({ ...failed(5), heldShare: heldShare + 0.01, windowMs: shortestMs }),
      'failing',
    ],
    [
      'few failures that hold connections in a window too short to tell',
      closed({ ...failed(5), heldShare: heldShare + 0.01, windowMs: shortestMs - 1 }),
      'ok',
    ],
    ['few failures that hold just too little', closed({ ...failed(5), heldShare }), 'ok'],
    ['failures of the warm-up that go on', closed({ heldShare: heldShare + 0.01 }), 'failing'],
    ['iterations that waited for a user', { ...QUIET, hasUsers: true, waited: WAITED }, 'vu-limited'],
    [
      'iterations that waited for a user, where nothing reads the answers',
      closed({ hasUsers: true, waited: WAITED, loopBusy: 0.99 }),
      'generator-limited',
    ],
    ['steady growth', { ...QUIET, growth: grew([100, 200, 300, 400]) }, 'target-limited'],
    ['growth that pauses', { ...QUIET, growth: grew([100, 200, 200, 400]) }, 'ok'],
    ['growth on the line', { ...QUIET, growth: grew([100, 100 * growthByQuarter, 200, 400]) }, 'ok'],
    ['growth by a few requests', { ...QUIET, growth: grew([1, 3, 5, growth]) }, 'ok'],
    ['growth by just enough', { ...QUIET, growth: grew([1, 3, 5, growth + 1]) }, 'target-limited'],
    [
      'growth of answers that take as long as the window, from first to last',
      { ...QUIET, growth: grew([21, 60, 100, 134], [5_000, 5_010, 5_001, 5_002]) },
      'ok',
    ],
    [
      'growth of answers that take longer and longer',
      { ...QUIET, growth: grew([21, 60, 100, 134], [500, 1_010, 2_001, 3_002]) },
      'target-limited',
    ],
    ['growth means nothing in the closed model', closed({ growth: grew([1, 100, 200, 400]) }), 'ok'],
    [
      'this machine ran out',
      closed({ errors: [{ kind: 'generator', code: 'EMFILE', count: 1, example: '' }] }),
      'generator-limited',
    ],
    [
      'the target refused',
      closed({ errors: [{ kind: 'connect', code: 'ECONNREFUSED', count: 1, example: '' }] }),
      'ok',
    ],
    [
      'late starts outrank waiting',
      { ...QUIET, ...withLatencies({ startLag: latency(5, 15), wait: latency(9, 9) }) },
      'generator-limited',
    ],
    [
      'waiting outranks growth',
      { ...QUIET, growth: grew([1, 100, 200, 400]), ...withLatencies({ wait: latency(9, 9) }) },
      'connection-limited',
    ],
  ])('%s', (_name, facts, verdict) => {
    expect(judge(facts).verdict).toBe(verdict);
    expect(judge(facts).reasons.length).toBeGreaterThan(0);
  });

  const usual = (p50: number, mean: number, p99: number, min = 0): LatencySummary => ({
    ...latency(mean, p99),
    min,
    percentiles: { '50': p50, '99': p99 },
  });
  /** Late by a tenth of the response, in half of the starts, and without a processor: 100 a second, at most 10 at once. */
  const LATE = { startLag: usual(0, 5, 200), wait: usual(1_500, 1_500, 2_000) };
  const late = (changes: Partial<VerdictFacts['latencies']>, others: Partial<VerdictFacts> = {}) => ({
    ...QUIET,
    processorWait: 0.5,
    ...withLatencies({ response: usual(1_600, 1_600, 2_000), ...LATE, ...changes }),
    ...others,
  });
  const growing = (lagMs: number): VerdictFacts =>
    late(
      { wait: usual(0, 0, 0), startLag: usual(0, lagMs, 200), service: usual(1_600, 1_600, 2_000) },
      {
        growth: grew([10, 50, 90, 130]),
        load: { ...QUIET.load, maxInFlight: 1_000 } as VerdictFacts['load'],
      },
    );
  test.each<[string, VerdictFacts, string]>([
    ['more connections than may be open', late({ service: usual(101, 120, 200) }), 'waited-for-connection'],
    ['just as many', late({ service: usual(100, 120, 200) }), 'late-starts'],
    [
      'more only if answers were read at once',
      late({ service: usual(101, 120, 200), startLag: usual(1, 5, 200) }),
      'late-starts',
    ],
    [
      'more for the shortest answer alone',
      late({ service: usual(140, 140, 200, 101), startLag: usual(50, 50, 200) }),
      'waited-for-connection',
    ],
    ['more and more, hardly late', growing(startLagShare * 1_600), 'backlog-grew'],
    ['more and more, later than that', growing(startLagShare * 1_600 + 1), 'late-starts'],
  ])('on a busy machine requests need %s', (_name, facts, code) => {
    const { finding, caveats } = judgementOf(facts);
    expect(finding.code).toBe(code);
    expect(caveats.map((caveat) => caveat.code)).toEqual(code === 'late-starts' ? [] : ['late-starts']);
  });

  const fewLate = (max: number): LatencySummary => ({ ...usual(0, 0, 0), percentiles: { '99': null }, max });
  test.each<[string, LatencySummary, string, string[]]>([
    ['on the line', usual(0, 0, startLagShare * 20), 'kept-up', ['no-processor']],
    ['above it', usual(0, 0, startLagShare * 20 + 0.01), 'no-processor', []],
    ['of few requests the latest, on the line', fewLate(startLagShare * 20), 'kept-up', ['no-processor']],
    ['and above it', fewLate(startLagShare * 20 + 0.01), 'no-processor', []],
  ])('a lag beside the usual response, without a processor, %s', (_name, startLag, code, others) => {
    const { finding, caveats } = judgementOf({
      ...QUIET,
      processorWait: 0.5,
      ...withLatencies({ response: usual(20, 20, 100), startLag }),
    });
    expect([finding.code, caveats.map((caveat) => caveat.code)]).toEqual([code, others]);
  });

  test.each([
    ['on time', 0, 'run-too-short'],
    ['late', 5, 'no-processor'],
  ])('of fewer requests than can be judged, without a processor and %s', (_name, lagMs, code) => {
    const few = { ...SENT, sent: fewestRequests - 1, ok: fewestRequests - 1 };
    const latencies = withLatencies({ response: usual(20, 20, 100), startLag: fewLate(lagMs) });
    const { finding } = judgementOf({ ...QUIET, requests: few, processorWait: 0.5, ...latencies });
    expect(finding.code).toBe(code);
  });

  test.each([
    [
      failed(5),
      '0.5 % of the requests failed (5 of 1,000): 5 × status (500). They held connections for 50.0 % of their time.',
      "FAILING: 0.5 % of the requests failed, and held 50.0 % of the connections' time",
      true,
    ],
    [
      {},
      'Failed requests of the warm-up held connections for 50.0 % of their time in the window.',
      "FAILING: failed requests of the warm-up held 50.0 % of the connections' time",
      true,
    ],
    [
      failed(100),
      '10.0 % of the requests failed (100 of 1,000): 100 × status (500).',
      'FAILING: 10.0 % of the requests failed',
      false,
    ],
  ])(
    'how long failures held connections is told where they are few',
    (changes, sentence, headline, areFew) => {
      const judgement = judgementOf(closed({ ...changes, heldShare: 0.5 }));
      const reasons = reasonsOf(judgement);
      expect(reasons[0]).toBe(sentence);
      const generator = { ...summaryWith().generator, ...judgement, reasons };
      expect(headlinesOf(summaryWith({ generator }))).toEqual([headline]);
      // A rule that allows only few failures says nothing of connections that are held.
      const failsWith = (limit: number): boolean => {
        const rule = { expression: `error-rate<${limit}`, limit, measured: 0, isLowerBound: false, ok: true };
        return failsByVerdict({ generator, thresholds: [rule] });
      };
      expect([failsWith(failedShare), failsWith(0.02)]).toEqual([areFew, false]);
    },
  );

  describe('a target that answers no more in the end', () => {
    const { fewestSilent, silentMs, silentTimesP99 } = VERDICT_LIMITS;
    const few = { ...SENT, ok: SENT.sent - fewestSilent };
    const silent = (changes: Partial<VerdictFacts> = {}, ofSilence: object = {}): VerdictFacts =>
      closed({
        requests: few,
        errors: [{ kind: 'timeout', code: 'TIMEOUT', count: fewestSilent, example: '' }],
        silence: { sinceMs: 9_900, forMs: 1_000, requests: fewestSilent, refused: 0, ...ofSilence },
        ...changes,
      });

    test.each<[string, VerdictFacts, string]>([
      ['all of the last', silent(), 'failing'],
      ['too few', silent({}, { requests: fewestSilent - 1 }), 'ok'],
      ['no failure', silent({ silence: null }), 'ok'],
      ['as short as may be', silent({}, { forMs: silentMs }), 'failing'],
      ['too short', silent({}, { forMs: silentMs - 1 }), 'ok'],
      [
        'no longer than answers take',
        silent(withLatencies({ service: latency(10, 1_000 / silentTimesP99 + 1) })),
        'ok',
      ],
      [
        'just long enough for such answers',
        silent(withLatencies({ service: latency(10, 1_000 / silentTimesP99) })),
        'failing',
      ],
      [
        'short, but refused on half of the connections',
        silent({ concurrency: 8 }, { forMs: 1, requests: 4, refused: 4 }),
        'failing',
      ],
      [
        'short, and refused on fewer',
        silent({ concurrency: 8 }, { forMs: 1, requests: 4, refused: 3 }),
        'ok',
      ],
      [
        'short, but refused ten times',
        silent({ concurrency: 1_000 }, { forMs: 1, requests: 12, refused: 10 }),
        'failing',
      ],
      [
        'short, and refused twice on two connections',
        silent({ concurrency: 2 }, { forMs: 1, requests: 3, refused: 2 }),
        'ok',
      ],
      ['refused before a stop', silent({ isStopped: true }, { requests: 9, refused: 9 }), 'ok'],
      ['a stop', silent({ isStopped: true }), 'ok'],
      ['rows of a batch', silent({ isBatch: true }), 'ok'],
      ['the open model', { ...silent(), load: QUIET.load }, 'failing'],
    ])('%s', (_what, facts, verdict) => {
      expect(judge(facts).verdict).toBe(verdict);
    });

    test('is told with when and how long, and only a rule that allows more decides otherwise', () => {
      const judgement = judgementOf(silent());
      expect(reasonsOf(judgement)[0]).toContain('No good answer came after 9.9 s, for 1.00 s until the end.');
      expect(judgement.finding.nextStep).toBe('look-in-logs');
      const { verdict, finding } = judgement;
      const generator = { ...summaryWith().generator, verdict, finding };
      const rule = { ...summaryWith().thresholds[0]!, expression: 'error-rate<1%', ok: true };
      expect(failsByVerdict({ generator, thresholds: [{ ...rule, limit: 0.01 }] })).toBe(true);
      expect(failsByVerdict({ generator, thresholds: [{ ...rule, limit: 0.05 }] })).toBe(false);
    });
  });

  test('the figures are quoted, and what to do is said', () => {
    const facts = { ...QUIET, ...withLatencies({ wait: latency(9, 9) }), isTargetLocal: true };
    expect(judge(facts).reasons).toEqual([
      'Requests waited 9.00 ms of a mean response of 10.0 ms for a connection.',
      'Raise --max-in-flight (10), unless the target accepts no more connections.',
      'Target and generator share this machine and its cores.',
    ]);
  });

  /** Each of 1,000 sent, but for what else is said. */
  const ended = (changes: Partial<VerdictFacts['requests']>, timeouts = 0): Partial<VerdictFacts> => {
    const { unfinished = 0 } = changes;
    const errors = [{ kind: 'timeout' as const, code: 'TIMEOUT', count: timeouts, example: '' }];
    const requests = { ...SENT, ok: SENT.sent - unfinished - timeouts, ...changes };
    return { requests, errors: timeouts === 0 ? [] : errors };
  };
  test.each<[string, Partial<VerdictFacts>, string]>([
    ['users, cut off', { hasUsers: true, ...ended({ unfinished: 40 }) }, 'give-graceful-stop'],
    [
      'users, of a target that answers nothing',
      { hasUsers: true, ...ended({ ok: 0, unfinished: 1_000 }) },
      'lower-load-or-raise-timeout',
    ],
    [
      'users, more timeouts',
      { hasUsers: true, ...ended({ unfinished: 4 }, 40) },
      'lower-load-or-raise-timeout',
    ],
    ['connections', ended({ unfinished: 40 }), 'lower-load-or-raise-timeout'],
  ])('what to do about requests without an answer: %s', (_name, facts, step) => {
    expect(judgementOf(closed(facts)).finding.nextStep).toBe(step);
  });

  const WAITING = withLatencies({ wait: latency(9, 9) });
  const SOME_OPEN = { connections: { opened: 9, closedByTarget: 0 } };

  test.each<[string, VerdictFacts, string]>([
    [
      'open, cut off and dropped, in line',
      { ...QUIET, ...WAITING, ...ended({ unfinished: 40, dropped: 553 }) },
      'connection-limited',
    ],
    [
      'open, cut off only, in line',
      { ...QUIET, ...WAITING, ...ended({ unfinished: 40 }) },
      'connection-limited',
    ],
    [
      'open, dropped only, in line',
      { ...QUIET, ...WAITING, ...ended({ dropped: 553 }) },
      'connection-limited',
    ],
    [
      'open, dropped by a burst that the means hide',
      { ...QUIET, ...ended({ dropped: 50 }) },
      'connection-limited',
    ],
    [
      'open, cut off after a burst that the means hide',
      { ...QUIET, ...ended({ unfinished: 50 }) },
      'connection-limited',
    ],
    [
      'open, a few timeouts among the dropped',
      { ...QUIET, ...WAITING, ...ended({ dropped: 553 }, 5) },
      'connection-limited',
    ],
    [
      'open, few sent, and most dropped',
      { ...QUIET, ...WAITING, ...ended({ sent: 30, ok: 20, unfinished: 10, dropped: 40 }) },
      'connection-limited',
    ],
    [
      'open, streams all in use',
      {
        ...QUIET,
        ...WAITING,
        streams: 5,
        connections: { opened: 2, closedByTarget: 0 },
        ...ended({ unfinished: 40, dropped: 553 }),
      },
      'connection-limited',
    ],
    ['open, few cut off', { ...QUIET, ...ended({ unfinished: 10 }) }, 'ok'],
    ['open, timeouts', { ...QUIET, ...WAITING, ...ended({ unfinished: 40, dropped: 553 }, 11) }, 'failing'],
    ['open, statuses', { ...QUIET, ...WAITING, ...failed(11) }, 'failing'],
    [
      'open, nothing answered',
      { ...QUIET, ...WAITING, ...ended({ ok: 0, unfinished: 10, sent: 10, dropped: 990 }) },
      'failing',
    ],
    [
      'open, all timed out',
      { ...QUIET, ...WAITING, ...ended({ ok: 0, unfinished: 10, dropped: 90, sent: 30 }, 20) },
      'failing',
    ],
    [
      'open, cut off with connections to spare',
      { ...QUIET, ...SOME_OPEN, ...ended({ unfinished: 40 }) },
      'failing',
    ],
    [
      'open, dropped with connections to spare',
      { ...QUIET, ...SOME_OPEN, ...ended({ dropped: 40 }) },
      'failing',
    ],
    [
      'open, late starts and cut off',
      {
        ...QUIET,
        ...withLatencies({ startLag: latency(5, 15) }),
        ...ended({ unfinished: 40, dropped: 553 }),
      },
      'generator-limited',
    ],
    ['open, stopped', { ...QUIET, isStopped: true, ...ended({ unfinished: 40, dropped: 553 }) }, 'ok'],
    ['closed, without an answer', closed(ended({ unfinished: 40 })), 'failing'],
    ['closed, timeouts', closed(ended({}, 40)), 'failing'],
    ['closed, stopped', closed({ isStopped: true, ...ended({ unfinished: 40 }) }), 'ok'],
    [
      'closed, streams that the target does not allow',
      closed({ streams: 5, ...WAITING }),
      'connection-limited',
    ],
    ['closed, the same with timeouts', closed({ streams: 5, ...WAITING, ...ended({}, 40) }), 'failing'],
  ])('requests without an answer, %s', (_name, facts, verdict) => {
    expect(judge(facts).verdict).toBe(verdict);
  });

  test('cut off requests of a mix are no failures, those that timed out are', () => {
    const row = { name: 'create', sent: 20, ok: 8, unfinished: 12 };
    const facts = { ...QUIET, ...WAITING, ...ended({ unfinished: 12, dropped: 100 }), mix: [row] };
    expect(judge(facts).verdict).toBe('connection-limited');
    const timedOut = { ...facts, ...ended({}, 8), mix: [{ ...row, ok: 12 - 4, unfinished: 4 }] };
    expect(judge({ ...timedOut, mix: [{ ...row, ok: 4, unfinished: 4 }] }).verdict).toBe('failing');
  });

  test('what lacked a connection is told with the option that sets the limit, and failures only with what failed', () => {
    const lacking = { ...QUIET, ...WAITING, ...ended({ unfinished: 10, dropped: 553 }) };
    expect(judge(lacking).reasons).toEqual([
      'Requests waited 9.00 ms of a mean response of 10.0 ms for a connection.',
      '553 requests never got a connection, and 10 requests got a connection too late to be answered.',
      'Raise --max-in-flight (10), unless the target accepts no more connections.',
    ]);
    expect(judge({ ...lacking, ...ended({ dropped: 553 }, 500) }).reasons[0]).toBe(
      '50.0 % of the requests failed (500 of 1,000): 500 × timeout.',
    );
  });

  test('where nothing was answered, nothing is claimed', () => {
    const empty = { ...LATENCY, count: 0, mean: null, percentiles: { '99': null } };
    const latencies = { response: empty, service: empty, startLag: empty, wait: empty, firstByte: empty };
    const requests = { ...SENT, sent: 0, ok: 0 };
    for (const facts of [
      { ...QUIET, latencies, requests },
      closed({ latencies, requests, loopBusy: 1, processorWait: 1, windowMs: 10 }),
      closed({ latencies, requests, loopBusy: 1, processorWait: 1 }),
      closed({ requests: { ...requests, sent: 5, unfinished: 5 }, loopBusy: 1, isStopped: true }),
    ])
      expect(judge(facts)).toEqual({
        verdict: 'ok',
        reasons: [
          `${facts.requests.sent === 0 ? 'No request' : 'None of 5 requests'} was answered${facts.requests.sent === 0 ? '' : ' in time'}, so nothing is known about limits.`,
        ],
      });
  });

  test.each<[string, Partial<VerdictFacts>, RegExp]>([
    [
      'how many, when, of what, and what to do',
      { ...failed(900), when: { fromMs: 5_000, toMs: null, isOnAndOff: false } },
      /^90\.0 % of the requests failed \(900 of 1,000\), since 5 s: 900 × status \(500\)\. Look for the cause in the target's logs\. /,
    ],
    ['that all did', failed(1_000), /^All 1,000 requests failed: 1,000 × status/],
    [
      'a share that is almost all, as less than all',
      { requests: { ...SENT, sent: 100_000, ok: 1 } },
      /^>99\.9 % of the requests failed \(99,999 of 100,000\)/,
    ],
    [
      'which request of a mix',
      { mix: [mixRow(10, 2), mixRow(50, 50)] },
      /^All 50 requests of 'create' failed/,
    ],
    [
      'failures that spoil nothing, beside the verdict',
      failed(3),
      /0\.3 % of the requests failed \(3 of 1,000\)/,
    ],
  ])('it says %s', (_name, changes, pattern) => {
    const { reasons } = judge(closed(changes));
    expect(reasons.join(' ')).toMatch(pattern);
  });

  test.each<[string, Partial<VerdictFacts>, string]>([
    ['little of it', { code: { ...CODE, share: 0.5 } }, 'users-set-rate'],
    ['it in a loop that was always busy', { code: { ...CODE, share: 0.5 }, loopBusy: 1 }, 'scenario-code'],
    ['less than a third of a busy loop', { code: { ...CODE, share: 0.3 }, loopBusy: 1 }, 'loop-busy'],
    ['blocks', { code: BLOCKS }, 'scenario-code'],
    ['few blocks', { code: { ...BLOCKS, blockedShare: 0.05 } }, 'users-set-rate'],
    [
      'blocks that are short beside what the target takes',
      { code: BLOCKS, ...withLatencies({ service: latency(10, 600) }) },
      'users-set-rate',
    ],
    [
      'a third of a busy loop where there was no processor',
      { code: { ...CODE, share: 0.5 }, loopBusy: 1, processorWait: 0.3 },
      'scenario-code',
    ],
    ['blocks where there was no processor', { code: BLOCKS, processorWait: 0.3 }, 'no-processor'],
  ])("scenarios' own code: %s", (_name, changes, code) => {
    const { finding } = judgementOf(closed({ hasUsers: true, ...changes }));
    expect(finding.code).toBe(code);
  });

  test.each([
    ['a batch at its limit', 50, 100, 'limit-sets-rate', null],
    ['just below it', 50, 111, 'limit-sets-rate', null],
    ['well below it', 50, 112, 'concurrency-sets-rate', 'raise-concurrency'],
    ['without a limit', null, 100, 'concurrency-sets-rate', 'raise-concurrency'],
  ])('%s', (_name, limitPerSecond, limitedForPercent, code, nextStep) => {
    const { requests } = closed({});
    const windowMs = (requests.sent / 50) * 10 * limitedForPercent;
    const { verdict, finding } = judgementOf(closed({ limitPerSecond, windowMs }));
    expect([verdict, finding]).toMatchObject(['ok', { code, nextStep }]);
  });

  const iterations = (name: string, failed: number, completed: number) => ({
    ...{ name, completed, failed, interrupted: 0 },
    errors: [{ kind: 'fail', code: 'no items', count: failed, example: 'no items' } as const],
  });
  test('iterations of which none came to its end are judged no further, and one that did is enough', () => {
    const cut = { ...iterations('a', 0, 0), interrupted: 60 };
    const { verdict, finding } = judgementOf(closed({ hasUsers: true, iterations: [cut] }));
    expect([verdict, finding]).toMatchObject([
      'ok',
      { code: 'no-iteration-ended', figures: { interrupted: 60 } },
    ]);
    const more = { hasUsers: true, iterations: [cut, iterations('b', 0, 1)] };
    expect(judgementOf(closed(more)).finding.code).toBe('users-set-rate');
  });

  test.each([
    ['one user in a hundred', 1, 100, 'users-set-rate'],
    ['more', 2, 100, 'vu-setup-failed'],
    ['all', 1, 1, 'vu-setup-failed'],
  ])('users whose setup failed: %s', (_what, count, ever, code) => {
    const failures = { count, example: 'POST /login was answered with 503' };
    const { verdict, finding } = judgementOf(closed({ hasUsers: true, setups: { failures, ever } }));
    expect([verdict, finding.code]).toEqual([code === 'vu-setup-failed' ? 'failing' : 'ok', code]);
  });

  test.each<[string, VerdictFacts['iterations'], object | null]>([
    ['one in a hundred', [iterations('a', 1, 99)], null],
    ['more', [iterations('a', 2, 98)], { failed: 2, of: 100, scenario: null }],
    ['of all together', [iterations('a', 2, 0), iterations('b', 0, 198)], null],
    ['most of one', [iterations('a', 3, 2), iterations('b', 0, 995)], { failed: 3, of: 5, scenario: 'a' }],
    ['half of one', [iterations('a', 3, 3), iterations('b', 0, 994)], null],
    ['few of one', [iterations('a', 3, 1), iterations('b', 0, 996)], null],
    ['all of one', [iterations('b', 0, 997), iterations('a', 3, 0)], { failed: 3, of: 3, scenario: 'a' }],
    [
      'in two for one reason',
      [iterations('a', 5, 0), iterations('b', 6, 9)],
      { scenario: null, failedAs: [{ kind: 'fail', code: 'no items', count: 11 }] },
    ],
  ])('iterations that fail: %s', (_name, iterations, figures) => {
    const { verdict, finding, caveats } = judgementOf(closed({ hasUsers: true, iterations }));
    expect(verdict).toBe(figures === null ? 'ok' : 'failing');
    if (figures === null) return;
    expect(finding).toMatchObject({ code: 'iterations-failed', figures, nextStep: 'look-at-iteration' });
    expect(caveats).toEqual([{ code: 'figures-mislead', figures: {} }]);
    const rule = { expression: 'iteration-errors<60%', limit: 0.6 };
    const failsWith = (thresholds: object[]): boolean =>
      failsByVerdict({ generator: { verdict, finding }, thresholds } as never);
    expect([failsWith([]), failsWith([{ ...rule, isImplied: true }]), failsWith([rule])]).toEqual([
      true,
      true,
      false,
    ]);
    expect(failsWith([{ ...rule, expression: 'error-rate<60%' }])).toBe(true);
  });

  test.each<[string, number, Partial<VerdictFacts>, FindingFigures['request-never-ok'] | null]>([
    ['twice', 2, { mix: [mixRow(2, 2)] }, { request: 'create', failed: 2, others: 0 }],
    [
      'the only time',
      1,
      { mix: [mixRow(998, 0), mixRow(1, 1)] },
      { request: 'create', failed: 1, others: 0 },
    ],
    [
      'nor another one',
      3,
      { mix: [{ ...mixRow(1, 1), name: 'read' }, mixRow(2, 2)] },
      { request: 'create', failed: 2, others: 1 },
    ],
    ['once of twice', 1, { mix: [mixRow(2, 1)] }, null],
    ['never sent', 0, { mix: [mixRow(0, 0)] }, null],
    ['cut off by a stop', 1, { isStopped: true, mix: [{ ...mixRow(1, 1), unfinished: 1 }] }, null],
  ])('a request of a mix that never succeeds: %s', (_name, count, changes, figures) => {
    const { verdict, caveats } = judgementOf(closed({ ...failed(count), ...changes }));
    expect(verdict).toBe('ok');
    const told = caveats.filter(({ code }) => code === 'request-never-ok');
    expect(told.map((caveat) => caveat.figures)).toEqual(figures === null ? [] : [figures]);
    const { generator } = summaryWith();
    const line =
      figures === null
        ? []
        : [
            `${figures.failed < 3 ? 'NOT ALL JUDGED' : 'FAILING'}: no request of 'create' succeeded (${figures.failed} of ${figures.failed} failed)${figures.others === 0 ? '' : ', nor of 1 other'}`,
          ];
    const lines = (more: object): string[] =>
      headlinesOf(summaryWith({ generator: { ...generator, verdict, caveats, ...more } }));
    expect(lines({})).toEqual(line);
    // Another headline does not hide it.
    const busy = { code: 'loop-busy', figures: { busyShare: 0.97 } } as const;
    expect(lines({ verdict: 'generator-limited', finding: busy })).toEqual([
      'GENERATOR-LIMITED: an event loop of volley was 97.0 % busy',
      ...line,
    ]);
  });

  test('a request that never succeeds has a line of its own beside a failing one', () => {
    const often = { ...mixRow(900, 500), name: 'read' };
    const { verdict, finding, caveats } = judgementOf(closed({ ...failed(501), mix: [often, mixRow(1, 1)] }));
    expect([verdict, finding.code]).toEqual(['failing', 'requests-failed']);
    const { generator } = summaryWith();
    const lines = headlinesOf(summaryWith({ generator: { ...generator, verdict, finding, caveats } }));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toBe("NOT ALL JUDGED: no request of 'create' succeeded (1 of 1 failed)");
    // The one that the verdict is about is named there.
    const alone = judgementOf(
      closed({ ...failed(5), mix: [{ ...mixRow(994, 0), name: 'read' }, mixRow(5, 5)] }),
    );
    expect(alone.finding).toMatchObject({ code: 'requests-failed', figures: { request: 'create' } });
    expect(alone.caveats.map(({ code }) => code)).not.toContain('request-never-ok');
  });

  test('nothing that failed altogether is called served', () => {
    for (const changes of [failed(1_000), { requests: { ...SENT, ok: 0, unfinished: 1_000 } }])
      expect(judge(closed(changes)).reasons.join(' ')).not.toMatch(/served|kept up/);
  });
});

describe('requests that ran out of time while volley was late', () => {
  const timedOut = (
    count: number,
    others = 0,
    kind: 'timeout' | 'stalled' = 'timeout',
  ): Partial<VerdictFacts> => ({
    requests: { sent: 1_000, ok: 1_000 - count - others, unfinished: 0, dropped: 0 },
    errors: [
      { kind, code: kind.toUpperCase(), count, example: '', firstAtMs: 0, lastAtMs: 0 },
      { kind: 'status', code: '500', count: others, example: '', firstAtMs: 0, lastAtMs: 0 },
    ],
  });
  test.each([
    ['truncated', 'STREAM_CUT', 'look-at-answer'],
    ['stream', 'STREAM_EMPTY', 'look-at-answer'],
    ['stream', 'STREAM_ERROR', 'look-in-logs'],
    ['truncated', 'WIRE_CLOSED', 'look-in-logs-for-resets'],
    ['stream', 'STREAM_ENCODED', 'look-at-answer'],
    ['stream', 'STREAM_USAGE', 'look-at-answer'],
    ['tls', 'ERR_SSL_WRONG_VERSION_NUMBER', 'check-scheme'],
    ['tls', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'check-scheme'],
    ['tls', 'ERR_SSL_UNSUPPORTED_PROTOCOL', 'check-tls-version'],
    ['tls', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'check-tls'],
    ['tls', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'check-tls-version'],
    ['tls', 'NO_HTTP2', 'change-protocol'],
    ['tls', 'NO_HTTP1', 'change-protocol'],
    ['reset', 'NO_HTTP2', 'change-protocol'],
    ['reset', 'RST_STREAM_REFUSED_STREAM', 'look-in-logs-or-lower-load'],
    ['reset', 'RST_STREAM_ENHANCE_YOUR_CALM', 'look-in-logs-or-lower-load'],
    ['reset', 'GOAWAY_ENHANCE_YOUR_CALM', 'look-in-logs-or-lower-load'],
    ['timeout', 'NO_STREAMS', 'look-in-logs'],
    ['reset', 'RST_STREAM_INTERNAL_ERROR', 'look-in-logs-for-resets'],
  ] as const)('%s (%s): %s, as the connection or the answer is to blame', (kind, code, step) => {
    const errors = [{ kind, code, count: 500, example: '', firstAtMs: 0, lastAtMs: 0 }];
    expect(judgementOf({ ...QUIET, ...timedOut(500), errors }).finding.nextStep).toBe(step);
  });

  test.each([
    [0, 'check-listening'],
    [1, 'lower-load-or-raise-timeout'],
  ])('timeouts with %i connections opened: %s', (opened, step) => {
    const facts = { ...QUIET, ...timedOut(500), connections: { opened, closedByTarget: 0 } };
    expect(judgementOf(facts).finding.nextStep).toBe(step);
  });

  test.each([
    ['connect', 'ECONNREFUSED', 'check-proxy', 'check-proxy'],
    ['dns', 'ENOTFOUND', 'check-proxy', 'check-proxy'],
    ['connect', 'PROXY_PROTOCOL', 'check-proxy', 'check-proxy'],
    ['connect', 'PROXY_401', 'check-proxy-credentials', 'check-proxy-credentials'],
    ['timeout', 'NO_TUNNEL', 'check-tunnel', 'check-tunnel'],
    ['connect', 'PROXY_407', 'check-proxy-credentials', 'check-proxy-credentials'],
    ['connect', 'PROXY_403', 'check-proxy-rules', 'check-proxy-rules'],
    ['connect', 'PROXY_501', 'check-proxy-rules', 'check-proxy-rules'],
    ['connect', 'PROXY_503', 'check-behind-proxy', 'check-behind-proxy'],
    ['status', '407', 'check-proxy-credentials', 'check-proxy-credentials'],
    ['status', '403', 'check-credentials', 'look-behind-proxy'],
    ['status', '502', 'look-in-logs', 'look-behind-proxy'],
    ['status', '503', 'look-in-logs-or-lower-load', 'look-behind-proxy'],
    ['status', '500', 'look-in-logs', 'look-behind-proxy'],
    ['status', '429', 'look-in-logs-or-lower-load', 'look-in-logs-or-lower-load'],
    ['reset', 'WIRE_CLOSED', 'look-in-logs-for-resets', 'look-in-proxy-logs'],
    ['truncated', 'ECONNRESET', 'look-in-logs-for-resets', 'look-in-proxy-logs'],
    ['protocol', 'WIRE_STATUS_LINE', 'check-protocol', 'check-proxy'],
    ['tls', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'check-tls', 'check-tls'],
  ] as const)('%s (%s) through a proxy: %s; if it takes whole requests: %s', (kind, code, tunnels, takes) => {
    const errors = [{ kind, code, count: 500, example: '', firstAtMs: 0, lastAtMs: 0 }];
    const stepWith = (proxy: ProxyUse): unknown =>
      judgementOf({ ...QUIET, ...timedOut(500), errors, proxy }).finding.nextStep;
    expect([stepWith('tunnels'), stepWith('takes-requests')]).toEqual([tunnels, takes]);
  });

  const late = withLatencies({ startLag: latency(500, 1_000), response: latency(600, 2_000) });
  const starved = (changes: Partial<VerdictFacts>): VerdictFacts => ({ ...QUIET, ...late, ...changes });

  const paced = (usualMs: number, busy: number): VerdictFacts => {
    const response = { ...latency(50, 600), percentiles: { '50': usualMs, '99': 600 }, max: 600 };
    return closed({ ...timedOut(20), ...withLatencies({ response }), loopBusy: busy });
  };

  test.each([
    ['a busy loop that read half of all late', paced(61, loopBusy + 0.01), 'loop-busy', 'add-workers'],
    ['late starts', starved(timedOut(500)), 'late-starts', 'give-cores-or-lower-rate'],
    ['a busy loop', closed({ ...timedOut(500), loopBusy: loopBusy + 0.01 }), 'loop-busy', 'add-workers'],
    [
      'no processor',
      closed({ ...timedOut(20), processorWait: processorWait + 0.01 }),
      'no-processor',
      'free-cores',
    ],
    [
      'no processor for the only worker',
      closed({ ...timedOut(20), processorWait: processorWait + 0.01, workers: 1 }),
      'no-processor',
      'give-cores',
    ],
    ['more timeouts than others', starved(timedOut(500, 499)), 'late-starts', 'give-cores-or-lower-rate'],
    ['silences', starved(timedOut(500, 0, 'stalled')), 'late-starts', 'give-cores-or-lower-rate'],
  ])('%s: failing, and it is said that volley may be why', (_name, facts, code, step) => {
    const judgement = judgementOf(facts);
    expect(judgement.verdict).toBe('failing');
    expect(judgement.finding).toMatchObject({
      code: 'requests-failed',
      nextStep: step,
      figures: { isStarved: true },
    });
    expect(judgement.caveats[0]?.code).toBe(code);
    const text = reasonsOf(judgement).join(' ');
    expect(text).toContain('volley itself was late then, which may be why.');
    expect(text).not.toContain('does not answer in time');
  });

  test.each([
    ['in time', { ...QUIET, ...timedOut(500) }],
    ['other failures', starved(timedOut(200, 500))],
    ['half of them', starved(timedOut(250, 250))],
    ['too short a run', starved({ ...timedOut(500), windowMs: shortestMs - 1 })],
    ['a busy loop that read half of all far sooner', paced(6, loopBusy + 0.01)],
  ])('%s: the target alone is told', (_name, facts) => {
    const { verdict, finding, caveats } = judgementOf(facts);
    expect([verdict, caveats.map(({ code }) => code)]).toEqual(['failing', ['figures-mislead']]);
    expect(finding.figures).not.toHaveProperty('isStarved');
  });
});

describe('when requests failed', () => {
  const whenFailed = (areAll: boolean, ...args: Parameters<typeof failedWhen>): string | null => {
    const when = failedWhen(...args);
    return when === null ? null : whenText(when, areAll);
  };
  /** A second each; a letter for each tenth of it: o is ok, x is not. */
  const when = (...seconds: string[]): string | null => {
    const series = new Series();
    for (const [second, letters] of seconds.entries())
      for (const [tenth, letter] of [...letters].entries())
        series.add(second * 1_000 + tenth * 100, letter === 'o' ? OUTCOME.ok : OUTCOME.status);
    return whenFailed(!seconds.join('').includes('o'), series, seconds.length * 1_000);
  };
  const OK = 'oooooooooo';
  const BAD = 'xxxxxxxxxx';

  test.each<[string, string[], string | null]>([
    ['never', [OK, OK], null],
    ['always', [BAD, BAD, BAD], 'from the first request on'],
    ['half of all, all the time', ['xoxoxoxoxo', 'xoxoxoxoxo', 'xoxoxoxoxo'], 'throughout'],
    ['the target dies', [OK, OK, OK, 'ooooxxxxxx', BAD], 'since 3.4 s'],
    ['the target dies, and few are sent then', [OK, OK, OK, 'oooooooooo', 'x', 'x'], 'since 4 s'],
    ['the first goes well and takes long', ['o', 'oxoxoxoxox', 'xoxoxoxoxo'], 'throughout'],
    ['the target dies in a short run', ['oooooxxxxx'], 'since 0.5 s'],
    ['an episode', [OK, OK, OK, BAD, BAD, 'xxxooooooo', OK], 'from 3 s to 5.2 s'],
    ['it comes up late', [BAD, BAD, 'xxxooooooo', OK, OK], 'from the start until 2.2 s'],
    ['a background of failures is no part of an episode', [OK, 'xooooooooo', OK, OK, BAD, BAD], 'since 4 s'],
    ['single ones', [OK, 'oxoooooooo', OK, OK, OK, OK, 'oxoooooooo', OK], 'on and off, from 1.1 s to 6.1 s'],
    ['one', [OK, 'oooooxoooo', OK], 'at 1.5 s'],
  ])('%s', (_name, seconds, expected) => {
    expect(when(...seconds)).toBe(expected);
  });

  test.each([
    [100, 200, 'since 51 ms'],
    [10, 200, 'throughout'],
    [100, 30, 'since 51 ms'],
    [100, 5, 'since 51 ms'],
    [94, 2, 'since 51 ms'],
    [50, 2, 'since 51 ms'],
    [10, 2, 'throughout'],
  ])('%i that went well within a moment, and %i that did not: %s', (well, bad, expected) => {
    const series = new Series();
    for (let count = 0; count < well; count++) series.add((50 * count) / well, OUTCOME.ok);
    for (let count = 0; count < bad; count++) series.add(51 + count, OUTCOME.status);
    expect(whenFailed(false, series, 51 + bad)).toBe(expected);
  });

  test('is known for runs whose intervals have been added up', () => {
    const series = new Series();
    for (let second = 0; second < 8_000; second++)
      series.add(second * 1_000, second < 6_000 ? OUTCOME.ok : OUTCOME.unfinished);
    expect(series.intervalMs).toBe(20_000);
    expect(whenFailed(false, series, 8_000_000)).toBe('since 100 min');
  });
});

describe('the backlog', () => {
  test('of requests that are answered at once is flat', () => {
    const backlog = new Backlog(1_000);
    for (let k = 0; k < 1_000; k++) backlog.add(k, k + 100);
    const [, second, third, last] = backlog.growth(1_000)!.outstanding;
    expect(second).toBeCloseTo(100, 0);
    expect(third).toBeCloseTo(100, 0);
    expect(last).toBeCloseTo(100, 0);
  });

  test('of a target that serves every other one grows evenly', () => {
    const backlog = new Backlog(10_000);
    for (let k = 0; k < 10_000; k++) backlog.add(k, 2 * k);
    const quarters = backlog.growth(10_000)!.outstanding;
    for (const [quarter, eighths] of [1, 3, 5, 7].entries())
      expect(quarters[quarter]! / 5_000).toBeCloseTo(eighths / 8, 1);
  });

  test('knows how long those took that were due in each quarter', () => {
    const backlog = new Backlog(10_000);
    for (let k = 0; k < 10_000; k++) backlog.add(k, 2 * k + 500);
    const copy = new Backlog(10_000);
    copy.addPortable(backlog.portable);
    const { tookMs, due, forMs } = backlog.growth(10_000)!;
    expect(tookMs.map(Math.round)).toEqual(
      [1_750, 4_250, 6_750, 9_250].map((ms) => ms - 1 + 0.5).map(Math.round),
    );
    expect([due, forMs]).toEqual([10_000, 10_000]);
    expect(copy.growth(10_000)).toEqual(backlog.growth(10_000));
    expect(new Backlog(10).growth(10)!.tookMs).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  });

  test('of an interrupted run is that of the time until then', () => {
    const backlog = new Backlog(10_000);
    for (let k = 0; k < 2_000; k++) backlog.add(k, 1e9);
    expect(backlog.growth(2_000)!.outstanding).toHaveLength(4);
    expect(backlog.growth(2_000)!.outstanding[3]).toBeGreaterThan(1_500);
    expect(backlog.growth(10)).toBeNull();
  });

  test('of the last half begins in mid-run', () => {
    const backlog = new Backlog(8_000);
    for (let k = 0; k < 8_000; k++) backlog.add(k, k < 4_000 ? k : 2 * k - 4_000);
    const { outstanding, tookMs, due, forMs } = backlog.growth(8_000, 1 / 2)!;
    expect([due, forMs]).toEqual([4_000, 4_000]);
    for (const [quarter, mean] of [250, 750, 1_250, 1_750].entries()) {
      // Counted at the end of each slot of 200 ms.
      expect(outstanding[quarter]).toBeCloseTo(mean + 50, 0);
      expect(tookMs[quarter]).toBeCloseTo(2 * mean - 0.5, 0);
    }
    expect(backlog.growth(8_000, 1 / 5)!.forMs).toBe(1_600);
  });
});

describe('a target that is behind at the end of the window, which it was not at first,', () => {
  /** The facts of 4 s at 200 a second, whose k-th answer comes when `endOf` says. */
  const ending = (endOf: (dueMs: number) => number, windowMs = 4_000): VerdictFacts => {
    const backlog = new Backlog(windowMs);
    for (let dueMs = 0; dueMs < windowMs; dueMs += 5) backlog.add(dueMs, endOf(dueMs));
    const lateGrowth = [1 / 2, 1 / 5].flatMap((share) => backlog.growth(windowMs, share) ?? []);
    return { ...QUIET, windowMs, growth: backlog.growth(windowMs), lateGrowth };
  };
  /** From `fromMs` on an answer comes only every `everyMs`, in the order in which they were due. */
  const slowed = (fromMs: number, everyMs: number) => (dueMs: number) =>
    dueMs < fromMs ? dueMs + 20 : fromMs + 20 + ((dueMs - fromMs) / 5) * everyMs;

  test.each<[string, VerdictFacts, string]>([
    ['slowed down at half time', ending(slowed(2_000, 20)), 'backlog-grew'],
    ['slowed down later', ending(slowed(2_600, 20)), 'backlog-grew'],
    ['slowed down in the last fifth', ending(slowed(3_200, 20)), 'backlog-grew'],
    ['slowed down by less than can be told', ending(slowed(2_000, 5.4)), 'kept-up'],
    ['takes longer for each, but has no queue', ending((ms) => ms + (ms < 2_000 ? 20 : 400)), 'kept-up'],
    ['takes longer than the rest of the window', ending((ms) => ms + (ms < 2_000 ? 20 : 4_000)), 'kept-up'],
    ['stood still in the end', ending((ms) => (ms < 3_000 ? ms + 20 : 4_020)), 'kept-up'],
    [
      'stood still, and has caught up',
      ending((ms) => (ms < 2_000 || ms > 2_600 ? ms + 20 : 2_620)),
      'kept-up',
    ],
  ])('%s', (_name, facts, code) => {
    expect(judgementOf(facts).finding.code).toBe(code);
  });

  test('is told with the time in which it fell behind', () => {
    const { finding, verdict } = judgementOf(ending(slowed(2_000, 20)));
    expect(verdict).toBe('target-limited');
    expect(finding.nextStep).toBe('lower-rate');
    expect(finding.figures).toMatchObject({ lastMs: 2_000 });
    const always = judge({ ...QUIET, growth: grew([100, 200, 300, 400]) });
    expect(always.reasons[0]).toBe(
      'Requests without an answer grew from 100 in the first quarter to 400 in the last.',
    );
  });
});

test('of several exit codes the worst is used: what was interrupted is neither kept, degraded nor failed', () => {
  const broken: Partial<Summary> = {
    thresholds: [{ expression: 'p99<1ms', ok: false, measured: 2, isLowerBound: false }],
  };
  const code = (changes: Partial<Summary>, couldNotWrite: boolean): number =>
    exitCodeOf(summaryWith(changes), couldNotWrite);
  expect(code({}, false)).toBe(0);
  for (const isFailed of [false, true])
    for (const degraded of [false, true])
      for (const couldNotWrite of [false, true])
        for (const interrupted of [false, true]) {
          const changes = { degraded, interrupted, ...(isFailed ? broken : {}) };
          const wanted = interrupted ? 130 : couldNotWrite ? 4 : degraded ? 3 : isFailed ? 1 : 0;
          expect([changes, couldNotWrite, code(changes, couldNotWrite)]).toEqual([
            changes,
            couldNotWrite,
            wanted,
          ]);
        }
});
