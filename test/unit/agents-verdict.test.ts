import { expect, test } from '@jest/globals';
import { judgeAgents } from '../../src/main/summary/agents-verdict.ts';
import type { Judgement } from '../../src/main/summary/verdict-facts.ts';
import type { AgentSummary } from '../../src/protocol/summary.ts';

const agents = (...verdicts: AgentSummary['verdict'][]): AgentSummary[] =>
  verdicts.map((verdict, index) => ({ name: `agent-${index + 1}`, verdict }) as AgentSummary);
const OK = { verdict: 'ok', caveats: [] } as unknown as Judgement;
const limited = { code: 'agents-limited', figures: { agents: ['agent-2'], of: 3 } };

test('a run of which one agent could not keep up is limited by it, and says by whom', () => {
  expect(judgeAgents(OK, agents('ok', 'generator-limited', null))).toMatchObject({
    verdict: 'generator-limited',
    finding: limited,
  });
});

test('a run that failed says so first', () => {
  const failing = { ...OK, verdict: 'failing' } as Judgement;
  const judged = judgeAgents(failing, agents('ok', 'generator-limited', null));
  expect([judged.verdict, judged.caveats]).toEqual(['failing', [limited]]);
});

test('agents that keep up change nothing', () => {
  expect(judgeAgents(OK, agents('ok', 'target-limited'))).toBe(OK);
  expect(judgeAgents(OK)).toBe(OK);
});
