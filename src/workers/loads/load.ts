import type { Clock } from '../../time/clock.ts';
import type { Exchange } from '../exchange/exchange.ts';

/** Decides when a worker starts something, and on which connection. Times are on the shared clock. */
export interface Load {
  /** Begins the load; the window begins at `windowAtMs`. */
  begin(nowMs: number, windowAtMs: number): void;
  /** A connection has been free since `freeAtMs`; `nowMs` is later within a burst of answers. */
  onFree(exchange: Exchange, freeAtMs: number, nowMs: number, hasFailed: boolean): void;
  /** The coordinator has caught up; starts may continue. */
  onRoom(): void;
  /** Nothing starts from now on, neither what is due later nor what is queued. */
  stop(): void;
  /** Ends anything that runs without a request in flight. */
  end?(): void;
  /** Nothing is queued and nothing more will start. */
  readonly isDone: boolean;
  /** Requests that should have started and were never released. */
  readonly notStarted: number;
  /** Total pause of all connections after failures, within the window. */
  readonly restedMs: number;
}

/** What a load may ask of its worker. */
export interface LoadHost {
  readonly clock: Clock;
  /** The coordinator is behind; nothing may start until `onRoom`. */
  readonly isFull: boolean;
  /** Number of current connections. */
  readonly exchanges: readonly Exchange[];
  /** Adds a slot; if that takes a new connection, it opens with its first request. */
  addExchange(): Exchange;
  /** Call it when `isDone` may have become true. */
  finishIfIdle(): void;
}
