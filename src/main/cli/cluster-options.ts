import { maxLostFrom } from '../cluster/max-lost.ts';
import {
  DEFAULT_JOIN_TIMEOUT,
  LONGEST_JOIN_MS,
  type Meeting,
  MOST_AGENTS,
  meetingFrom,
} from '../cluster/meeting.ts';
import type { ClusterPlan } from '../cluster/submit.ts';
import { readAwaited, whyUnread } from '../files/input-files.ts';
import { CLUSTER_OPTIONS } from '../plan/option-table/cluster-options.ts';
import type { OptionEntry } from '../plan/option-table/entry.ts';
import { Problems } from '../plan/problems.ts';
import { quoted } from '../text/quoted.ts';
import type { Parsed } from './parsed.ts';

/** Options on this machine's own connections, samples or rounds. */
const NOT_OVER_AGENTS: Readonly<Record<string, string>> = {
  workers: 'each agent sets that itself (volley agent --workers)',
  mode: 'each agent sets that itself (volley agent --mode)',
  samples: 'single requests stay on the agents',
  repeat: 'rounds run on this machine',
  once: 'it is sent from this machine',
  'on-port': 'agents cannot reach it',
};

/** A key has a few dozen. */
const LARGEST_KEY_BYTES = 65_536;

/** How a run reaches its agents; null if it runs here. Problems are added to the list. */
export async function clusterFrom(
  parsed: Parsed,
  environment: NodeJS.ProcessEnv,
  problems: string[],
): Promise<ClusterPlan | null> {
  const text = parsed.last('agents');
  if (text === undefined) {
    for (const [name, entry] of Object.entries<OptionEntry>(CLUSTER_OPTIONS)) {
      const value = parsed.last(name);
      if (value === undefined) continue;
      const given = entry.isSecret === true ? `--${name}` : `--${name} ${quoted(value)}`;
      problems.push(`${given} without --agents: add --agents with their number, or leave it out.`);
    }
    return null;
  }
  for (const [name, why] of Object.entries(NOT_OVER_AGENTS))
    if (
      name !== 'repeat' &&
      (parsed.flag(name) || parsed.last(name) !== undefined) &&
      parsed.last(name) !== 'false'
    )
      problems.push(`--${name} with --agents: ${why}: leave one of them out.`);
  const found = new Problems();
  const known = found.count('agents', text, 1, MOST_AGENTS);
  const agents = known ?? 1;
  const least = parsed.last('min-agents');
  const minAgents =
    least === undefined ? agents : (found.count('min-agents', least, 1, known ?? MOST_AGENTS) ?? agents);
  const asked = parsed.last('join-timeout') ?? DEFAULT_JOIN_TIMEOUT;
  const joinTimeoutMs = found.durationMs('join-timeout', asked, 1, LONGEST_JOIN_MS) ?? 0;
  problems.push(...found.list.map(String));
  const mostLost = parsed.last('max-lost');
  const maxLost = mostLost === undefined ? null : maxLostFrom(mostLost);
  if (mostLost !== undefined && maxLost === null)
    problems.push(`--max-lost ${quoted(mostLost)}: give a share of the load from 0% to 100%, such as 5%.`);
  const meeting = await brokerFrom(parsed, environment, problems);
  if (meeting === null) return null;
  const isConcurrencyGiven = parsed.last('concurrency') !== undefined;
  return { ...meeting, agents, minAgents, joinTimeoutMs, maxLost, isConcurrencyGiven };
}

/** Refuses rounds over agents: they are measured on this machine. */
export function refuseRounds(parsed: Parsed, problems: string[]): void {
  if (parsed.last('agents') !== undefined)
    problems.push(`--repeat with --agents: ${NOT_OVER_AGENTS['repeat']}: leave one of them out.`);
}

/** Where agents and runs meet; null if a problem has been added to the list. */
export async function brokerFrom(
  parsed: Parsed,
  environment: NodeJS.ProcessEnv,
  problems: string[],
): Promise<Meeting | null> {
  // Compose and shells make an empty one of what is not set.
  const { VOLLEY_BROKER: url, VOLLEY_CLUSTER_KEY: key = '' } = environment;
  const path = parsed.last('cluster-key-file');
  const before = problems.length;
  const read = path === undefined ? key || undefined : await keyIn(path, problems);
  // Without the right key nothing else can be checked.
  if (problems.length > before) return null;
  return meetingFrom({ typed: parsed.last('broker'), url, pool: parsed.last('pool'), key: read }, problems);
}

async function keyIn(path: string, problems: string[]): Promise<string | undefined> {
  try {
    return (await readAwaited(path, LARGEST_KEY_BYTES)).toString('utf8').trim();
  } catch (error) {
    problems.push(`--cluster-key-file ${quoted(path)} ${whyUnread(error)}`);
    return undefined;
  }
}
