import type { Clock } from '../protocol/clock.ts';
import type { Exchange } from './clients/exchange.ts';

/**
 * The deadlines of every request in flight. All have the same timeout, so they expire in the order in
 * which they were added: a linked list with one timer for its head. Adding and removing cost nothing
 * that grows with the number in flight, and no timer is made for a request.
 */
export class Deadlines {
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #onExpired: (exchange: Exchange) => void;
  #head: Exchange | null = null;
  #tail: Exchange | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(timeoutMs: number, clock: Clock, onExpired: (exchange: Exchange) => void) {
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  /** The timeout runs from when the request was assigned to its connection. */
  add(exchange: Exchange): void {
    exchange.previous = this.#tail;
    exchange.next = null;
    if (this.#tail === null) this.#head = exchange;
    else this.#tail.next = exchange;
    this.#tail = exchange;
    if (this.#timer === null) this.#arm(this.#timeoutMs);
  }

  /** Does nothing where the exchange is not in the ring. */
  remove(exchange: Exchange): void {
    const { previous, next } = exchange;
    if (previous === null && this.#head !== exchange) return;
    if (previous === null) this.#head = next;
    else previous.next = next;
    if (next === null) this.#tail = previous;
    else next.previous = previous;
    exchange.previous = null;
    exchange.next = null;
  }

  /** Ends at once whatever has reached its deadline, without waiting for the timer. */
  expireDue(): void {
    const nowMs = this.#clock.nowMs();
    while (this.#head !== null && this.#head.assignedMs + this.#timeoutMs <= nowMs) {
      const expired = this.#head;
      this.remove(expired);
      this.#onExpired(expired);
    }
  }

  /** Stops the timer; what is still in the ring expires no more. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => this.#sweep(), Math.max(1, Math.ceil(delayMs)));
  }

  #sweep(): void {
    this.#timer = null;
    this.expireDue();
    if (this.#head !== null && this.#timer === null) {
      this.#arm(this.#head.assignedMs + this.#timeoutMs - this.#clock.nowMs());
    }
  }
}
