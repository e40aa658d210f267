import { Agent, type AgentOptions } from '../../src/main/cluster/agent.ts';
import type { Broker } from '../../src/main/cluster/broker.ts';
import { Sealer } from '../../src/main/cluster/seal.ts';
import { Submission } from '../../src/main/cluster/submission.ts';
import type { SubmissionOptions } from '../../src/main/cluster/submission-options.ts';
import type { Collected } from '../../src/main/collect/collected.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { readOptions, type UnresolvedPlan } from '../../src/main/plan/resolve.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import { parseAllowRule } from '../../src/requests/allowed-targets.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';

export const VERSION = 'test';

/** An agent that may send to this machine. */
export async function startAgent(
  broker: Broker,
  name: string,
  {
    key = 'secret',
    allow = '127.0.0.1:1-65535',
    say = () => {},
    ...changes
  }: Partial<AgentOptions> & { key?: string; allow?: string; say?: (sentence: string) => void } = {},
): Promise<Agent> {
  const rule = parseAllowRule(allow);
  const options = {
    name,
    workers: 1,
    mode: 'threads',
    version: VERSION,
    allowed: rule === null ? [] : [rule],
    isCodeAllowed: false,
    mostPerSecond: null,
    isOnce: false,
    ...changes,
  } as const;
  const agent = new Agent(broker, new Sealer(key), createMonotonicClock(), options, say);
  await agent.begin();
  return agent;
}

export interface Submitted {
  readonly submission: Submission;
  readonly collected: Promise<Collected>;
  readonly summary: Promise<Summary>;
}

type Changes = Partial<SubmissionOptions> & { key?: string };

export async function submit(broker: Broker, options: RunOptions, changes: Changes = {}): Promise<Submitted> {
  const plan = await readOptions({ seed: 1, ...options });
  return submitPlan(broker, plan, {
    isConcurrencyGiven: options.concurrency !== undefined,
    ...changes,
  });
}

export function submitPlan(
  broker: Broker,
  plan: UnresolvedPlan,
  { key = 'secret', agents = 2, ...changes }: Changes = {},
): Submitted {
  const submission = new Submission(broker, new Sealer(key), createMonotonicClock(), plan, {
    agents,
    minAgents: agents,
    joinTimeoutMs: 3_000,
    maxLost: null,
    prepare: null,
    say: () => {},
    isConcurrencyGiven: false,
    version: VERSION,
    ...changes,
  });
  const collected = submission.collect();
  const summary = collected.then((all) => submission.sumUp(all));
  summary.catch(() => {});
  return { submission, collected, summary };
}
