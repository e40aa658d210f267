import { describe, expect, test } from '@jest/globals';
import { Problems } from '../../src/main/plan/problems.ts';
import { impliedRules, scenarioRules } from '../../src/main/plan/scenarios/scenario-rules.ts';
import {
  checkThresholdNames,
  parseThresholds,
  percentilesIn,
  withErrorRate,
} from '../../src/main/plan/thresholds.ts';
import { valueText } from '../../src/main/reporters/rule-text.ts';
import { judgeThresholds } from '../../src/main/summary/judged-rules.ts';
import { withMeant } from '../../src/main/text/meant-names.ts';
import { parsePercentile, rankOf } from '../../src/metrics/percentile-rank.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import { LATENCY, summaryWith } from '../support/summary.ts';

const parse = (expression: string) => {
  const problems = new Problems();
  const [threshold] = parseThresholds([expression], problems);
  return { threshold, problems: problems.sentences };
};

describe('rules are read', () => {
  test.each([
    ['p99<50ms', { type: 'percentile', label: '99', kind: null }, '<', 50],
    ['p99.9(service)<=80us', { type: 'percentile', label: '99.9', kind: 'service' }, '<=', 0.08],
    ['p50(first-byte) < 1.5 s', { type: 'percentile', label: '50', kind: 'firstByte' }, '<', 1_500],
    ['p5(start-lag)>3µs', { type: 'percentile', label: '5', kind: 'startLag' }, '>', 0.003],
    ['mean<20ms', { type: 'mean', kind: null }, '<', 20],
    ['max(wait)<1s', { type: 'max', kind: 'wait' }, '<', 1_000],
    ['min>=1ms', { type: 'min', kind: null }, '>=', 1],
    ['error-rate<1%', { type: 'error-rate' }, '<', 0.01],
    ['error-rate<=0', { type: 'error-rate' }, '<=', 0],
    ['throughput>500/s', { type: 'throughput' }, '>', 500],
    ['rate>=99.5', { type: 'rate' }, '>=', 99.5],
  ])('%s', (expression, measure, operator, limit) => {
    expect(parse(expression)).toEqual({
      threshold: { expression, measure, request: null, operator, limit: expect.closeTo(limit, 9) },
      problems: [],
    });
  });

  test('several in one are taken apart', () => {
    expect(parse('p99<50ms, error-rate<1%').problems).toEqual([
      "--threshold 'p99<50ms, error-rate<1%': there are 2 rules in it: give each by itself, 'p99<50ms' and 'error-rate<1%'.",
    ]);
    expect(parse('p99<50ms,fast').problems).toEqual([expect.stringContaining('give a rule such as')]);
  });

  test.each([
    '',
    'p99',
    'p100<1ms',
    'p99(total)<1ms',
    'p99==1ms',
    'speed>1',
    'error-rate(service)<1%',
    'p99<-1ms',
    'p99<1ms and more',
    'throughput{a}>1/s',
    'p99{}<1ms',
  ])('%j is refused, quoted', (expression) => {
    const { threshold, problems } = parse(expression);
    expect(threshold).toBeUndefined();
    expect(problems).toEqual([expect.stringContaining(`--threshold '${expression}': give a rule such as`)]);
  });

  test.each([
    ['p99<50', 'a unit is missing: did you mean p99<50ms?'],
    ['p99<50%', '% is not a unit of it: did you mean p99<50ms?'],
    ['error-rate<1ms', 'ms is not a unit of it: did you mean error-rate<1%?'],
    ['error-rate<2', 'a unit is missing: did you mean error-rate<2%?'],
    ['error-rate<1', 'a unit is missing: did you mean error-rate<1%?'],
    ['error-rate<=1', 'a unit is missing: did you mean error-rate<=1%?'],
    ['error-rate{a}<1.0', 'a unit is missing: did you mean error-rate{a}<1.0%?'],
    ['throughput > 5 ms', 'ms is not a unit of it: did you mean throughput>5/s?'],
    ['p(95)<200ms', 'a percentile is written without parentheses: did you mean p95<200ms?'],
    [
      'p(95)<200',
      'a percentile is written without parentheses, and a unit is missing: did you mean p95<200ms?',
    ],
    ...[
      ['http_req_duration: p(95)<200', 'p95<200ms'],
      ['http_req_duration:avg < 20.5', 'mean<20.5ms'],
      ['http_req_duration{name:write}: med<=100', 'p50{write}<=100ms'],
      ['http_req_waiting: p(99.9)<300', 'p99.9(first-byte)<300ms'],
      ['http_req_failed: rate<0.07', 'error-rate<7%'],
      ['http_reqs: rate>100', 'throughput>100/s'],
    ].map(
      ([k6 = '', rule = '']) =>
        [k6, `k6 writes it like that, volley without the metric: did you mean ${rule}?`] as const,
    ),
    ['http_req_duration<200ms', 'there is no figure http_req_duration: did you mean p95<200ms?'],
    ['latency<200ms', 'there is no figure latency: did you mean p95<200ms?'],
    ['rps>5/s', 'there is no figure rps: did you mean throughput>5/s?'],
    ['errors<1%', 'there is no figure errors: did you mean error-rate<1%?'],
    [
      'p99(service){a}<1ms',
      'a rule on one request is about the headline latency, not service: did you mean p99{a}<1ms?',
    ],
    [
      'p95{x}(service)<5ms',
      'a rule on one request is about the headline latency, not service: did you mean p95{x}<5ms?',
    ],
    [
      'p99{a}(service)<5',
      'a rule on one request is about the headline latency, not service, and a unit is missing: did you mean p99{a}<5ms?',
    ],
  ])('%s is refused with the rule that was meant', (expression, advice) => {
    expect(parse(expression)).toEqual({
      threshold: undefined,
      problems: [`--threshold '${expression}': ${advice}`],
    });
  });

  test.each([
    ['error-rate<200%', 'holds'],
    ['error-rate<=100%', 'holds'],
    ['error-rate>=0%', 'holds'],
    ['error-rate{a}>=0', 'holds'],
    ['error-rate>100%', 'fails'],
    ['error-rate>=100.1%', 'fails'],
    ['error-rate<0%', 'fails'],
    ['p99>=0ms', 'holds'],
    ['p99.9(service)>0us', 'holds'],
    ['mean < 0 s', 'fails'],
    ['max(response)<=0ms', 'fails'],
    ['min(wait)>=0ms', 'holds'],
    ['p50(start-lag)<0ms', 'fails'],
    ['throughput>=0', 'holds'],
    ['rate>=0.0/s', 'holds'],
    ['rate<0', 'fails'],
  ])('%s is refused: it %s whatever is measured', (expression, always) => {
    expect(parse(expression).problems).toEqual([
      expect.stringMatching(new RegExp(`: it ${always} whatever is measured: give a limit `)),
    ]);
    expect(parse(expression).problems[0]).toContain(`--threshold '${expression}'`);
  });

  test.each([
    'error-rate<100%',
    'error-rate>=100%',
    'error-rate>0',
    'error-rate<=0%',
    'p99(wait)>0ms',
    'max(start-lag)<=0ms',
    'throughput>0',
    'rate<=0',
    'p99<9999999s',
  ])('%s says something', (expression) => {
    expect(parse(expression).problems).toEqual([]);
  });

  test('a rule may name a request of the mix, blanks included', () => {
    expect(parse('p95 {GET /a b} < 5 ms').threshold).toMatchObject({ request: 'GET /a b', limit: 5 });
    expect(parse('p95 {GET /a/{id}/b/{c d}} < 5 ms').threshold).toMatchObject({
      request: 'GET /a/{id}/b/{c d}',
    });
    expect(parse('error-rate{a}<1%').threshold).toMatchObject({
      request: 'a',
      measure: { type: 'error-rate' },
    });
    const problems = new Problems();
    checkThresholdNames(parseThresholds(['p95{a}<5ms', 'p95{c}<5ms'], problems), ['a', 'b'], problems);
    expect(problems.sentences).toEqual([
      "--threshold 'p95{c}<5ms': no request is called 'c': choose from a, b.",
    ]);
  });

  test('the percentiles that they ask for', () => {
    const rules = parseThresholds(['p97.5<1ms', 'mean<1ms', 'p50<1ms'], new Problems());
    expect(percentilesIn(rules)).toEqual(['97.5', '50']);
  });
});

describe('rules are judged', () => {
  const judge = (expression: string, changes: Parameters<typeof summaryWith>[0] = {}) =>
    judgeThresholds(parseThresholds([expression], new Problems()), summaryWith(changes))[0];
  const requests = {
    scheduled: 10,
    sent: 10,
    ok: 7,
    failed: 2,
    unfinished: 1,
    dropped: 0,
    notStarted: 0,
    retried: 0,
  };

  // The summary's latencies: p50 1 ms, p90 2 ms, p99 12.5 ms, no p99.9; mean 1.25, min 0.1, max 20 ms; 100/s.
  test.each([
    ['p50<1ms', 1, false],
    ['p50<=1ms', 1, true],
    ['p90>1ms', 2, true],
    ['p99(response)<12ms', 12.5, false],
    ['mean<1.3ms', 1.25, true],
    ['max<1s', 20, true],
    ['min>=0.2ms', 0.1, false],
    ['throughput>=100/s', 100, true],
    ['rate>100/s', 100, false],
    ['error-rate<=0', 0, true],
  ])('%s: measured %d, holds: %s', (expression, measured, ok) => {
    expect(judge(expression)).toMatchObject({
      expression,
      measured,
      isLowerBound: false,
      requestsNeeded: null,
      isImplied: false,
      ok,
    });
  });

  test.each([
    ['p50<1ms', 'p50', 'service', null, '<', 1],
    ['p99.9(response)<=2s', 'p99.9', 'response', null, '<=', 2_000],
    ['max(wait)>1us', 'max', 'wait', null, '>', 0.001],
    ['mean{a b}>=1ms', 'mean', 'service', 'a b', '>=', 1],
    ['error-rate{a}<2%', 'error-rate', null, 'a', '<', 0.02],
    ['throughput>=100/s', 'throughput', null, null, '>=', 100],
  ])('%s tells its parts', (expression, figure, latency, request, operator, limit) => {
    expect(judge(expression)).toMatchObject({ expression, figure, latency, request, operator, limit });
  });

  test('what was sent and not answered well counts as an error, unfinished requests too', () => {
    expect(judge('error-rate<30%', { requests })).toMatchObject({ measured: 0.3, ok: false });
    expect(judge('error-rate<=30%', { requests })).toMatchObject({ measured: 0.3, ok: true });
  });

  test('what is not known does not hold', () => {
    expect(judge('p99.9<1s')).toMatchObject({ measured: null, ok: false });
    expect(judge('p99.9>1us')).toMatchObject({ measured: null, ok: false });
    expect(judge('error-rate<1%', { requests: { ...requests, sent: 0, ok: 0 } })).toMatchObject({
      ok: false,
    });
  });

  test('a lower bound keeps no upper limit, and may keep a lower one', () => {
    const bounded = { ...LATENCY, censored: 3, atLeast: ['99'] };
    const latencyMs = { ...summaryWith().latencyMs, service: bounded };
    expect(judge('p99<1s', { latencyMs })).toMatchObject({ measured: 12.5, isLowerBound: true, ok: false });
    expect(judge('p99>10ms', { latencyMs })).toMatchObject({ isLowerBound: true, ok: true });
    expect(judge('p50<1s', { latencyMs })).toMatchObject({ isLowerBound: false, ok: true });
    expect(judge('max<1s', { latencyMs })).toMatchObject({ isLowerBound: true, ok: false });
    expect(judge('mean<1s', { latencyMs })).toMatchObject({ isLowerBound: true, ok: false });
  });

  test('where few are unknown, an upper limit that holds whatever they are is kept', () => {
    const service = { ...LATENCY, censored: 3, atLeast: ['99'], atMost: { '99': 14 } };
    const latencyMs = { ...summaryWith().latencyMs, service };
    expect(judge('p99<1s', { latencyMs })).toMatchObject({ measured: 14, isLowerBound: false, ok: true });
    expect(judge('p99<13ms', { latencyMs })).toMatchObject({ measured: 12.5, isLowerBound: true, ok: false });
    expect(judge('p99>13ms', { latencyMs })).toMatchObject({ measured: 12.5, isLowerBound: true, ok: false });
  });
});

describe('the rule on the error rate that others imply', () => {
  const NAMES = ['read', 'write', 'delete'];
  const withImplied = (given: readonly string[], percent?: number): string[] =>
    withErrorRate(parseThresholds(given, new Problems()), NAMES, percent).map(({ expression }) => expression);

  test.each<[string, string[], string[]]>([
    ['any rule brings it', ['p95<30ms'], ['p95<30ms', 'error-rate<=1%']],
    ['a rule on a request of the mix too', ['p95{read}<30ms'], ['p95{read}<30ms', 'error-rate<=1%']],
    ['unless one is given', ['p95<30ms', 'error-rate<50%'], ['p95<30ms', 'error-rate<50%']],
    [
      'also for the whole run beside one for a request',
      ['error-rate{read}<5%', 'error-rate<9%'],
      ['error-rate{read}<5%', 'error-rate<9%'],
    ],
    [
      'one for a request leaves the others to their own',
      ['error-rate{read}<5%'],
      ['error-rate{read}<5%', 'error-rate{write}<=1%', 'error-rate{delete}<=1%'],
    ],
    [
      'those for every request leave nothing to imply',
      NAMES.map((name) => `error-rate{${name}}<5%`),
      NAMES.map((name) => `error-rate{${name}}<5%`),
    ],
  ])('%s', (_name, given, expected) => {
    expect(withImplied(given)).toEqual(expected);
  });

  test('where it was said what to expect nothing may fail', () => {
    expect(withImplied([], 0)).toEqual(['error-rate<=0%']);
    expect(withImplied(['error-rate{read}<5%'], 0)).toEqual([
      'error-rate{read}<5%',
      'error-rate{write}<=0%',
      'error-rate{delete}<=0%',
    ]);
  });

  test('is judged as any other, and marked', () => {
    const [, implied] = withErrorRate(parseThresholds(['p50<9s'], new Problems()), []);
    const requests = { ...summaryWith().requests, sent: 1_000, ok: 989 };
    expect(judgeThresholds([implied!], summaryWith({ requests }))).toMatchObject([
      {
        expression: 'error-rate<=1%',
        measured: 0.011,
        isLowerBound: false,
        requestsNeeded: null,
        isImplied: true,
        ok: false,
      },
    ]);
  });
});

test.each([
  ['p50', 2],
  ['p99', 100],
  ['p99.9', 1_000],
  ['p99.99', 10_000],
  ['p97', 34],
  ['p5', 2],
])('%s takes %d requests, and no fewer', (name, needed) => {
  const label = name.slice(1);
  const percentile = parsePercentile(label)!;
  expect([rankOf(percentile, needed - 1), rankOf(percentile, needed)]).toEqual([null, expect.any(Number)]);
  const percentiles = { [label]: null };
  const changes = { latencyMs: { ...summaryWith().latencyMs, service: { ...LATENCY, percentiles } } };
  const rule = judgeThresholds(parseThresholds([`${name}<1s`], new Problems()), summaryWith(changes));
  expect(rule).toMatchObject([{ measured: null, requestsNeeded: needed, ok: false }]);
});

describe('rules on iterations that a test implies', () => {
  const names = { scenarios: [{ name: 'a' }, { name: 'b' }], metrics: {} } as unknown as Parameters<
    typeof scenarioRules
  >[1];
  test.each([
    [[], ['iteration-errors<=1%']],
    [['error-rate<5%'], ['iteration-errors<5%']],
    [['error-rate<=0'], ['iteration-errors<=0%']],
    [['error-rate<0.07'], ['iteration-errors<7%']],
    [['error-rate{GET /x}<5%'], ['iteration-errors<=1%']],
    [['iteration-errors<9%', 'error-rate<5%'], []],
    [['iteration-errors{a}<9%'], ['iteration-errors{b}<=1%']],
    [['iteration-errors{a}<9%', 'iteration-errors{b}<9%'], []],
    [['script-errors<9', 'checks>=9%'], ['iteration-errors<=1%']],
    [['iteration-errors>1%'], ['iteration-errors<=1%']],
  ])('%j', (given, implied) => {
    const { own, others } = scenarioRules(given, names, []);
    const rules = [...own, ...parseThresholds(others, new Problems())];
    const made = impliedRules(rules, ['a', 'b']).filter(({ expression }) => /^iteration/.test(expression));
    expect(made.map(({ expression }) => expression)).toEqual(implied);
    for (const rule of made) {
      const [read] = scenarioRules([rule.expression], names, []).own;
      expect({ ...read, limit: expect.closeTo(read!.limit, 12), isImplied: true }).toEqual(rule);
    }
  });
});

test('too few gaps for a rule are gaps, and not answers', () => {
  const rule = { expression: 'p99.9(gap)<1s', figure: 'p99.9', latency: 'gap', measured: null };
  expect(valueText({ ...rule, requestsNeeded: 1_000 } as unknown as Parameters<typeof valueText>[0])).toBe(
    'too few gaps to tell: it takes 1,000 gaps',
  );
});

describe('rules on scenarios that have nothing to judge do not hold, and say why', () => {
  const few = { ...LATENCY, count: 4, percentiles: { '50': 1, '95': null } };
  const row = { name: 'shop', completed: 4, failed: 0, dropped: 0, errors: [], responseMs: few };
  const summaryOf = (checks: readonly object[]) =>
    summaryWith({
      scenarios: {
        ...{ total: row, scenarios: [row], checks, groups: [{ name: 'checkout', responseMs: few }] },
        metrics: [
          { name: 'size', kind: 'trend', values: few },
          {
            ...{ name: 'cut', kind: 'trend' },
            values: { ...few, percentiles: { '90': 2 }, atLeast: ['90'], atMost: { '90': 4 } },
          },
          { name: 'none', kind: 'trend', values: { ...few, count: 0, percentiles: { '50': null } } },
          { name: 'even', kind: 'rate', share: null, good: 0, of: 0 },
        ],
      } as unknown as NonNullable<Summary['scenarios']>,
    });
  const testOf = {
    ...{
      scenarios: [{ name: 'shop' }],
      metrics: { size: 'trend', cut: 'trend', none: 'trend', even: 'rate' },
    },
  } as unknown as Parameters<typeof scenarioRules>[1];
  const two = { name: 'two', made: 4, passed: 4, failed: 0 };

  test.each([
    ['p50(iteration)<2s', true, '1.00 ms', []],
    ['p95(iteration){shop}<2s', false, 'too few iterations to tell: it takes 20 iterations', []],
    ['p95(group){checkout}<2s', false, 'too few group times to tell: it takes 20 group times', []],
    [
      'p95(group){chekout}<2s',
      false,
      'no group of that name was measured: did you mean checkout?',
      ['checkout'],
    ],
    ['p95(group){other}<2s', false, 'no group of that name was measured', [null]],
    ['checks{too}>=9%', false, 'no check of that name was made: did you mean two?', ['two']],
    ['checks{two}>=9%', true, '100.0 %', []],
    ['p95(size)<9', false, 'too few values to tell: it takes 20 values', []],
    ['p50(size)<9', true, '1', []],
    ['p90(cut)<9', true, '4', []],
    ['p90(cut)<3', false, 'at least 2', []],
    ['p50(none)<9', false, 'no value was measured', []],
    ['max(size) < 9', false, '20', []],
    ['p50(size)<9ms', true, '1.00 ms', []],
    ['share(even)>=9%', false, 'it got no value', []],
  ])('%s', (expression, ok, text, meant) => {
    const summary = summaryOf([two]);
    const [rule] = withMeant(judgeThresholds(scenarioRules([expression], testOf, []).own, summary), summary);
    expect([rule!.ok, valueText(rule!)]).toEqual([ok, text]);
    expect('meant' in rule! ? [rule.meant] : []).toEqual(meant);
  });

  test('without a check the implied rule is left out, and a given one is broken', () => {
    const judged = (given: readonly string[], checks: readonly object[]) => {
      const { own } = scenarioRules(given, testOf, []);
      return judgeThresholds([...own, ...impliedRules(own, ['shop'])], summaryOf(checks))
        .filter(({ figure }) => figure === 'checks')
        .map((rule) => [rule.expression, rule.ok, valueText(rule)]);
    };
    expect(judged([], [])).toEqual([]);
    expect(judged([], [two])).toEqual([['checks>=100%', true, '100.0 %']]);
    expect(judged(['checks>=99%'], [])).toEqual([['checks>=99%', false, 'no check was made']]);
    const broken = { name: 'broken', made: 4, passed: 1, failed: 3 };
    expect(judged(['checks{two}>=9%'], [two])).toEqual([['checks{two}>=9%', true, '100.0 %']]);
    expect(judged(['checks{two}>=9%', 'checks<100%'], [two, broken])).toEqual([
      ['checks{two}>=9%', true, '100.0 %'],
      ['checks<100%', true, '62.5 %'],
      ['checks{all others}>=100%', false, '25.0 %'],
    ]);
  });

  test.each([
    [['script-errors<9'], []],
    [['script-errors>0'], ['script-errors<=0']],
    [['script-errors{a}<9'], ['script-errors{b}<=0']],
  ])('%j: what the code may do wrong elsewhere', (given, implied) => {
    const scenarios = [{ name: 'a' }, { name: 'b' }] as unknown as typeof testOf.scenarios;
    const { own } = scenarioRules(given, { ...testOf, scenarios }, []);
    const made = impliedRules(own, ['a', 'b']).map(({ expression }) => expression);
    expect(made.filter((expression) => expression.startsWith('script'))).toEqual(implied);
  });

  test.each([
    ['checks>=0%', 'holds', 'give a limit between 0 and 100 %, such as checks>=99%'],
    ['checks<=100%', 'holds', 'such as checks>=99%'],
    ['checks{two}>100%', 'fails', 'such as checks>=99%'],
    ['share(even)>=0%', 'holds', 'such as share(name)>=90%'],
    ['iteration-errors<=100%', 'holds', 'such as iteration-errors<1%'],
    ['script-errors>=0', 'holds', 'give a limit above zero'],
    ['dropped<0', 'fails', 'give a limit above zero'],
    ['p95(iteration)>=0ms', 'holds', 'give a limit above zero'],
    ['max(group){checkout}<0s', 'fails', 'give a limit above zero'],
  ])('%s is refused: it %s whatever is measured', (expression, always, advice) => {
    const problems: string[] = [];
    scenarioRules([expression], testOf, problems);
    expect(problems).toEqual([expect.stringContaining(`it ${always} whatever is measured: `)]);
    expect(problems[0]).toContain(advice);
  });

  test('values of the code may be negative', () => {
    const problems: string[] = [];
    scenarioRules(['p95(size)>=0', 'mean(size)<0'], testOf, problems);
    expect(problems).toEqual([]);
  });
});

test.each([
  ['error-rate<1%', 0.009_920_634, 0.01, '0.992 %'],
  ['error-rate<1%', 0.009_999_21, 0.01, '0.9999 %'],
  ['error-rate<1%', 0.01, 0.01, '1.0 %'],
  ['p99<50ms', 50.000_01, 50, '50.00001 ms'],
  ['throughput>500/s', 499.9, 500, '499.9/s'],
])('%s, measured %d: as many digits as tell it from its limit', (expression, measured, limit, text) => {
  const rule = { expression, measured, limit, isLowerBound: false, ok: true };
  expect(valueText(rule as Parameters<typeof valueText>[0])).toBe(text);
});
