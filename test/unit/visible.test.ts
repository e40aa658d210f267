import { describe, expect, test } from '@jest/globals';
import { printedOutput } from '../../src/main/batch/output.ts';
import { COMPARISON_REPORTERS } from '../../src/main/reporters/comparison-text.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { liveRunPage, partsOfResult } from '../../src/main/reporters/html/live-page.ts';
import { REPORTERS } from '../../src/main/reporters/reporters.ts';
import { SWEEP_REPORTERS } from '../../src/main/reporters/sweep-text.ts';
import type { Comparison } from '../../src/protocol/comparison.ts';
import { RESULT_FORMS } from '../../src/protocol/result-forms.ts';
import type { AgentSummary, ScenarioRow, Summary } from '../../src/protocol/summary.ts';
import type { Sweep } from '../../src/protocol/sweep.ts';
import { visible, visibleJson } from '../../src/requests/visible.ts';
import { LATENCY, MIX, summaryWith } from '../support/summary.ts';

/** ESC, BEL, C1, a line end, the change of direction, a zero-width blank, a lone surrogate, U+FFFE. */
const EVIL = 'a\u001b[2J\u0007\u009b31m\r\nb\u202ec\u200bd\ud800\ufffe`|<b>&"]]>';
/** What no report may have; line ends and tabs are its own. */
const OBEYED = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe]/u;

const RESULT = summaryWith({
  plan: { ...summaryWith().plan, target: { url: EVIL, method: EVIL } },
  degradedReasons: [EVIL],
  notes: [EVIL],
  mix: MIX.map((row) => ({ ...row, name: EVIL, url: EVIL })),
  errors: [{ kind: 'reset', code: EVIL, count: 1, example: EVIL }],
  statuses: { [EVIL]: 1 },
  generator: { ...summaryWith().generator, reasons: [EVIL] },
  thresholds: [{ expression: `p99{${EVIL}}<1s`, measured: 1, isLowerBound: false, ok: false }],
});

const FAILURES = { count: 1, example: EVIL };
const ITERATIONS: ScenarioRow = {
  ...{ name: EVIL, scheduled: 5, started: 5, completed: 3, failed: 2, interrupted: 0, dropped: 0 },
  ...{ notStarted: 0, responseMs: LATENCY, durationMs: LATENCY, startLagMs: LATENCY, thinkMs: 0 },
  errors: [{ kind: 'script', code: EVIL, count: 2, example: EVIL }],
};
/** What users did: every name is the module's or the plan file's. */
const BY_USERS: Summary = {
  ...RESULT,
  scenarios: {
    total: ITERATIONS,
    scenarios: [ITERATIONS, { ...ITERATIONS, name: `2${EVIL}` }],
    groups: [{ name: EVIL, entered: 5, left: 3, failed: 2, interrupted: 0, responseMs: LATENCY }],
    checks: [{ name: EVIL, made: 5, passed: 3, failed: 2 }],
    metrics: [
      { name: `c${EVIL}`, kind: 'counter', count: 1 },
      { name: `r${EVIL}`, kind: 'rate', share: 0.5, good: 1, of: 2 },
      { name: `g${EVIL}`, kind: 'gauge', value: 1 },
      { name: `t${EVIL}`, kind: 'trend', values: LATENCY },
    ],
    teardownFailure: EVIL,
    users: { ever: 2, max: 2, series: [], setupFailures: FAILURES, teardownFailures: FAILURES },
  },
};
const AGENT: AgentSummary = {
  ...{ name: EVIL, address: EVIL, workers: 1, connections: 1, state: 'lost', because: EVIL, lostAtMs: 5 },
  ...{ planned: 5, sent: 3, missing: 2, unknownAtMost: 1, rttMs: 1, driftMs: null, startLateMs: null },
  ...{ p50Ms: null, p99Ms: null, verdict: null, reasons: [EVIL] },
};
const BY_AGENTS: Summary = { ...RESULT, agents: [{ ...AGENT, name: `1${EVIL}` }, AGENT] };
const RESULTS: readonly (readonly [string, Summary])[] = [
  ['a run', RESULT],
  ['users of scenarios', BY_USERS],
  ['several agents', BY_AGENTS],
];
const SWEEP: Sweep = {
  ...{ schemaVersion: 1, kind: 'sweep', tool: RESULT.tool, startedAt: RESULT.startedAt },
  target: { url: EVIL, method: EVIL },
  ...{ over: 'concurrency', from: 1, to: 2, counts: 'answers', rules: [EVIL] },
  levels: [
    {
      ...{ level: 1, throughputPerSecond: 5, isGood: false },
      summary: { ...RESULT, generator: { ...RESULT.generator, verdict: 'failing' } },
    },
  ],
  ...{
    knee: null,
    capacity: null,
    endedBy: 'failing',
    interrupted: false,
    generatorLimit: { level: 1, reasons: [EVIL] },
  },
  conclusions: [EVIL],
};

describe('texts from outside', () => {
  test.each([
    ['\u001b[31m', '\\x1b[31m'],
    ['a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['\u009b', '\\x9b'],
    ['\u202e', '\\u202e'],
    ['\ud800', '\\ud800'],
    ['\u{e0041}', '\\u{e0041}'],
    ['naïve 日本', 'naïve 日本'],
  ])('%j is shown as %s', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('are bounded', () => {
    expect(visible('x'.repeat(1e6)).length).toBeLessThan(3_000);
  });

  test.each(RESULT_FORMS)('reach no %s as what is obeyed', (form) => {
    for (const [, result] of RESULTS) {
      const text = REPORTERS[form](result);
      expect(text).toContain('b');
      expect(text).not.toMatch(OBEYED);
    }
  });

  test.each(RESULTS)('reach no page, finished or under way, of %s', (_, result) => {
    const pages = [renderHtml(result), liveRunPage(result, 500).text()];
    for (const page of pages) {
      expect(page).not.toMatch(OBEYED);
      expect(page).not.toContain('|<b>');
    }
    for (const [name, part] of partsOfResult(result)) {
      expect(part).not.toMatch(OBEYED);
      // Those are set as text.
      if (![':title', ':heading', ':about'].includes(name)) expect(part).not.toContain('|<b>');
    }
    expect(pages[0]).toContain('&lt;b&gt;');
  });

  test('reach no sweep', () => {
    for (const render of Object.values(SWEEP_REPORTERS)) {
      const text = render(SWEEP);
      expect(text).toContain('\\');
      expect(text).not.toMatch(OBEYED);
    }
    expect(SWEEP_REPORTERS.markdown(SWEEP)).not.toMatch(/(?<!\\)`|<b>/);
  });

  test('stay what they are in JSON', () => {
    expect(JSON.parse(REPORTERS.json(RESULT))).toEqual(JSON.parse(JSON.stringify(RESULT)));
    expect(JSON.parse(visibleJson('"\u202e\u{e0041}"'))).toBe('\u202e\u{e0041}');
  });

  test('are no Markdown and no HTML', () => {
    for (const [, result] of RESULTS) {
      const text = REPORTERS.markdown(result);
      expect(text.replaceAll(/`` .*? ``/g, '')).not.toMatch(/(?<!\\)`|<b>/);
    }
  });

  test('reach no comparison', () => {
    const round = { ...RESULT, cost: { peakMemoryBytes: 1, memoryKind: 'resident' } } as const;
    const comparison: Comparison = {
      schemaVersion: 1,
      kind: 'repeat',
      tool: RESULT.tool,
      startedAt: RESULT.startedAt,
      interrupted: false,
      metric: 'p50',
      margin: 0.03,
      arms: [
        { name: EVIL, url: EVIL, mode: 'threads', workers: 1, concurrency: 1, figures: {}, rounds: [round] },
      ],
      pairs: [],
      conclusions: [EVIL],
      notes: [EVIL],
    };
    for (const render of Object.values(COMPARISON_REPORTERS)) expect(render(comparison)).not.toMatch(OBEYED);
  });
});

test.each([
  [true, 'a\\x1b[2J,\\u202e\n'],
  [false, 'a\u001b[2J,\u202e\n'],
])('rows of a batch that are printed: to a terminal %s', async (isTerminal, shown) => {
  const { isTTY, write } = process.stdout;
  let printed = '';
  process.stdout.isTTY = isTerminal;
  process.stdout.write = ((text: string, done: () => void) => {
    printed += text;
    done();
    return true;
  }) as typeof write;
  try {
    const { queue } = printedOutput(() => {});
    queue.add('a\u001b[2J,\u202e\n');
    await queue.flush();
  } finally {
    Object.assign(process.stdout, { isTTY, write });
  }
  expect(printed).toBe(shown);
});
