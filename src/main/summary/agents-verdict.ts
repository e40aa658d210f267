import type { AgentSummary } from '../../protocol/summary.ts';
import { type Judgement, judged } from './verdict-facts.ts';

/** An agent that is the limit spoils the figures of the whole run, which may not show it. */
export function judgeAgents(judgement: Judgement, agents: readonly AgentSummary[] = []): Judgement {
  const limited = agents.filter(({ verdict }) => verdict === 'generator-limited');
  if (limited.length === 0) return judgement;
  const finding = {
    code: 'agents-limited',
    figures: { agents: limited.map(({ name }) => name), of: agents.length },
  } as const;
  if (judgement.verdict === 'failing' || judgement.verdict === 'generator-limited')
    return { ...judgement, caveats: [...judgement.caveats, finding] };
  return judged('generator-limited', finding, 'give-cores-or-lower-rate', judgement.caveats);
}
