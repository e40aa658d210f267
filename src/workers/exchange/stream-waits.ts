import type { Shard } from '../../protocol/shard.ts';
import type { StreamPlan } from '../../protocol/stream.ts';
import type { Clock } from '../../time/clock.ts';
import { Cancels } from './cancels.ts';
import { Deadlines } from './deadlines.ts';
import type { Exchange } from './exchange.ts';

/** Limits on streamed answers in addition to the timeout: silence between bytes, and cancelling on purpose. */
export class StreamWaits {
  readonly #clock: Clock;
  /** Null without a limit on silence. */
  readonly #silences: Deadlines<Exchange> | null;
  /** Null if no request is cancelled. */
  readonly #cancels: Cancels | null;
  /** Null if none is cancelled by time. */
  readonly #patience: Deadlines<Exchange> | null;

  constructor({ stallMs, cancel = null }: StreamPlan, { numbering, seed }: Shard, clock: Clock) {
    this.#clock = clock;
    this.#silences =
      stallMs === null
        ? null
        : new Deadlines<Exchange>(stallMs, clock, (exchange) => this.#stallSoon(exchange));
    this.#cancels = cancel === null ? null : new Cancels(cancel, numbering, seed);
    this.#patience =
      cancel === null || cancel.afterMs === null
        ? null
        : new Deadlines<Exchange>(cancel.afterMs, clock, (exchange) => exchange.end('cancelled'));
  }

  /** The next request of the warm-up or the window was given to a connection. */
  begin(exchange: Exchange, isWindow: boolean, nowMs: number): void {
    this.#silences?.add(exchange.silence, nowMs);
    if (this.#cancels === null) return;
    const isOne = this.#cancels.takeNext(isWindow);
    exchange.cancelledWith = isOne ? this.#cancels.afterEvents : Number.POSITIVE_INFINITY;
    if (isOne) this.#patience?.add(exchange.patience, nowMs);
  }

  onBytes(exchange: Exchange): void {
    if ((exchange.sink.tokens?.events ?? 0) >= exchange.cancelledWith) this.#cancelSoon(exchange);
    this.readOn(exchange);
  }

  /** Reading its answer is paused. */
  holdBack(exchange: Exchange): void {
    this.#silences?.remove(exchange.silence);
  }

  /** Reading is resumed, or a part has arrived. */
  readOn(exchange: Exchange): void {
    if (this.#silences === null) return;
    this.#silences.remove(exchange.silence);
    this.#silences.add(exchange.silence, this.#clock.nowMs());
  }

  /** It has ended. */
  end(exchange: Exchange): void {
    this.#silences?.remove(exchange.silence);
    this.#patience?.remove(exchange.patience);
  }

  close(): void {
    this.#silences?.close();
    this.#patience?.close();
  }

  /** Deferred: where the event loop was busy for long, bytes may have come that it has not read yet. */
  #stallSoon(exchange: Exchange): void {
    const { serial, bodyBytes, firstByteMs } = exchange;
    setImmediate(() => {
      // With bytes of the body its silence has begun anew.
      if (exchange.serial !== serial || exchange.bodyBytes !== bodyBytes) return;
      if (Object.is(exchange.firstByteMs, firstByteMs)) exchange.end('stalled');
      else if (exchange.busy) this.readOn(exchange);
    });
  }

  /** Deferred: the bytes being read may already complete the answer. */
  #cancelSoon(exchange: Exchange): void {
    const { serial } = exchange;
    exchange.cancelledWith = Number.POSITIVE_INFINITY;
    setImmediate(() => {
      if (exchange.serial === serial) exchange.end('cancelled');
    });
  }
}
