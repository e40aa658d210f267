import { messageOf } from '../../protocol/errors.ts';
import type { Broker } from './broker.ts';
import { type Meeting, unreachable } from './meeting.ts';

/**
 * Connects to a broker. The engine is loaded only here.
 *
 * @throws VolleyError VOLLEY_BROKER after 5 s, or at once if the broker refuses
 */
export async function openBroker({ url, pool }: Pick<Meeting, 'url' | 'pool'>): Promise<Broker> {
  const { connectBroker } = await import('./engine.ts');
  try {
    return await connectBroker(url, pool);
  } catch (error) {
    throw unreachable(url, messageOf(error));
  }
}
