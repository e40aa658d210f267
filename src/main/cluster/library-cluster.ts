import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { RunOptions } from '../plan/options.ts';
import { Problems } from '../plan/problems.ts';
import type { ClusterOptions } from '../run/run-handle.ts';
import { quoted } from '../text/quoted.ts';
import { maxLostFrom } from './max-lost.ts';
import { DEFAULT_JOIN_TIMEOUT, LONGEST_JOIN_MS, MOST_AGENTS, meetingFrom } from './meeting.ts';
import type { ClusterPlan } from './submit.ts';

const WORDS = { broker: 'cluster.broker', pool: 'cluster.pool', key: 'cluster.key' };

/**
 * Checks the cluster options of the library.
 *
 * @throws VolleyError VOLLEY_USAGE, with every problem
 */
export function clusterOf(cluster: ClusterOptions, { concurrency, workers, mode }: RunOptions): ClusterPlan {
  const problems: string[] = [];
  const found = new Problems();
  const { broker, pool, key, joinTimeout = DEFAULT_JOIN_TIMEOUT } = cluster;
  const agents = found.count('cluster.agents', cluster.agents, 1, MOST_AGENTS) ?? 1;
  const minAgents = found.count('cluster.minAgents', cluster.minAgents ?? agents, 1, agents) ?? agents;
  const joinTimeoutMs = found.durationMs('cluster.joinTimeout', joinTimeout, 1, LONGEST_JOIN_MS) ?? 0;
  problems.push(...found.list.map(({ message }) => message.replaceAll('--cluster.', 'cluster.')));
  for (const [name, value] of Object.entries({ workers, mode }))
    if (value !== undefined)
      problems.push(`${name} with cluster: each agent says what it has: leave one of them out.`);
  const maxLost = cluster.maxLost === undefined ? null : maxLostFrom(cluster.maxLost);
  if (cluster.maxLost !== undefined && maxLost === null)
    problems.push(
      `cluster.maxLost ${quoted(String(cluster.maxLost))}: give a share of the load from 0% to 100%, such as 5%.`,
    );
  const meeting = meetingFrom({ typed: undefined, url: broker, pool, key }, problems, WORDS);
  if (problems.length > 0 || meeting === null) throw new VolleyError(ERROR_CODES.usage, problems);
  return {
    ...meeting,
    agents,
    minAgents,
    joinTimeoutMs,
    maxLost,
    isConcurrencyGiven: concurrency !== undefined,
  };
}
