import { Interrupted, RequestError } from '../../protocol/scenario-errors.ts';
import type { TokenCount } from '../../protocol/stream.ts';
import { calledWithPlace, placeOf } from '../exchange/answer-verdict.ts';
import { setCookiesIn } from '../exchange/cookie-keeper.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { PreparedRequest } from '../exchange/prepared-request.ts';
import { Answer, type AnswerReader } from './answer.ts';

/** What the code that awaits a request is given, or with what its promise is rejected; the exchange may then be reused. */
export function outcomeOf(
  exchange: Exchange,
  endMs: number,
  count: TokenCount,
  reader: AnswerReader,
): Answer | RequestError | Interrupted {
  const { failure, request, endedByUs } = exchange;
  const isComplete = failure === null || failure.kind === 'status' || failure.kind === 'expectation';
  const answer = isComplete && endedByUs === null ? new Answer(exchange, endMs, count, reader) : null;
  if (answer !== null) keepCookies(exchange);
  // Between requests, users may hold very many connections.
  exchange.request = null;
  exchange.answeredFields = null;
  exchange.head = null;
  if (endedByUs === 'unfinished') return new Interrupted();
  if (failure === null) return answer ?? new Interrupted();
  const { kind, code, example } = failure;
  return new RequestError(kind, code, request === null ? example : withName(request, example), answer);
}

/** Says which request failed, unless the sentence does. */
function withName(request: PreparedRequest, example: string): string {
  const called = calledWithPlace(request);
  if (example.startsWith(`${called}: `) || example.startsWith(`${request.plan.name} was `)) return example;
  // It begins with method and path.
  if (example.startsWith(`${placeOf(request.plan)} was `)) return `${request.plan.name}: ${example}`;
  return `${called}: ${example}`;
}

/** The code that follows redirects has already stored those that they set. */
function keepCookies(exchange: Exchange): void {
  const { request } = exchange;
  const endpoint = request?.endpoint ?? null;
  const keeper = request?.cookies?.keeper ?? null;
  if (request !== null && endpoint !== null && keeper !== null)
    keeper.take(setCookiesIn(exchange), endpoint, request.message.path);
}
