import { kindOf } from '../plan/option-shapes.ts';
import type { RunOptions } from '../plan/options.ts';
import { Problems, type Told } from '../plan/problems.ts';
import type { ClusterOptions } from '../run/run-handle.ts';
import { meantOrOneOf } from '../text/nearest.ts';
import { quoted } from '../text/quoted.ts';
import { maxLostFrom } from './max-lost.ts';
import { DEFAULT_JOIN_TIMEOUT, LONGEST_JOIN_MS, MOST_AGENTS, meetingFrom } from './meeting.ts';
import type { ClusterPlan } from './submit.ts';

const WORDS = {
  broker: 'cluster.broker',
  untyped: 'cluster.broker',
  pool: 'cluster.pool',
  key: 'cluster.key',
};
const isText = (value: unknown): boolean => typeof value === 'string';
const isQuantity = (value: unknown): boolean => typeof value === 'number' || isText(value);

/** What each may be: TypeScript checks it for its users, but not for those of JavaScript. */
const SHAPES: Readonly<
  Record<keyof ClusterOptions, readonly [wanted: string, fits: (value: unknown) => boolean]>
> = {
  broker: ['text such as redis://host:6379', isText],
  agents: ['a number', isQuantity],
  pool: ['text', isText],
  key: ['text', isText],
  minAgents: ['a number', isQuantity],
  joinTimeout: ['a number of milliseconds, or text such as 10s', isQuantity],
  maxLost: ['text such as 5%', isText],
};
/** Checks the cluster options of the library; null if problems were added. */
export function clusterOf(
  cluster: object,
  run: Pick<RunOptions, 'concurrency' | 'workers' | 'mode'> | null | undefined,
  problems: Told[],
): ClusterPlan | null {
  const found: string[] = [];
  const given = fieldsOf(cluster, found);
  for (const name of ['workers', 'mode'] as const)
    if (run?.[name] !== undefined)
      found.push(`${name} with cluster: each agent sets that itself: leave one of them out.`);
  const read = given === null ? null : clusterPlanOf(given, found);
  problems.push(...found.map(ofOption));
  return read === null || found.length > 0
    ? null
    : { ...read, isConcurrencyGiven: run?.concurrency !== undefined };
}

/** A problem with the option that its sentence begins with. */
function ofOption(message: string): Told {
  const option =
    /^(?:cluster(?:\.\w+)?|workers|mode)(?= )/.exec(message)?.[0] ??
    (message.startsWith('The cluster key ') ? 'cluster.key' : null);
  return { option, value: null, advice: message, message, toString: () => message };
}

/** Reads each field once; null if one of them is not of its kind. */
function fieldsOf(cluster: object, found: string[]): Partial<ClusterOptions> | null {
  try {
    if (Array.isArray(cluster)) found.push('cluster is a list: give an object.');
    else
      for (const name of Object.keys(cluster))
        if (!Object.hasOwn(SHAPES, name))
          found.push(`cluster has no ${quoted(name)}: ${meantOrOneOf(name, Object.keys(SHAPES))}`);
    const given: Record<string, unknown> = {};
    for (const [name, [wanted, fits]] of Object.entries(SHAPES)) {
      const value: unknown = Reflect.get(cluster, name);
      given[name] = value;
      if (value !== undefined && !fits(value))
        found.push(`cluster.${name} is ${kindOf(value)}: give ${wanted}.`);
    }
    return found.length > 0 ? null : given;
  } catch {
    found.push('cluster cannot be read, since a getter or a proxy of it throws: give a plain object.');
    return null;
  }
}

function clusterPlanOf(
  given: Partial<ClusterOptions>,
  found: string[],
): Omit<ClusterPlan, 'isConcurrencyGiven'> | null {
  const { broker, pool, key, maxLost: most, joinTimeout = DEFAULT_JOIN_TIMEOUT } = given;
  const counts = new Problems();
  if (given.agents === undefined) found.push('cluster.agents is missing: give the number of agents.');
  const agents =
    given.agents === undefined ? null : counts.count('cluster.agents', given.agents, 1, MOST_AGENTS);
  const least = given.minAgents ?? agents;
  const minAgents =
    least === null ? null : counts.count('cluster.minAgents', least, 1, agents ?? MOST_AGENTS);
  const joinTimeoutMs = counts.durationMs('cluster.joinTimeout', joinTimeout, 1, LONGEST_JOIN_MS);
  found.push(...counts.list.map(({ message }) => message.replace('--cluster.', 'cluster.')));
  const maxLost = most === undefined ? null : maxLostFrom(most);
  if (most !== undefined && maxLost === null)
    found.push(`cluster.maxLost ${quoted(most)}: give a share of the load from 0% to 100%, such as 5%.`);
  const meeting = meetingFrom({ typed: undefined, url: broker, pool, key }, found, WORDS);
  return meeting === null || agents === null || minAgents === null || joinTimeoutMs === null
    ? null
    : { ...meeting, agents, minAgents, joinTimeoutMs, maxLost };
}
