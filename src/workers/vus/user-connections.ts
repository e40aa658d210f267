import { Interrupted } from '../../protocol/scenario-errors.ts';
import type { Clock } from '../../time/clock.ts';
import type { Awaiting, Exchange } from '../exchange/exchange.ts';
import type { ScenarioRequest } from './scenario-request.ts';

/** Limit on connections of a user, as in browsers. */
const MOST_AT_ONCE = 6;

/** Of users without connections; never changed. */
const NONE: Exchange[] = [];

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
  dropExchange(exchange: Exchange, readsRest: boolean): void;
  /** Sends a request over a connection, now; calls back its `Awaited` with the answer. */
  send(exchange: Exchange, awaited: Awaited, nowMs: number): void;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** The connections of one user: one for each concurrent request, up to the limit; further requests are queued. */
export class UserConnections {
  readonly #connector: Connector;
  /** Never more than a few: first those in use, then the free ones. */
  #all: Exchange[] = NONE;
  #busy = 0;
  /** Null if none ever had to wait. */
  #waiting: Awaited[] | null = null;

  constructor(connector: Connector) {
    this.#connector = connector;
  }

  /** Number of requests in flight and queued. */
  get underWay(): number {
    return this.#busy + (this.#waiting?.length ?? 0);
  }

  send(awaited: Awaited): void {
    const exchange = this.#all[this.#busy] ?? (this.#busy < MOST_AT_ONCE ? this.#opened() : null);
    if (exchange === null) {
      this.#waiting ??= [];
      this.#waiting.push(awaited);
      return;
    }
    this.#busy++;
    this.#connector.send(exchange, awaited, awaited.dispatchedMs);
  }

  /** Reuses a connection after its request has been answered or has failed. */
  release(exchange: Exchange): void {
    const next = this.#waiting?.shift();
    if (next !== undefined) {
      this.#connector.send(exchange, next, this.#connector.clock.nowMs());
      return;
    }
    this.#busy--;
    const last = this.#all[this.#busy];
    if (last === undefined || last === exchange) return;
    this.#all[this.#all.indexOf(exchange)] = last;
    this.#all[this.#busy] = exchange;
  }

  /** Ends requests in flight, and drops queued ones. */
  interrupt(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const exchange of this.#all.slice(0, this.#busy)) exchange.end('unfinished');
    for (const awaited of waiting) awaited.failed(new Interrupted());
  }

  /**
   * Closes the connections, when nothing is in flight.
   *
   * @param readsRest only when nothing more is likely to come on them: not where others follow at once
   */
  close(readsRest: boolean): void {
    const free = this.#all.slice(this.#busy);
    this.#all = this.#busy === 0 ? NONE : this.#all.slice(0, this.#busy);
    for (const exchange of free) this.#connector.dropExchange(exchange, readsRest);
  }

  #opened(): Exchange {
    const exchange = this.#connector.addExchange();
    if (this.#all.length === 0) this.#all = [exchange];
    else this.#all.push(exchange);
    return exchange;
  }
}
