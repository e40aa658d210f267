import type { Finding } from '../../protocol/finding.ts';
import type { AgentSummary, RequestCounts, Summary } from '../../protocol/summary.ts';
import type { Collected, CollectedWorker } from '../collect/collected.ts';
import { plannedFor } from './load-notes.ts';
import { lostShareOf } from './lost-load.ts';
import { unrequestedBytes } from './unrequested-bytes.ts';

/** Why less was measured than asked for, or something other than the target. */
export function degradationsOf(
  summary: Pick<Summary, 'connections' | 'errors' | 'requests' | 'workers' | 'interrupted' | 'stoppedBy'>,
  {
    plan,
    workers,
    agents = [],
    mostLostShare,
  }: Pick<Collected, 'plan' | 'workers' | 'agents' | 'mostLostShare'>,
): Finding[] {
  const isLost = ({ agent }: Pick<CollectedWorker, 'agent'>): boolean =>
    agent !== undefined && agents[agent]?.state === 'lost';
  const others = workers.filter((worker) => !isLost(worker));
  const isBorne = isLossBorne({ agents, mostLostShare });
  return [
    ...(isBorne ? [] : lostLoadOf(agents)),
    ...lossesOf(others, plan.batch !== undefined),
    ...(plan.batch === undefined ? standstillOf(isBorne ? others : workers, agents) : []),
    ...mistrustOf(summary, plan.batch !== undefined),
    ...exhaustionOf(summary),
    ...shortfallOf(isBorne ? { ...summary, requests: shortfallIn(others, summary, isLost) } : summary),
  ];
}

/** What was lost with agents, if so large a loss is allowed. */
export function borneLossesOf({
  agents = [],
  mostLostShare,
}: Pick<Collected, 'agents' | 'mostLostShare'>): Finding[] {
  return isLossBorne({ agents, mostLostShare }) ? lostLoadOf(agents) : [];
}

function isLossBorne({ agents = [], mostLostShare }: Pick<Collected, 'agents' | 'mostLostShare'>): boolean {
  if (mostLostShare === undefined || agents.every(({ state }) => state !== 'lost')) return false;
  return (
    lostShareOf(agents.map((agent) => ({ ...agent, ...agent.iterations, isLost: agent.state === 'lost' }))) <=
    mostLostShare
  );
}

function shortfallIn(
  workers: readonly CollectedWorker[],
  summary: Pick<Summary, 'workers'>,
  isLost: (worker: Pick<CollectedWorker, 'agent'>) => boolean,
): Shortfall {
  const sum = (count: (worker: CollectedWorker) => number): number =>
    workers.reduce((total, worker) => total + count(worker), 0);
  return {
    dropped: sum(({ counts }) => counts.dropped),
    unfinished: summary.workers.reduce((total, one) => total + (isLost(one) ? 0 : one.unfinished), 0),
    notStarted: sum(({ report }) => report?.notStarted ?? 0),
  };
}

type Shortfall = Pick<RequestCounts, 'dropped' | 'unfinished' | 'notStarted'>;

/** Lost agents, each with the part of the load that was lost with it. */
function lostLoadOf(agents: readonly AgentSummary[]): Finding[] {
  const ofAll = agents.map(({ iterations, planned }) => (iterations ?? { planned }).planned);
  const planned = ofAll.reduce<number>((sum, own) => sum + (own ?? 0), 0);
  const all = agents.reduce((sum, { connections }) => sum + connections, 0);
  return agents.flatMap((agent): Finding[] => {
    if (agent.state !== 'lost') return [];
    const { name, address, because, lostAtMs, knownUntilMs, unknownAtMost, connections, iterations } = agent;
    const { started: sent, ...load } = iterations ?? { ...agent, started: agent.sent };
    const { missing } = load;
    const figures = {
      ...{ agent: name, address, because: because ?? '', lostAtMs, planned: load.planned, sent, missing },
      ...(knownUntilMs === undefined ? {} : { knownUntilMs }),
      ...(iterations === undefined ? {} : { isOfIterations: true as const }),
      missingShare: missing === null || planned === 0 ? null : missing / planned,
      ...{ unknownAtMost, connections, ofConnections: all },
    };
    return [{ code: 'load-lost', figures }];
  });
}

/** Workers lost during the run. */
export function lossesOf(workers: readonly CollectedWorker[], isBatch: boolean): Finding<'worker-lost'>[] {
  return workers.flatMap(({ shard, counts, lostBecause }): Finding<'worker-lost'>[] => {
    if (lostBecause === null) return [];
    const notStarted = Math.max(0, plannedFor(shard, counts.released) - counts.released);
    const unknownAtMost = isBatch ? 0 : Math.min(shard.maxSlots, notStarted);
    const figures = { worker: shard.index, because: lostBecause, isBatch };
    return [
      { code: 'worker-lost', figures: { ...figures, ...(unknownAtMost > 0 ? { unknownAtMost } : {}) } },
    ];
  });
}

/** Answers that may be those of other requests. */
function mistrustOf(
  { connections, requests }: Pick<Summary, 'connections' | 'requests'>,
  isBatch: boolean,
): Finding[] {
  const found = unrequestedBytes(connections, requests.sent, isBatch);
  return found === null ? [] : [found];
}

/** The longest standstill of any worker. */
export function stoodStillMs(workers: readonly CollectedWorker[]): number {
  return Math.max(0, ...workers.map(({ report }) => report?.stoodStillMs ?? 0));
}

/** What requests in flight waited for during a standstill is in their times, as if the target had taken it. */
export function standstillOf(
  workers: readonly CollectedWorker[],
  agents: readonly Pick<AgentSummary, 'name'>[] = [],
): Finding[] {
  const stillMs = stoodStillMs(workers);
  if (stillMs === 0) return [];
  const longest = workers.find(({ report }) => report?.stoodStillMs === stillMs);
  const agent = longest?.agent === undefined ? undefined : agents[longest.agent]?.name;
  const figures = { stoodStillMs: stillMs, ...(agent === undefined ? {} : { agent }) };
  return [{ code: 'stood-still', figures }];
}

/** Requests that failed because this machine ran out of something; they do not describe the target. */
function exhaustionOf({ errors, requests }: Pick<Summary, 'errors' | 'requests'>): Finding[] {
  const own = errors.filter(({ kind }) => kind === 'generator');
  if (own.length === 0) return [];
  const failed = own.reduce((sum, { count }) => sum + count, 0);
  const codes = own.map(({ code }) => code);
  return [{ code: 'requests-failed-here', figures: { failed, sent: requests.sent, codes } }];
}

/** Load that should have been sent and was not, unless the user or a rule stopped the run. */
function shortfallOf({
  interrupted,
  stoppedBy,
  requests: { dropped, unfinished, notStarted },
}: Pick<Summary, 'interrupted' | 'stoppedBy'> & { readonly requests: Shortfall }): Finding[] {
  if (interrupted || stoppedBy !== null) return [];
  return [
    ...(dropped > 0 ? [{ code: 'requests-dropped', figures: { dropped } } as const] : []),
    ...(unfinished > 0 ? [{ code: 'requests-unfinished', figures: { unfinished } } as const] : []),
    ...(notStarted > 0 ? [{ code: 'requests-not-started', figures: { notStarted } } as const] : []),
  ];
}
