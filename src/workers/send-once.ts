import type { OnceExchange, OnceSent } from '../protocol/once.ts';
import type { Shard } from '../protocol/shard.ts';
import type { Supplies } from '../protocol/supplies.ts';
import { type Clock, createMonotonicClock } from '../time/clock.ts';
import { loadClient } from './clients/http-client.ts';
import { SlotClients } from './clients/slot-clients.ts';
import { afterReads } from './connections/after-reads.ts';
import { Verdict } from './exchange/answer-verdict.ts';
import { continued, firstOf } from './exchange/continuation.ts';
import { Exchange, type ExchangeOwner } from './exchange/exchange.ts';
import { GuardedOwner } from './exchange/guarded-owner.ts';
import type { PreparedRequest } from './exchange/prepared-request.ts';
import { RequestSecrets, secretsOf } from './exchange/request-secrets.ts';
import { StreamWaits } from './exchange/stream-waits.ts';
import { type AnswerNeeds, RequestSource } from './jobs/request-source.ts';
import { loadTokens } from './streams/loaded-tokens.ts';
import type { TokenTimes } from './streams/token-times.ts';
import { doubtOn, toldOf } from './told-exchange.ts';

const EVERYTHING: AnswerNeeds = { body: true, fields: true };

const SURPLUS = `protocol: ${doubtOn('this answer')}`;

/** Sends each request of a shard's mix once, follows redirects as configured, and reports everything received. */
export async function* sendOnce(shard: Shard, supplies: Supplies): AsyncGenerator<OnceSent> {
  const clock = createMonotonicClock();
  const clients = new SlotClients(shard, await loadClient(shard.client, shard.settings.protocol), clock);
  const once = new OnceRun(shard, supplies, clients, clock, await loadTokens(shard.stream));
  try {
    for (const first of new RequestSource(shard, supplies.rows, EVERYTHING).firstOfEach()) {
      const exchanges = first.refusal === null ? await once.send(first) : [];
      const secrets = secretsOf(first.refusal === null ? once.last : first);
      yield { name: first.plan.name, exchanges, refusal: first.refusal?.message ?? null, secrets };
    }
  } finally {
    once.close();
    clients.close();
  }
}

/** Sends one request after another and keeps everything received for each. */
class OnceRun implements ExchangeOwner {
  readonly #clients: SlotClients;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #shard: Shard;
  readonly #verdict: Verdict;
  /** Null unless answers are read as streams. */
  readonly #waits: StreamWaits | null;
  readonly #exchange: Exchange;
  #told: OnceExchange[] = [];
  /** When the first request was sent, of which the others follow. */
  #firstSentMs = Number.NaN;
  /** Connections that were given up so far because of bytes that no request had asked for. */
  #unrequested = 0;
  #done = Promise.withResolvers<void>();

  constructor(
    shard: Shard,
    { secrets }: Supplies,
    clients: SlotClients,
    clock: Clock,
    Tokens: typeof TokenTimes | null,
  ) {
    const { stream } = shard;
    this.#clients = clients;
    this.#clock = clock;
    this.#timeoutMs = shard.timeoutMs;
    this.#shard = shard;
    this.#verdict = new Verdict(shard.timeoutMs, false, new RequestSecrets(secrets), stream?.stallMs);
    // One answer that is looked at is read to its end: none is cancelled.
    this.#waits = stream === null ? null : new StreamWaits({ ...stream, cancel: null }, shard, clock);
    const sink = stream === null || Tokens === null ? undefined : new Tokens(stream);
    const owner = new GuardedOwner(this, (error) => this.#done.reject(error));
    this.#exchange = new Exchange(clients.open(shard.mix[0]?.endpoint ?? null), owner, clock, null, sink);
    this.#exchange.keepsFields = true;
  }

  /** The request sent last, where redirects have led. */
  get last(): PreparedRequest {
    const { request } = this.#exchange;
    if (request === null) throw new Error('nothing was sent');
    return request;
  }

  /** The outcome of a request and of the redirects that followed. */
  async send(request: PreparedRequest): Promise<OnceExchange[]> {
    const exchange = this.#exchange;
    this.#told = [];
    this.#done = Promise.withResolvers();
    exchange.digest = null;
    const timer = setTimeout(() => exchange.end('timeout'), this.#timeoutMs);
    this.#clients.use(exchange, request.endpoint);
    const nowMs = this.#clock.nowMs();
    this.#waits?.begin(exchange, true, nowMs);
    exchange.send(firstOf(exchange, request), nowMs, nowMs);
    await this.#done.promise;
    clearTimeout(timer);
    await new Promise<void>(afterReads);
    await this.#clients.readRest();
    return this.#withSurplus();
  }

  /** What came that nobody asked for may be the answer to another request, or what is left of this one. */
  #withSurplus(): OnceExchange[] {
    const { unrequested } = this.#clients.counters;
    const hasCome = unrequested > this.#unrequested;
    this.#unrequested = unrequested;
    const last = this.#told.at(-1);
    if (!hasCome || last === undefined || last.failure !== null) return this.#told;
    return [...this.#told.slice(0, -1), { ...last, failure: SURPLUS }];
  }

  close(): void {
    this.#waits?.close();
  }

  onBytes(exchange: Exchange): void {
    this.#waits?.onBytes(exchange);
  }

  onComplete(exchange: Exchange, endMs: number): void {
    const next = continued(exchange, this.#shard.settings.protocol);
    const failure = next === null ? this.#verdict.ofAnswer(exchange, endMs) : null;
    const told = toldOf(exchange, endMs, failure, this.#shard);
    if (this.#told.length === 0) this.#firstSentMs = exchange.sentMs;
    const { response } = told;
    const isLed = this.#told.length > 0 && response !== null;
    this.#told.push(
      isLed ? { ...told, response: { ...response, sinceFirstMs: endMs - this.#firstSentMs } } : told,
    );
    if (next === null) {
      this.#waits?.end(exchange);
      this.#done.resolve();
      return;
    }
    this.#clients.use(exchange, next.request.endpoint);
    exchange.sentMs = Number.NaN;
    exchange.goOn(next);
  }

  onFailure(exchange: Exchange, _endMs: number, error: Error): void {
    this.#waits?.end(exchange);
    this.#told.push(toldOf(exchange, Number.NaN, this.#verdict.ofFailure(exchange, error), this.#shard));
    this.#done.resolve();
  }
}
