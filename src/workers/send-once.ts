import type { ConnectionSettings } from '../protocol/endpoint.ts';
import type { OnceExchange, OnceSent } from '../protocol/once.ts';
import type { ErrorTally } from '../protocol/report.ts';
import type { Shard } from '../protocol/shard.ts';
import type { Supplies } from '../protocol/supplies.ts';
import { readableBody } from '../requests/body-text.ts';
import { shownHead } from '../requests/request-head.ts';
import { secretsInHeaders } from '../requests/secret-headers.ts';
import { type Clock, createMonotonicClock } from '../time/clock.ts';
import { loadClient } from './clients/http-client.ts';
import { SlotClients } from './clients/slot-clients.ts';
import { Verdict } from './exchange/answer-verdict.ts';
import { keepBody } from './exchange/body-sink.ts';
import { continued, firstOf } from './exchange/continuation.ts';
import { Exchange, type ExchangeOwner } from './exchange/exchange.ts';
import type { PreparedRequest } from './exchange/prepared-request.ts';
import { RequestSecrets } from './exchange/request-secrets.ts';
import { type AnswerNeeds, RequestSource } from './jobs/request-source.ts';

const EVERYTHING: AnswerNeeds = { sink: keepBody, fields: true };

/** Sends the first of each request of a shard's mix, follows where it wants to be led, and tells all that came. */
export async function* sendOnce(shard: Shard, supplies: Supplies): AsyncGenerator<OnceSent> {
  const clock = createMonotonicClock();
  const clients = new SlotClients(shard, await loadClient(shard.client, shard.settings.protocol), clock);
  const once = new OnceRun(shard, supplies, clients, clock);
  try {
    for (const first of new RequestSource(shard, supplies.rows, EVERYTHING).firstOfEach()) {
      const secrets = secretsInHeaders(first.firstHeaders);
      const exchanges = first.refusal === null ? await once.send(first) : [];
      yield { name: first.plan.name, exchanges, refusal: first.refusal?.message ?? null, secrets };
    }
  } finally {
    clients.close();
  }
}

/** Sends one request after the other, and keeps all that comes of each. */
class OnceRun implements ExchangeOwner {
  readonly #clients: SlotClients;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #settings: ConnectionSettings;
  readonly #verdict: Verdict;
  readonly #exchange: Exchange;
  #told: OnceExchange[] = [];
  #done = Promise.withResolvers<void>();

  constructor(shard: Shard, { secrets }: Supplies, clients: SlotClients, clock: Clock) {
    this.#clients = clients;
    this.#clock = clock;
    this.#timeoutMs = shard.timeoutMs;
    this.#settings = shard.settings;
    this.#verdict = new Verdict(shard.timeoutMs, false, new RequestSecrets(secrets));
    this.#exchange = new Exchange(clients.open(shard.mix[0]?.endpoint ?? null), this, clock);
    this.#exchange.keepsFields = true;
  }

  /** What came of a request, and of those that it led to. */
  async send(request: PreparedRequest): Promise<OnceExchange[]> {
    const exchange = this.#exchange;
    this.#told = [];
    this.#done = Promise.withResolvers();
    exchange.digest = null;
    const timer = setTimeout(() => exchange.end('timeout'), this.#timeoutMs);
    this.#clients.use(exchange, request.endpoint);
    const nowMs = this.#clock.nowMs();
    exchange.send(firstOf(exchange, request), nowMs, nowMs);
    await this.#done.promise;
    clearTimeout(timer);
    return this.#told;
  }

  onComplete(exchange: Exchange, endMs: number): void {
    const next = continued(exchange, this.#settings.protocol);
    const failure = next === null ? this.#verdict.ofAnswer(exchange, endMs) : null;
    this.#told.push(this.#toldOf(exchange, endMs, failure));
    if (next === null) {
      this.#done.resolve();
      return;
    }
    this.#clients.use(exchange, next.request.endpoint);
    exchange.sentMs = Number.NaN;
    exchange.goOn(next);
  }

  onFailure(exchange: Exchange, _endMs: number, error: Error): void {
    this.#told.push(this.#toldOf(exchange, Number.NaN, this.#verdict.ofFailure(exchange, error)));
    this.#done.resolve();
  }

  #toldOf(exchange: Exchange, endMs: number, failure: ErrorTally | null): OnceExchange {
    const { request, status, body, bodyBytes, sentMs, firstByteMs } = exchange;
    if (request === null) throw new Error('nothing was sent');
    const { endpoint, message } = request;
    const origin = endpoint?.origin ?? '';
    return {
      method: message.method,
      url: origin + message.path,
      requestHead: shownHead(message, endpoint, this.#settings),
      requestBody: message.body,
      response:
        status === 0
          ? null
          : {
              status,
              fields: pairsIn(exchange.fields),
              body,
              readable: readableBody(exchange),
              bodyBytes,
              firstByteMs: firstByteMs - sentMs,
              serviceMs: endMs - sentMs,
            },
      failure: failure === null ? null : sentenceOf(failure),
    };
  }
}

function sentenceOf({ kind, code, example }: ErrorTally): string {
  if (kind === 'expectation') return example;
  if (kind === 'status') return `status ${code}`;
  return kind === 'timeout' ? `timeout: ${example}` : `${kind} (${code}): ${example}`;
}

/** Names and values that follow each other; of HTTP/2, an object's. */
function pairsIn(raw: unknown): (readonly [string, string])[] {
  if (!Array.isArray(raw)) {
    return Object.entries(raw ?? {}).flatMap(([name, value]) =>
      [value].flat().map((one) => [name, textOf(one)] as const),
    );
  }
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[textOf(name), textOf(raw[index + 1])] as const] : [],
  );
}

/** A character for each byte, whichever client has read it. */
function textOf(raw: unknown): string {
  return raw instanceof Uint8Array ? Buffer.from(raw).toString('latin1') : String(raw);
}
