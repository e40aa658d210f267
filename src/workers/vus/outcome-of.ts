import { Interrupted, RequestError } from '../../protocol/scenario-errors.ts';
import type { TokenCount } from '../../protocol/stream.ts';
import { setCookiesIn } from '../exchange/cookie-keeper.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { Answer } from './answer.ts';

/** What the code that awaits a request is given, or with what its promise is rejected; the exchange may then be reused. */
export function outcomeOf(
  exchange: Exchange,
  endMs: number,
  count: TokenCount,
): Answer | RequestError | Interrupted {
  const { failure, request, endedByUs } = exchange;
  const isComplete = failure === null || failure.kind === 'status' || failure.kind === 'expectation';
  const answer = isComplete && endedByUs === null ? new Answer(exchange, endMs, count) : null;
  if (answer !== null) keepCookies(exchange);
  if (endedByUs === 'unfinished') return new Interrupted();
  if (failure === null) return answer ?? new Interrupted();
  const { kind, code, example } = failure;
  const name = request?.plan.name ?? '';
  const told = example.startsWith(name) ? example : `${name}: ${example}`;
  return new RequestError(kind, code, told, answer);
}

/** Of those that its redirects set, whoever followed them has taken care. */
function keepCookies(exchange: Exchange): void {
  const { request } = exchange;
  const endpoint = request?.endpoint ?? null;
  const keeper = request?.cookies?.keeper ?? null;
  if (request !== null && endpoint !== null && keeper !== null)
    keeper.take(setCookiesIn(exchange), endpoint, request.message.path);
}
