import type { Exchange } from '../exchange/exchange.ts';
import type { PreparedRequest } from '../exchange/prepared-request.ts';

/** What a worker does with each start: which request to send and what to do with its answer. */
export interface Job {
  /** No work is left for ended requests. */
  readonly isDone: boolean;
  /**
   * A request of this job has ended and was recorded.
   *
   * @returns whether the job still needs the connection, which it then gives back later
   */
  keeps(exchange: Exchange, endMs: number): boolean;
}

/** Takes the starts that a load releases. */
export interface Starts {
  /** A start was released and has a connection. */
  start(exchange: Exchange, intendedMs: number, dispatchedMs: number, nowMs: number): void;
  /** A start was released and never got a connection. */
  drop(intendedMs: number, dispatchedMs: number, nowMs: number): void;
}

/** What a job may ask of its worker. */
export interface JobHost {
  /** Whether a request due then is measured, not part of the warm-up. */
  isMeasured(intendedMs: number): boolean;
  /** Gives a request to a connection, now. */
  send(
    exchange: Exchange,
    request: PreparedRequest,
    intendedMs: number,
    dispatchedMs: number,
    nowMs: number,
  ): void;
  /** Records a request that was released and never got a connection, under its index in the mix. */
  recordDropped(requestIndex: number, intendedMs: number, dispatchedMs: number, nowMs: number): void;
  /** Call it when `isDone` may have become true. */
  finishIfIdle(): void;
}
