import { Interrupted } from '../../protocol/scenario-errors.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { ScenarioRequest } from './scenario-request.ts';

/** As browsers have it. */
const MOST_AT_ONCE = 6;

/** A request that somebody awaits. */
export interface Awaited {
  readonly request: ScenarioRequest;
  readonly intendedMs: number;
  readonly dispatchedMs: number;
  answered(exchange: Exchange, endMs: number): void;
  failed(error: Error): void;
}

/** Who has connections, and hears of their answers. */
export interface Connector {
  addExchange(): Exchange;
  dropExchange(exchange: Exchange): void;
  /** Gives a request to a connection; its answer is told to whoever awaits it. */
  send(exchange: Exchange, awaited: Awaited): void;
}

/** The connections of one user: for requests at once one each, and no more than browsers have; the others wait. */
export class UserConnections {
  readonly #connector: Connector;
  readonly #free: Exchange[] = [];
  readonly #busy = new Set<Exchange>();
  #waiting: Awaited[] = [];

  constructor(connector: Connector) {
    this.#connector = connector;
  }

  /** Requests under way, and those that wait. */
  get underWay(): number {
    return this.#busy.size + this.#waiting.length;
  }

  send(awaited: Awaited): void {
    const exchange =
      this.#free.pop() ?? (this.#busy.size < MOST_AT_ONCE ? this.#connector.addExchange() : null);
    if (exchange === null) this.#waiting.push(awaited);
    else this.#start(exchange, awaited);
  }

  /** A connection has answered, or failed, and may be used again. */
  release(exchange: Exchange): void {
    this.#busy.delete(exchange);
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(exchange);
    else this.#start(exchange, next);
  }

  /** Ends what is under way, and lets nothing begin that waits. */
  interrupt(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const exchange of [...this.#busy]) exchange.end('unfinished');
    for (const { failed } of waiting) failed(new Interrupted());
  }

  /** Closes the connections; nothing is under way. */
  close(): void {
    for (const exchange of this.#free.splice(0)) this.#connector.dropExchange(exchange);
  }

  #start(exchange: Exchange, awaited: Awaited): void {
    this.#busy.add(exchange);
    this.#connector.send(exchange, awaited);
  }
}
