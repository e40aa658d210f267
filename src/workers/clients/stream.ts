import type { Dispatcher } from 'undici';
import type { TargetConnection } from './connection.ts';
import { explainedStream } from './stream-failure.ts';

/** By its code undici knows that this is no reason to fail the requests that wait behind the stream. */
class StreamLeft extends Error {
  readonly code = 'UND_ERR_INFO';
}

/** One request on a connection that others share. Once it is ended, nothing of it reaches its exchange. */
export class Stream implements Dispatcher.DispatchHandler {
  #exchange: Dispatcher.DispatchHandler | null;
  readonly #connection: TargetConnection;
  #controller: Dispatcher.DispatchController | null = null;
  /** Of the body, in bytes; NaN where the answer does not say. */
  #length = Number.NaN;
  #received = 0;

  constructor(exchange: Dispatcher.DispatchHandler, connection: TargetConnection) {
    this.#exchange = exchange;
    this.#connection = connection;
  }

  /** Ends this stream alone; one that has not begun never will. */
  end(): void {
    this.#exchange = null;
    this.#controller?.abort(new StreamLeft('ended by volley'));
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#controller = controller;
    this.#length = Number.NaN;
    this.#received = 0;
    if (this.#exchange === null) controller.abort(new StreamLeft('ended before it began'));
    else this.#exchange.onRequestStart?.(controller, context);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2],
  ): void {
    this.#length = Number(headers['content-length']);
    this.#exchange?.onResponseStart?.(controller, status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#received += chunk.length;
    this.#exchange?.onResponseData?.(controller, chunk);
  }

  onResponseEnd(
    controller: Dispatcher.DispatchController,
    trailers: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>[1],
  ): void {
    this.#exchange?.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    const { phase, endedByTarget, hasReceived } = this.#connection;
    const isShort = this.#received < this.#length;
    const explained =
      phase === 'open' ? explainedStream(error, { isShort, endedByTarget, hasReceived }) : error;
    this.#exchange?.onResponseError?.(controller, explained);
  }
}
