import type { Clock } from '../../time/clock.ts';
import { Deadlines } from './deadlines.ts';
import type { Exchange } from './exchange.ts';
import type { PreparedRequest } from './prepared-request.ts';

type WithTimeout = Pick<PreparedRequest, 'timeoutMs'>;

/** The timeouts of whole requests: that of the run, and those that requests have of their own. */
export class Timeouts {
  readonly #clock: Clock;
  readonly #ofRun: Deadlines<Exchange>;
  /** By length. A list that nothing is in is given up, since code may compute any number of lengths. */
  readonly #own = new Map<number, Deadlines<Exchange>>();

  constructor(timeoutMs: number, clock: Clock) {
    this.#clock = clock;
    this.#ofRun = new Deadlines<Exchange>(timeoutMs, clock, endInTime);
  }

  begin({ deadline }: Exchange, { timeoutMs }: WithTimeout, nowMs: number): void {
    if (timeoutMs === undefined) this.#ofRun.add(deadline, nowMs);
    else this.#listOf(timeoutMs).add(deadline, nowMs);
  }

  end({ deadline, request }: Exchange): void {
    const timeoutMs = request?.timeoutMs;
    if (timeoutMs === undefined) {
      this.#ofRun.remove(deadline);
      return;
    }
    const own = this.#own.get(timeoutMs);
    own?.remove(deadline);
    if (own?.isEmpty !== true) return;
    own.close();
    this.#own.delete(timeoutMs);
  }

  /** Expires everything past its deadline now. */
  expireDue(): void {
    for (const list of [this.#ofRun, ...this.#own.values()]) list.expireDue();
  }

  close(): void {
    for (const list of [this.#ofRun, ...this.#own.values()]) list.close();
  }

  #listOf(timeoutMs: number): Deadlines<Exchange> {
    const known = this.#own.get(timeoutMs);
    if (known !== undefined) return known;
    const made = new Deadlines<Exchange>(timeoutMs, this.#clock, endInTime);
    this.#own.set(timeoutMs, made);
    return made;
  }
}

function endInTime(exchange: Exchange): void {
  exchange.end('timeout');
}
