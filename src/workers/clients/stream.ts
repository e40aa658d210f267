import { type ClientHttp2Stream, constants } from 'node:http2';
import type { TargetConnection } from './connection.ts';
import type { AnswerHandler, Controller, Fields, RequestTemplate } from './dispatcher.ts';
import { cutStream, explainedStream } from './stream-failure.ts';

/** By its code undici knows that this is no reason to fail the requests that wait behind the stream. */
class StreamLeft extends Error {
  readonly code = 'UND_ERR_INFO';
}

/** A client gives up those that still wait in its queue: another one takes them over. */
export class QueueLeft extends Error {}

/** Where a request waits until its connection has a stream for it. */
export interface StreamQueue {
  dispatch(options: RequestTemplate, handler: AnswerHandler): boolean;
  /** A request was ended that has not begun, and is still in the queue. */
  left(): void;
  /** Such a request's turn has come, and it is gone. */
  passed(): void;
}

/**
 * Sessions of streams that failed, each for as long as the stream is in memory: Node 26.10 aborts the process where it
 * frees a session before a stream of it that has got a part of an answer's head.
 */
const outlived = new FinalizationRegistry<unknown>(() => {});

/** Set from a request's start until its stream is opened: undici does both within one call. */
let starting: Stream | null = null;

/** Gives a stream that node:http2 has just opened to the request that it is for. */
export function claimStream(opened: ClientHttp2Stream, native: unknown): ClientHttp2Stream {
  starting?.claim(opened, native);
  starting = null;
  return opened;
}

/** One request on a connection that others share. Once it is ended, nothing of it reaches its exchange. */
export class Stream implements AnswerHandler {
  #exchange: AnswerHandler | null;
  readonly #connection: TargetConnection;
  #controller: Controller | null = null;
  /** Of the body, in bytes; NaN where the answer does not say. */
  #length = Number.NaN;
  #received = 0;
  #queue: StreamQueue | null = null;
  #options: RequestTemplate | null = null;
  #opened: ClientHttp2Stream | null = null;
  /** Of the session that the stream is of. */
  #native: unknown = undefined;
  /** The target has reset the stream before its own end of it. */
  #isCut = false;

  constructor(exchange: AnswerHandler, connection: TargetConnection) {
    this.#exchange = exchange;
    this.#connection = connection;
  }

  /** Ends this stream alone; one that has not begun never will. */
  end(): void {
    this.#exchange = null;
    if (this.#controller !== null) {
      this.#controller.abort(new StreamLeft('ended by volley'));
      return;
    }
    this.#options = null;
    this.#queue?.left();
  }

  /** Is told where it is going to wait. */
  wait(queue: StreamQueue, options: RequestTemplate): void {
    this.#queue = queue;
    this.#options = options;
  }

  /** Takes the stream of node:http2 that this one is. */
  claim(opened: ClientHttp2Stream, native: unknown): void {
    this.#opened = opened;
    this.#native = native;
    const { push } = opened;
    // A reset ends what can be read just as the end of an answer does: only here they can be told apart.
    opened.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk === null && opened.closed) this.#isCut = true;
      return push.call(opened, chunk, encoding);
    };
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#controller = controller;
    this.#length = Number.NaN;
    this.#received = 0;
    this.#isCut = false;
    if (this.#exchange === null) {
      controller.abort(new StreamLeft('ended before it began'));
      this.#queue?.passed();
      return;
    }
    starting = this;
    this.#exchange.onRequestStart(controller, context);
  }

  onResponseStart(controller: Controller, status: number, headers: Fields): void {
    this.#length = Number(headers['content-length']);
    this.#exchange?.onResponseStart(controller, status, headers);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#received += chunk.length;
    this.#exchange?.onResponseData(controller, chunk);
  }

  onResponseEnd(controller: Controller, trailers?: Fields): void {
    const opened = this.#opened;
    if (this.#isCut && this.#received !== this.#length) {
      this.#exchange?.onResponseError(controller, cutStream(opened?.rstCode));
      return;
    }
    this.#exchange?.onResponseEnd(controller, trailers);
    // The rest of a body that nobody waits for would stay in memory for as long as the connection is open.
    if (opened === null || opened.writableFinished || opened.destroyed) return;
    opened.close(constants.NGHTTP2_CANCEL);
    opened.destroy();
  }

  onResponseError(controller: Controller | null, error: Error): void {
    if (error instanceof QueueLeft && this.#options !== null) {
      this.#queue?.dispatch(this.#options, this);
      return;
    }
    if (this.#opened !== null) outlived.register(this.#opened, this.#native);
    const { phase, endedByTarget, hasReceived } = this.#connection;
    const isShort = this.#received < this.#length;
    const explained =
      phase === 'open' ? explainedStream(error, { isShort, endedByTarget, hasReceived }) : error;
    this.#exchange?.onResponseError(controller, explained);
  }
}
