import type { AgentSummary } from '../../protocol/summary.ts';
import type { Collected } from '../collect/collected.ts';
import { namingOf } from '../plan/terms.ts';
import { factsOf } from '../summary/facts-of-run.ts';
import { figuresOf } from '../summary/figures.ts';
import { summarizeScenarios } from '../summary/scenarios-summary.ts';
import { judge } from '../summary/verdict.ts';
import { overAgents } from '../text/naming.ts';
import { reasonsOf } from '../text/reasons.ts';

/** What is known about an agent apart from its load. */
interface AgentFacts
  extends Pick<
    AgentSummary,
    'name' | 'address' | 'because' | 'lostAtMs' | 'knownUntilMs' | 'rttMs' | 'driftMs'
  > {
  /** Upper limit on the requests that are not measured and may have been sent; may be infinite. */
  readonly unknownAtMost: number;
}

/** Summarizes one agent's part of a run: its own figures, and a verdict on them. */
export function summarizeAgent(collected: Collected, agent: AgentFacts): AgentSummary {
  const { plan, workers } = collected;
  const { unknownAtMost, ...known } = agent;
  const figures = figuresOf({ ...collected, plan: { ...plan, percentiles: ['50', '99'] } });
  const { scheduled, sent } = figures.requests;
  const isLost = agent.because !== null;
  // It is unknown how much a closed load would have sent in its time.
  const isPlanKnown =
    !isLost || plan.load.model === 'open' || (plan.stop.durationMs === null && plan.scenarios === undefined);
  const missing = isPlanKnown ? scheduled - sent : null;
  // A stop ends its plan, of which an agent that was cut off before may not have heard.
  const isCut = collected.stoppedAtMs !== null && plan.load.model === 'open' && plan.stop.requests === null;
  const { percentiles } = figures.latencies[collected.records.headline];
  const judgement = isLost ? null : judge(factsOf(collected, figures));
  const starts = workers.flatMap(({ report }) => report?.startedAtMs ?? []);
  return {
    ...known,
    workers: workers.length,
    connections: plan.concurrency,
    state: isLost ? 'lost' : 'finished',
    ...iterationsIn(collected, isLost),
    planned: isPlanKnown ? scheduled : null,
    sent,
    missing,
    unknownAtMost: missing === null ? null : isCut ? unknownAtMost : Math.min(missing, unknownAtMost),
    startLateMs: starts.length === 0 ? null : Math.max(...starts),
    mostLagMs: figures.latencies.startLag.max,
    p50Ms: percentiles['50'] ?? null,
    p99Ms: percentiles['99'] ?? null,
    verdict: judgement?.verdict ?? null,
    reasons: judgement === null ? [] : reasonsOf(judgement, overAgents(namingOf(plan.writtenIn))),
  };
}

function iterationsIn(collected: Collected, isLost: boolean): Pick<AgentSummary, 'iterations'> {
  const { scenarios } = collected.records;
  if (scenarios === null) return {};
  const { scheduled, started, dropped, notStarted } = summarizeScenarios(collected, scenarios).total;
  const isKnown = !isLost || collected.workers.some(({ lostIterations }) => lostIterations !== undefined);
  const [planned, missing] = isKnown ? [scheduled, notStarted] : [null, null];
  return { iterations: { planned, started, dropped, missing } };
}
