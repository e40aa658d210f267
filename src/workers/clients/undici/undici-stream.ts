import { type ClientHttp2Stream, constants } from 'node:http2';
import type { TargetConnection } from '../../connections/connection.ts';
import type { AnswerHandler, Controller, Fields, RequestStream, RequestTemplate } from '../dispatcher.ts';
import { cutStream, explainedStream } from './stream-failure.ts';

/** With this code undici does not fail the requests queued after the stream. */
class StreamLeft extends Error {
  readonly code = 'UND_ERR_INFO';
}

/** The client gives up its queued requests; another one takes them over. */
export class QueueLeft extends Error {}

/** The queue in which a request waits for a stream of its connection. */
export interface StreamQueue {
  dispatch(stream: Stream): void;
  /** A request ended before it began and is still in the queue. */
  left(): void;
  /** Such a request has left the queue. */
  passed(): void;
}

/** What streams need to know of their session. */
export interface StreamSession {
  /** Its native handle. */
  readonly native: unknown;
  /** The last stream processed, from the target's GOAWAY; null before. */
  lastSeenId: number | null;
  /** The error code of its GOAWAY; null before. */
  goodbyeCode: number | null;
  /** The target's SETTINGS have arrived. */
  hasSettings: boolean;
  readonly isDestroyed: boolean;
}

/**
 * Keeps the session of a failed stream alive as long as the stream: Node 26.10 aborts the process if it
 * frees a session before one of its streams that received part of an answer's head.
 */
const outlived = new FinalizationRegistry<unknown>(() => {});

/** Set between a request's start and the opening of its stream, which undici does within one call. */
let starting: Stream | null = null;

/** Assigns a stream that node:http2 has just opened to its request. */
export function claimStream(opened: ClientHttp2Stream, session: StreamSession): ClientHttp2Stream {
  starting?.claim(opened, session);
  starting = null;
  return opened;
}

/** One request on a shared connection. Once it has ended, its exchange gets no further events. */
export class Stream implements AnswerHandler, RequestStream {
  readonly request: RequestTemplate;
  #exchange: AnswerHandler | null;
  readonly #connection: TargetConnection;
  #controller: Controller | null = null;
  /** Announced length of the body in bytes; NaN without one. */
  #length = Number.NaN;
  #received = 0;
  readonly #queue: StreamQueue;
  #opened: ClientHttp2Stream | null = null;
  #session: StreamSession | null = null;
  #hasHead = false;
  /** The request is between connections: its own has ended, and it will wait for the next. */
  #isBetween = false;
  /** The target reset the stream before ending its side. */
  #isCut = false;

  constructor(
    request: RequestTemplate,
    exchange: AnswerHandler,
    queue: StreamQueue,
    connection: TargetConnection,
  ) {
    this.request = request;
    this.#exchange = exchange;
    this.#queue = queue;
    this.#connection = connection;
  }

  /** Ends this stream alone; if it has not begun, it never will. */
  end(): void {
    this.#exchange = null;
    if (this.#controller !== null) {
      // undici would send NO_ERROR.
      if (this.#opened !== null && !this.#opened.pending) this.#opened.close(constants.NGHTTP2_CANCEL);
      this.#controller.abort(new StreamLeft('ended by volley'));
      return;
    }
    if (!this.#isBetween) this.#queue.left();
  }

  /** Takes the underlying stream of node:http2. */
  claim(opened: ClientHttp2Stream, session: StreamSession): void {
    this.#opened = opened;
    this.#session = session;
    const { push } = opened;
    // A reset ends the readable side just as the end of an answer does; only here can they be told apart.
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
    this.#hasHead = false;
    if (this.#exchange === null) {
      controller.abort(new StreamLeft('ended before it began'));
      this.#queue.passed();
      return;
    }
    starting = this;
    this.#exchange.onRequestStart(controller, context);
  }

  onResponseStart(controller: Controller, status: number, headers: Fields): void {
    this.#length = Number(headers['content-length']);
    this.#hasHead = true;
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
    // The rest of an unwanted body would otherwise stay in memory as long as the connection is open.
    if (opened === null || opened.writableFinished || opened.destroyed) return;
    opened.close(constants.NGHTTP2_CANCEL);
    opened.destroy();
  }

  onResponseError(controller: Controller | null, error: Error): void {
    if (error instanceof QueueLeft) {
      if (this.#exchange !== null) this.#queue.dispatch(this);
      return;
    }
    if (this.#opened !== null) outlived.register(this.#opened, this.#session?.native);
    if (this.#isUnseen) {
      this.#sendAgain();
      return;
    }
    const { phase, endedByTarget, course } = this.#connection;
    const hasReceived = course?.hasReceived ?? false;
    const isShort = this.#received < this.#length;
    const goodbyeCode = this.#session?.goodbyeCode ?? null;
    const hasSettings = this.#session?.hasSettings ?? true;
    const isDestroyed = this.#session?.isDestroyed ?? false;
    const resetCode = this.#opened?.closed === true ? (this.#opened.rstCode ?? null) : null;
    const isSecure = this.request.origin.startsWith('https:');
    const facts = {
      ...{ isShort, endedByTarget, hasReceived, isSecure },
      ...{ goodbyeCode, hasSettings, resetCode, isDestroyed },
    };
    const explained = phase === 'open' ? explainedStream(error, facts) : error;
    this.#exchange?.onResponseError(controller, explained);
  }

  /**
   * The target sent GOAWAY without processing the request (RFC 9113, 6.8), so it may be sent again; undici
   * does so once. A target that processes none is refusing; if it processes some, each GOAWAY brings the
   * end nearer.
   */
  get #isUnseen(): boolean {
    const lastSeenId = this.#session?.lastSeenId ?? 0;
    if (this.#opened === null || this.#exchange === null || this.#hasHead || lastSeenId === 0) return false;
    return this.#opened.id === undefined || this.#opened.id > lastSeenId;
  }

  /** Deferred: undici is about to leave the connection and would still write to it. */
  #sendAgain(): void {
    this.#opened = null;
    this.#session = null;
    this.#controller = null;
    this.#isBetween = true;
    setImmediate(() => {
      this.#isBetween = false;
      if (this.#exchange !== null) this.#queue.dispatch(this);
    });
  }
}
