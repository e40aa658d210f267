import type { Clock } from '../../time/clock.ts';

/** An entry in the deadlines of one kind, created once per owner and kind. */
export class Deadline<Owner> {
  readonly owner: Owner;
  /** When the timeout began to run. */
  sinceMs = 0;
  previous: Deadline<Owner> | null = null;
  next: Deadline<Owner> | null = null;

  constructor(owner: Owner) {
    this.owner = owner;
  }
}

/**
 * The deadlines of one kind. All have the same timeout, so they expire in the order of insertion: a
 * linked list with one timer for its head. Adding and removing are O(1), and no
 * deadline needs a timer of its own.
 */
export class Deadlines<Owner> {
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #onExpired: (owner: Owner) => void;
  #head: Deadline<Owner> | null = null;
  #tail: Deadline<Owner> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(timeoutMs: number, clock: Clock, onExpired: (owner: Owner) => void) {
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  get isEmpty(): boolean {
    return this.#head === null;
  }

  /** The timeout runs from `sinceMs`, which must not be before that of the entry added last. */
  add(deadline: Deadline<Owner>, sinceMs: number): void {
    deadline.sinceMs = sinceMs;
    deadline.previous = this.#tail;
    deadline.next = null;
    if (this.#tail === null) this.#head = deadline;
    else this.#tail.next = deadline;
    this.#tail = deadline;
    if (this.#timer === null) this.#arm(this.#timeoutMs);
  }

  /** Does nothing if the entry is not in the list. */
  remove(deadline: Deadline<Owner>): void {
    const { previous, next } = deadline;
    if (previous === null && this.#head !== deadline) return;
    if (previous === null) this.#head = next;
    else previous.next = next;
    if (next === null) this.#tail = previous;
    else next.previous = previous;
    deadline.previous = null;
    deadline.next = null;
  }

  /** Expires everything past its deadline now, without waiting for the timer. */
  expireDue(): void {
    const nowMs = this.#clock.nowMs();
    while (this.#head !== null && this.#head.sinceMs + this.#timeoutMs <= nowMs) {
      const expired = this.#head;
      this.remove(expired);
      this.#onExpired(expired.owner);
    }
  }

  /** Stops the timer; remaining entries never expire. */
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
      this.#arm(this.#head.sinceMs + this.#timeoutMs - this.#clock.nowMs());
    }
  }
}
