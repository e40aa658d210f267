import { type ClientHttp2Stream, constants } from 'node:http2';
import type { TargetConnection } from '../../connections/connection.ts';
import type { AnswerHandler, Controller, Fields, RequestStream, RequestTemplate } from '../dispatcher.ts';
import { cutStream, explainedStream } from './stream-failure.ts';

/** By its code undici knows that this is no reason to fail the requests that wait behind the stream. */
class StreamLeft extends Error {
  readonly code = 'UND_ERR_INFO';
}

/** A client gives up those that still wait in its queue: another one takes them over. */
export class QueueLeft extends Error {}

/** Where a request waits until its connection has a stream for it. */
export interface StreamQueue {
  dispatch(stream: Stream): void;
  /** A request was ended that has not begun, and is still in the queue. */
  left(): void;
  /** Such a request's turn has come, and it is gone. */
  passed(): void;
}

/** What streams have to know of the session that they are of. */
export interface StreamSession {
  /** What of it is not JavaScript's. */
  readonly native: unknown;
  /** The last stream that the target says it has looked at, in its goodbye (GOAWAY); null before that. */
  lastSeenId: number | null;
  /** The reason that it gives there; null before that. */
  goodbyeCode: number | null;
  /** The target's settings have come. */
  hasSettings: boolean;
}

/**
 * Sessions of streams that failed, each for as long as the stream is in memory: Node 26.10 aborts the process where it
 * frees a session before a stream of it that has got a part of an answer's head.
 */
const outlived = new FinalizationRegistry<unknown>(() => {});

/** Set from a request's start until its stream is opened: undici does both within one call. */
let starting: Stream | null = null;

/** Gives a stream that node:http2 has just opened to the request that it is for. */
export function claimStream(opened: ClientHttp2Stream, session: StreamSession): ClientHttp2Stream {
  starting?.claim(opened, session);
  starting = null;
  return opened;
}

/** One request on a connection that others share. Once it is ended, nothing of it reaches its exchange. */
export class Stream implements AnswerHandler, RequestStream {
  readonly request: RequestTemplate;
  #exchange: AnswerHandler | null;
  readonly #connection: TargetConnection;
  #controller: Controller | null = null;
  /** Of the body, in bytes; NaN where the answer does not say. */
  #length = Number.NaN;
  #received = 0;
  readonly #queue: StreamQueue;
  #opened: ClientHttp2Stream | null = null;
  #session: StreamSession | null = null;
  #hasHead = false;
  /** Nobody has the request: its connection has ended, and it is about to wait for the next one. */
  #isBetween = false;
  /** The target has reset the stream before its own end of it. */
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

  /** Ends this stream alone; one that has not begun never will. */
  end(): void {
    this.#exchange = null;
    if (this.#controller !== null) {
      // undici would tell the target that there was nothing wrong (NO_ERROR).
      if (this.#opened !== null && !this.#opened.pending) this.#opened.close(constants.NGHTTP2_CANCEL);
      this.#controller.abort(new StreamLeft('ended by volley'));
      return;
    }
    if (!this.#isBetween) this.#queue.left();
  }

  /** Takes the stream of node:http2 that this one is. */
  claim(opened: ClientHttp2Stream, session: StreamSession): void {
    this.#opened = opened;
    this.#session = session;
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
    // The rest of a body that nobody waits for would stay in memory for as long as the connection is open.
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
    const { phase, endedByTarget, hasReceived } = this.#connection;
    const isShort = this.#received < this.#length;
    const goodbyeCode = this.#session?.goodbyeCode ?? null;
    const hasSettings = this.#session?.hasSettings ?? true;
    const resetCode = this.#opened?.closed === true ? (this.#opened.rstCode ?? null) : null;
    const facts = { isShort, endedByTarget, hasReceived, goodbyeCode, hasSettings, resetCode };
    const explained = phase === 'open' ? explainedStream(error, facts) : error;
    this.#exchange?.onResponseError(controller, explained);
  }

  /**
   * The target has said goodbye without having looked at the request (RFC 9113, 6.8): it may be sent again. undici
   * does so once. A target that looks at none is one that refuses; where it looks at some, each goodbye brings the
   * end nearer.
   */
  get #isUnseen(): boolean {
    const lastSeenId = this.#session?.lastSeenId ?? 0;
    if (this.#opened === null || this.#exchange === null || this.#hasHead || lastSeenId === 0) return false;
    return this.#opened.id === undefined || this.#opened.id > lastSeenId;
  }

  /** Soon, and not within the call: undici is about to leave the connection, and would still write on it. */
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
