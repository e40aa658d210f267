import { Interrupted } from '../../protocol/scenario-errors.ts';
import type { Clock } from '../../time/clock.ts';
import type { Awaiting, Exchange } from '../exchange/exchange.ts';
import type { ScenarioRequest } from './scenario-request.ts';

/** Limit on connections of a user, as in browsers. */
const MOST_AT_ONCE = 6;

/** A request awaited by scenario code. */
export interface Awaited extends Awaiting {
  readonly request: ScenarioRequest;
  readonly intendedMs: number;
  readonly dispatchedMs: number;
  failed(error: Error): void;
}

/** Provides connections, and receives their answers. */
export interface Connector {
  addExchange(): Exchange;
  dropExchange(exchange: Exchange): void;
  /** Sends a request over a connection, now; calls back its `Awaited` with the answer. */
  send(exchange: Exchange, awaited: Awaited, nowMs: number): void;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** The connections of one user: one for each concurrent request, up to the limit; further requests are queued. */
export class UserConnections {
  readonly #connector: Connector;
  readonly #free: Exchange[] = [];
  /** Never more than a few. */
  readonly #busy: Exchange[] = [];
  #waiting: Awaited[] = [];

  constructor(connector: Connector) {
    this.#connector = connector;
  }

  /** Number of requests in flight and queued. */
  get underWay(): number {
    return this.#busy.length + this.#waiting.length;
  }

  send(awaited: Awaited): void {
    const exchange =
      this.#free.pop() ?? (this.#busy.length < MOST_AT_ONCE ? this.#connector.addExchange() : null);
    if (exchange === null) this.#waiting.push(awaited);
    else this.#start(exchange, awaited, awaited.dispatchedMs);
  }

  /** Reuses a connection after its request has been answered or has failed. */
  release(exchange: Exchange): void {
    const last = this.#busy.pop();
    if (last !== undefined && last !== exchange) this.#busy[this.#busy.indexOf(exchange)] = last;
    const next = this.#waiting.length === 0 ? undefined : this.#waiting.shift();
    if (next === undefined) this.#free.push(exchange);
    else this.#start(exchange, next, this.#connector.clock.nowMs());
  }

  /** Ends requests in flight, and drops queued ones. */
  interrupt(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const exchange of [...this.#busy]) exchange.end('unfinished');
    for (const { failed } of waiting) failed(new Interrupted());
  }

  /** Closes the connections, when nothing is in flight. */
  close(): void {
    for (const exchange of this.#free.splice(0)) this.#connector.dropExchange(exchange);
  }

  #start(exchange: Exchange, awaited: Awaited, nowMs: number): void {
    this.#busy.push(exchange);
    this.#connector.send(exchange, awaited, nowMs);
  }
}
