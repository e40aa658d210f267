import { expect, test } from '@jest/globals';
import { agentLines } from '../../src/main/reporters/agents-text.ts';
import { liveRunPage } from '../../src/main/reporters/html/live-page.ts';
import { agentsPanel } from '../../src/main/reporters/html/run/agents.ts';
import type { RunView } from '../../src/main/reporters/html/run/run-view.ts';
import type { AgentSoFar } from '../../src/protocol/agent-so-far.ts';
import type { AgentSummary, Summary } from '../../src/protocol/summary.ts';
import { AGENT } from '../support/agent-summary.ts';
import { summaryWith } from '../support/summary.ts';

const LOST: AgentSummary = {
  ...{ ...AGENT, name: 'agent-9', state: 'lost', because: 'it is gone', lostAtMs: 900 },
  ...{ planned: null, missing: null, verdict: null },
  iterations: { planned: 50, started: 30, dropped: 2, missing: 18 },
};
const OTHER: AgentSummary = {
  ...{ ...AGENT, name: 'agent-2' },
  iterations: { planned: 50, started: 50, dropped: 0, missing: 0 },
};

test('the report has lost agents first, the others by name, and the iterations of each', () => {
  expect(
    agentLines(summaryWith({ agents: [AGENT, OTHER, LOST] }), { width: 200, isVerbose: false } as never),
  ).toEqual([
    'agents     3 agents, 2 finished, 1 lost',
    '           agent-9 (10.0.0.1): 1 worker, 100 sent, 30 of 50 iterations, 18 missing, p50 1.00 ms, p99 2.00 ms, LOST',
    '           agent-2 (10.0.0.1): 1 worker, 100 of 100 sent, 50 of 50 iterations, p50 1.00 ms, p99 2.00 ms, ok',
    '           agent-10 (10.0.0.1): 1 worker, 100 of 100 sent, p50 1.00 ms, p99 2.00 ms, ok',
  ]);
});

test('so has the page, with columns for iterations where there are any', () => {
  const panel = (agents: AgentSummary[]): string =>
    String(agentsPanel({ summary: summaryWith({ agents }) } as RunView));
  const page = panel([AGENT, OTHER, LOST]);
  expect(page.match(/agent-\d+/g)).toEqual(['agent-9', 'agent-2', 'agent-10']);
  expect(page).toContain('data-l="Iterations">30</td><td class="n" data-l="Missing iterations">18</td>');
  expect([page.match(/<th scope="col"/g)?.length, page.includes('colspan="12"')]).toEqual([12, true]);
  expect(panel([AGENT])).not.toMatch(/iterations/i);
});

test('the page of a run under way says who sends, and how late it knows', () => {
  const agents = ['agent-10', 'agent-9'].map(
    (name): AgentSoFar => ({ name, state: 'running', sent: 1, perSecond: 1, mostLagMs: null }),
  );
  const over = liveRunPage(summaryWith(), 500, agents).text();
  const here = liveRunPage(summaryWith(), 500).text();
  expect([over.includes('a second or two old'), here.includes('half a second old')]).toEqual([true, true]);
  expect(over.match(/, 2 agents/g)?.length).toBe(1);
  expect(over).toContain('2 agents, client');
  expect(over).not.toMatch(/\d+ (thread|process)/);
  expect(here).toMatch(/\d+ (thread|process)/);
});

test('while a run lasts, a rule that has not been measured yet is open, and not broken', () => {
  const rule = (expression: string, measured: number | null, ok: boolean): Summary['thresholds'][number] => ({
    ...{ expression, measured, ok, isLowerBound: false, limit: 5 },
  });
  const rulesOf = (...thresholds: Summary['thresholds'][number][]): string =>
    /<div class="rules">.*?<\/table>/s.exec(liveRunPage(summaryWith({ thresholds }), 500).text())![0];
  const open = [rule('p99<5ms', null, false), rule('p50<5ms', null, false)] as const;
  const none = rulesOf(...open);
  expect(none).toContain('<h3>None of the 2 rules can be judged yet</h3>');
  expect(none.match(/<tr class="open"><td class="mark"><span aria-hidden="true">\?</g)).toHaveLength(2);
  expect(none).not.toMatch(/broken|✗/);
  expect(rulesOf(open[0])).toContain('<h3>The rule cannot be judged yet</h3>');
  const some = rulesOf(rule('max<5ms', 3, true), ...open, rule('mean<5ms', 9, false));
  expect(some).toContain('<h3>1 of 4 rules broken so far</h3>');
  expect(some.match(/<tr class="(\w+)"/g)?.map((row) => row.slice(11, -1))).toEqual([
    ...['broken', 'open', 'open', 'held'],
  ]);
  expect(rulesOf(rule('max<5ms', 3, true), ...open)).toContain(
    '1 of 3 rules held so far, 2 cannot be judged yet',
  );
  expect(rulesOf(rule('max<5ms', 3, true))).toContain('<h3>The rule held so far</h3>');
});
