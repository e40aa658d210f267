import { microsToMs } from '../../protocol/units.ts';
import { type Broker, CLUSTER_TIMES } from './broker.ts';
import { type AgentInfo, purposes } from './messages.ts';
import type { Sealer } from './seal.ts';

/** An agent of a pool; null if it has another cluster key. */
type Listed = AgentInfo | null;

/** Who is in a pool, by name, those of one name with their processes too; those that cannot be read come last. */
export async function agentsIn(broker: Broker, sealer: Sealer): Promise<Listed[]> {
  const nowMs = microsToMs(await broker.nowUs());
  const found: (readonly [id: string, info: Listed])[] = [];
  for (const [id, { bytes, atMs }] of await broker.announced()) {
    const info = opened(sealer, id, bytes);
    // Its own word counts; of one with another key only the time in clear is known.
    if (nowMs - (info?.atMs ?? atMs) > CLUSTER_TIMES.staleMs) await broker.withdraw(id);
    else found.push([id, info]);
  }
  const isAlone = (name: string): boolean => found.filter(([, info]) => info?.name === name).length === 1;
  const listed = found.map(([id, info]) =>
    info === null || isAlone(info.name) ? info : { ...info, name: `${info.name} (${info.where ?? id})` },
  );
  return listed.sort((a, b) => (a === null ? 1 : b === null ? -1 : a.name.localeCompare(b.name)));
}

function opened(sealer: Sealer, id: string, sealed: Uint8Array): Listed {
  try {
    return sealer.open<AgentInfo>(purposes.agent(id), sealed);
  } catch {
    return null;
  }
}

/** The same as a sentence, for messages about missing agents. */
export async function poolText(broker: Broker, sealer: Sealer, version: string): Promise<string> {
  const listed = await agentsIn(broker, sealer);
  if (listed.length === 0) return `There is none in the pool: start some with volley agent.`;
  const words = listed.map((agent) =>
    agent === null
      ? 'one with another cluster key'
      : `${agent.name} (${agent.version === version ? '' : `volley ${agent.version}, this is ${version}; `}${agent.state})`,
  );
  return `In the pool: ${words.join(', ')}.`;
}
