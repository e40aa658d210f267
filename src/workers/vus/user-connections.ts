import { Interrupted } from '../../protocol/scenario-errors.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { ScenarioRequest } from './scenario-request.ts';

/** Limit on connections of a user, as in browsers. */
const MOST_AT_ONCE = 6;

/** A request awaited by scenario code. */
export interface Awaited {
  readonly request: ScenarioRequest;
  readonly intendedMs: number;
  readonly dispatchedMs: number;
  answered(exchange: Exchange, endMs: number): void;
  failed(error: Error): void;
}

/** Provides connections, and receives their answers. */
export interface Connector {
  addExchange(): Exchange;
  dropExchange(exchange: Exchange): void;
  /** Sends a request over a connection; calls back its `Awaited` with the answer. */
  send(exchange: Exchange, awaited: Awaited): void;
}

/** The connections of one user: one for each concurrent request, up to the limit; further requests are queued. */
export class UserConnections {
  readonly #connector: Connector;
  readonly #free: Exchange[] = [];
  readonly #busy = new Set<Exchange>();
  #waiting: Awaited[] = [];

  constructor(connector: Connector) {
    this.#connector = connector;
  }

  /** Number of requests in flight and queued. */
  get underWay(): number {
    return this.#busy.size + this.#waiting.length;
  }

  send(awaited: Awaited): void {
    const exchange =
      this.#free.pop() ?? (this.#busy.size < MOST_AT_ONCE ? this.#connector.addExchange() : null);
    if (exchange === null) this.#waiting.push(awaited);
    else this.#start(exchange, awaited);
  }

  /** Reuses a connection after its request has been answered or has failed. */
  release(exchange: Exchange): void {
    this.#busy.delete(exchange);
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(exchange);
    else this.#start(exchange, next);
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

  #start(exchange: Exchange, awaited: Awaited): void {
    this.#busy.add(exchange);
    this.#connector.send(exchange, awaited);
  }
}
