import { dialOf } from '../../protocol/dial.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Collected } from '../collect/collected.ts';

/** Connections to each address, in the order in which addresses are known; an address that was never reached has none. */
export function summarizeAddresses({
  plan,
  workers,
}: Pick<Collected, 'plan' | 'workers'>): Summary['addresses'] {
  const counts = new Map<string, number>();
  for (const { endpoint } of plan.mix) {
    if (endpoint === null) continue;
    const dial = dialOf({ ...endpoint, ...plan.settings });
    for (const { address } of dial.unixSocket === null ? dial.addresses : []) counts.set(address, 0);
  }
  for (const { report } of workers) {
    for (const [address, connections] of report?.addresses ?? [])
      counts.set(address, (counts.get(address) ?? 0) + connections);
  }
  return [...counts].map(([address, connections]) => ({ address, connections }));
}
