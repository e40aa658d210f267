import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { counted, formatBytes } from '../text/format.ts';
import type { Broker } from './broker.ts';

const LOWEST_VERSION = [6, 2] as const;
const BYTES_PER_AGENT = 100_000;

/**
 * Checks that the broker does not evict data and has enough memory: otherwise load would be lost.
 *
 * @throws VolleyError VOLLEY_BROKER, with every problem
 */
export async function checkBroker(broker: Pick<Broker, 'facts'>, agents: number): Promise<void> {
  const { version, evictionPolicy, freeBytes } = await broker.facts();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [needed, neededMinor] = LOWEST_VERSION;
  const problems: string[] = [];
  if (major < needed || (major === needed && minor < neededMinor))
    problems.push(`The broker is Redis ${version}: volley needs ${needed}.${neededMinor} or newer.`);
  if (evictionPolicy !== 'noeviction')
    problems.push(
      `The broker's maxmemory-policy is ${evictionPolicy}, so it may forget a run: set it to noeviction.`,
    );
  const least = agents * BYTES_PER_AGENT;
  if (freeBytes !== null && freeBytes < least)
    problems.push(
      `The broker has ${formatBytes(Math.max(0, freeBytes))} of memory left, and ${counted(agents, 'agent')} may take ${formatBytes(least)}: raise its maxmemory.`,
    );
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.broker, problems);
}
