import type { Exchange } from '../exchange/exchange.ts';

/**
 * Free connections: first the most recently used one of those that are open. One that has ended is opened again
 * only if no other is left; otherwise those that were opened before the start would wait behind it, unused.
 */
export class FreeConnections {
  /** Open when they were put here, as far as was known. */
  readonly #open: Exchange[] = [];
  readonly #ended: Exchange[] = [];

  get size(): number {
    return this.#open.length + this.#ended.length;
  }

  put(exchange: Exchange): void {
    this.#open.push(exchange);
  }

  /** Null if there is none. */
  take(): Exchange | null {
    let exchange = this.#open.pop();
    while (exchange !== undefined && exchange.client.connection.course?.mayBeUsed !== true) {
      this.#ended.push(exchange);
      exchange = this.#open.pop();
    }
    return exchange ?? this.#ended.pop() ?? null;
  }
}
