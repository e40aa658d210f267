import { createMonotonicClock } from '../protocol/clock.ts';
import type { OnceExchange, OnceSent } from '../protocol/once.ts';
import type { DigestCredentials } from '../protocol/request.ts';
import type { Shard } from '../protocol/shard.ts';
import { hiding } from '../requests/secrets.ts';
import { loadClient } from './clients/http-client.ts';
import { SlotClients } from './clients/slot-clients.ts';
import { Witness } from './clients/witness.ts';
import { DigestAuthorization } from './digest.ts';
import { isRedirect, redirected } from './redirect.ts';
import { type PreparedRequest, RequestSource } from './request-source.ts';

/** Sends the first of each request of a shard's mix, follows where it wants to be led, and tells all that came. */
export async function* sendOnce(shard: Shard): AsyncGenerator<OnceSent> {
  const clock = createMonotonicClock();
  const hide = hiding(shard.secrets);
  const clients = new SlotClients(shard, await loadClient(shard.client), clock);
  try {
    const requests = new RequestSource(shard).firstOfEach();
    const slot = { client: clients.open(shard.target) };
    for (const first of requests) {
      const exchanges: OnceExchange[] = [];
      let request: PreparedRequest | null = first.refusal === null ? first : null;
      const digest = new DigestAuthorization();
      let redirects = 0;
      const sent = async (one: PreparedRequest): Promise<OnceExchange> => {
        clients.use(slot, one.target);
        const exchange = await new Witness(one, slot.client, clock, hide).send(shard.timeoutMs);
        exchanges.push(exchange);
        return exchange;
      };
      while (request !== null) {
        const credentials: DigestCredentials | null = request.plan.digest;
        let exchange: OnceExchange = await sent(
          credentials === null ? request : digest.first(request, credentials),
        );
        let again: PreparedRequest | null = againOf(digest, request, exchange);
        while (again !== null) {
          exchange = await sent(again);
          again = againOf(digest, request, exchange);
        }
        request = redirects++ < request.plan.maxRedirects ? nextOf(request, exchange) : null;
      }
      yield { name: first.plan.name, exchanges, refusal: first.refusal?.message ?? null };
    }
  } finally {
    clients.close();
  }
}

/** The request with the authorization that its answer asks for; null where there is nothing more to do. */
function againOf(
  authorization: DigestAuthorization,
  request: PreparedRequest,
  { response }: OnceExchange,
): PreparedRequest | null {
  const { digest } = request.plan;
  if (digest === null || response === null) return null;
  const fields = response.fields.filter(([name]) => name.toLowerCase() === 'www-authenticate');
  const authenticate = fields.length === 0 ? null : fields.map(([, value]) => value).join(', ');
  return authorization.again(digest, response.status, authenticate);
}

function nextOf(request: PreparedRequest, { response }: OnceExchange): PreparedRequest | null {
  const location = response?.fields.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? null;
  if (response === null || location === null || !isRedirect(request.plan, response.status, location))
    return null;
  return redirected(request, response.status, location);
}
