import { createMonotonicClock } from '../protocol/clock.ts';
import type { OnceExchange, OnceSent } from '../protocol/once.ts';
import type { Shard } from '../protocol/shard.ts';
import { loadClient } from './clients/http-client.ts';
import { SlotClients } from './clients/slot-clients.ts';
import { Witness } from './clients/witness.ts';
import { isRedirect, redirected } from './redirect.ts';
import { type PreparedRequest, RequestSource } from './request-source.ts';

/** Sends the first of each request of a shard's mix, follows where it wants to be led, and tells all that came. */
export async function* sendOnce(shard: Shard): AsyncGenerator<OnceSent> {
  const clock = createMonotonicClock();
  const clients = new SlotClients(shard, await loadClient(shard.client), clock);
  try {
    const requests = new RequestSource(shard).firstOfEach();
    const slot = { client: clients.open(shard.target) };
    for (const first of requests) {
      const exchanges: OnceExchange[] = [];
      let request: PreparedRequest | null = first.refusal === null ? first : null;
      while (request !== null) {
        clients.use(slot, request.target);
        const witness = new Witness(request, slot.client, clock);
        const exchange: OnceExchange = await witness.send(shard.timeoutMs);
        exchanges.push(exchange);
        request = exchanges.length <= request.plan.maxRedirects ? nextOf(request, exchange) : null;
      }
      yield { name: first.plan.name, exchanges, refusal: first.refusal?.message ?? null };
    }
  } finally {
    clients.close();
  }
}

function nextOf(request: PreparedRequest, { response }: OnceExchange): PreparedRequest | null {
  const location = response?.fields.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? null;
  if (response === null || location === null || !isRedirect(request.plan, response.status, location))
    return null;
  return redirected(request, response.status, location);
}
