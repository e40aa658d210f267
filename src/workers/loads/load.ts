import type { Clock } from '../../time/clock.ts';
import type { Exchange } from '../exchange/exchange.ts';

/** When a worker starts something, and on which of its connections. Times are on the shared clock. */
export interface Load {
  /** The load begins; the window begins at `windowAtMs`. */
  begin(nowMs: number, windowAtMs: number): void;
  /** A connection has been free since `freeAtMs`, and it is `nowMs` now: in a burst of answers later. */
  onFree(exchange: Exchange, freeAtMs: number, nowMs: number, hasFailed: boolean): void;
  /** The coordinator has caught up: starts may go on. */
  onRoom(): void;
  /** From now on nothing starts, neither what is due later nor what waits in line. */
  stop(): void;
  /** What goes on by itself, without a request under way, has to end. */
  end?(): void;
  /** Nothing waits, and nothing more will start. */
  readonly isDone: boolean;
  /** Requests that were to start and were never released. */
  readonly notStarted: number;
  /** For how long connections rested after failures, within the window and over all of them. */
  readonly restedMs: number;
}

/** What a load may ask of the worker that it runs in. */
export interface LoadHost {
  readonly clock: Clock;
  /** The coordinator is behind: nothing may start until `onRoom`. */
  readonly isFull: boolean;
  /** The connections that are there. */
  readonly exchanges: readonly Exchange[];
  /** Room for one request more; where that takes a new connection, it opens with its first request. */
  addExchange(): Exchange;
  /** To be called when `isDone` may have become true. */
  finishIfIdle(): void;
}
