import type { AgentIterations } from '../../protocol/agent-iterations.ts';
import type { AgentSummary, Summary } from '../../protocol/summary.ts';
import { agentsInOrder } from '../text/agents-in-order.ts';
import { counted, formatCount, formatMs, NOTHING } from '../text/format.ts';
import { rows } from './labelled-rows.ts';
import type { Table } from './table.ts';
import type { View } from './view.ts';

const MOST_AGENTS = 12;

/** How the agents of a run over several machines ended; lost ones first. */
export function agentLines({ agents }: Summary, { width, isVerbose }: View): string[] {
  if (agents === undefined || agents === null) return [];
  const lost = agents.filter(({ state }) => state === 'lost');
  const counts = [
    counted(agents.length, 'agent'),
    ...(agents.length > lost.length ? [`${formatCount(agents.length - lost.length)} finished`] : []),
    ...(lost.length > 0 ? [`${formatCount(lost.length)} lost`] : []),
  ].join(', ');
  const shown = agentsInOrder(agents);
  const most = isVerbose ? shown.length : MOST_AGENTS;
  const left = shown.length - most;
  return [
    ...rows('agents', counts, width),
    ...shown.slice(0, most).flatMap((agent) => rows('', agentText(agent), width)),
    ...(left > 0 ? rows('', `and ${counted(left, 'more agent')}`, width) : []),
  ];
}

/** The same as a table; without rows for a run on one machine. */
export function agentsTable({ agents }: Summary): Table {
  return {
    heading: ['agent', 'workers', 'planned', 'sent', 'missing', 'p50', 'p99', 'verdict'],
    words: ['verdict'],
    rows: agentsInOrder(agents ?? []).map(
      ({ name, address, workers, state, planned, sent, missing, p50Ms, p99Ms, verdict }) => [
        `${name} (${address})`,
        formatCount(workers),
        ...[planned, sent, missing].map((count) => (count === null ? NOTHING : formatCount(count))),
        ...[p50Ms, p99Ms].map((time) => (time === null ? NOTHING : formatMs(time))),
        state === 'lost' ? 'LOST' : (verdict ?? NOTHING),
      ],
    ),
  };
}

function agentText(agent: AgentSummary): string {
  const { name, address, workers, state, planned, sent, missing, p50Ms, p99Ms, verdict, iterations } = agent;
  const of = planned === null ? '' : ` of ${formatCount(planned)}`;
  return [
    `${name} (${address}): ${counted(workers, 'worker')}, ${formatCount(sent)}${of} sent`,
    ...(iterations === undefined ? [] : iterationsText(iterations)),
    ...(missing !== null && missing > 0 ? [`${formatCount(missing)} missing`] : []),
    ...(p50Ms === null ? [] : [`p50 ${formatMs(p50Ms)}`]),
    ...(p99Ms === null ? [] : [`p99 ${formatMs(p99Ms)}`]),
    state === 'lost' ? 'LOST' : (verdict ?? ''),
  ].join(', ');
}

function iterationsText({ planned, started, missing }: AgentIterations): string[] {
  const of = planned === null ? '' : ` of ${formatCount(planned)}`;
  return [
    `${formatCount(started)}${of} iterations`,
    ...(missing !== null && missing > 0 ? [`${formatCount(missing)} missing`] : []),
  ];
}
