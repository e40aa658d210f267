import type { Exchange } from '../exchange/exchange.ts';
import type { PreparedRequest } from '../exchange/prepared-request.ts';

/** What a worker does with each start: which request goes out, and what becomes of its answer. */
export interface Job {
  /** Nothing is left to do for requests that have ended. */
  readonly isDone: boolean;
  /**
   * A request of this job has ended, and has been recorded.
   *
   * @returns whether the connection is still needed; the job gives it back later
   */
  keeps(exchange: Exchange, endMs: number): boolean;
}

/** What a load releases, whatever it is. */
export interface Starts {
  /** A start is released, and has a connection. */
  start(exchange: Exchange, intendedMs: number, dispatchedMs: number, nowMs: number): void;
  /** A start was released and never got a connection. */
  drop(intendedMs: number, dispatchedMs: number, nowMs: number): void;
}

/** What a job may ask of the worker that it runs in. */
export interface JobHost {
  /** Whether what is due then is measured, and not part of the warm-up. */
  isMeasured(intendedMs: number): boolean;
  /** Gives a request to a connection, now. */
  send(
    exchange: Exchange,
    request: PreparedRequest,
    intendedMs: number,
    dispatchedMs: number,
    nowMs: number,
  ): void;
  /** Records a request that was released and never got a connection; it has its place in the mix. */
  recordDropped(requestIndex: number, intendedMs: number, dispatchedMs: number, nowMs: number): void;
  /** To be called when `isDone` may have become true. */
  finishIfIdle(): void;
}
