import type { Exchange, ExchangeOwner } from './exchange.ts';

/**
 * An owner whose own exceptions end its run. A client would take them for a failure of the connection, and whoever awaits
 * the answer would wait for ever.
 */
export class GuardedOwner implements ExchangeOwner {
  readonly #owner: ExchangeOwner;
  readonly #broken: (error: unknown) => void;

  /** @param broken takes what the owner has thrown */
  constructor(owner: ExchangeOwner, broken: (error: unknown) => void) {
    this.#owner = owner;
    this.#broken = broken;
  }

  onComplete(exchange: Exchange, endMs: number): void {
    try {
      this.#owner.onComplete(exchange, endMs);
    } catch (error) {
      this.#broken(error);
    }
  }

  onFailure(exchange: Exchange, endMs: number, failure: Error): void {
    try {
      this.#owner.onFailure(exchange, endMs, failure);
    } catch (error) {
      this.#broken(error);
    }
  }

  onHeldBack(exchange: Exchange): void {
    this.#owner.onHeldBack?.(exchange);
  }

  onBytes(exchange: Exchange): void {
    this.#owner.onBytes?.(exchange);
  }

  onReadOn(exchange: Exchange): void {
    this.#owner.onReadOn?.(exchange);
  }

  onRetry(exchange: Exchange): void {
    this.#owner.onRetry?.(exchange);
  }
}
