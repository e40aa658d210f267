import type { Socket } from 'node:net';
import type { Destination } from '../../../../protocol/endpoint.ts';
import { MS_PER_SECOND } from '../../../../protocol/units.ts';
import { afterReads } from '../../../connections/after-reads.ts';
import type { TargetConnection } from '../../../connections/connection.ts';
import type { SocketReader } from '../../../connections/link.ts';
import { copyOf, type ReadBytes } from '../../../connections/read-bytes.ts';
import { isTimeoutNotice } from '../../../connections/timeout-notice.ts';
import { isAllTaken } from '../../../connections/unsent-bytes.ts';
import type { AnswerHandler, Controller, HttpDispatcher, RequestTemplate } from '../../dispatcher.ts';
import { type InPlaceHandler, isInPlace, NO_FIELDS } from '../in-place-handler.ts';
import { FieldsText, fieldsByName } from './fields-text.ts';
import { WireRefusal } from './refusal.ts';
import { type RequestBytes, requestBytes } from './request-bytes.ts';
import { EVENT, ResponseParser } from './response-parser.ts';
import { hasOnlyLineEnds } from './syntax.ts';

// Stop using an idle connection half a second before the server's announced keep-alive ends.
const KEEP_ALIVE_MARGIN_MS = 500;
/** Shorter requests are handed to the kernel in one call. */
const LONG_REQUEST_BYTES = 65_536;

interface Queued {
  readonly request: RequestBytes;
  readonly handler: AnswerHandler;
}

/** What came in one read behind an answer: that the connection will be closed, or what no request asked for. */
type Rest = 'nothing' | 'notice' | 'surplus';

class WireController implements Controller {
  readonly #client: WireClient;
  isAborted = false;
  rawHeaders: string[] | null = null;

  constructor(client: WireClient) {
    this.#client = client;
  }

  abort(reason: Error): void {
    if (this.isAborted) return;
    this.isAborted = true;
    this.#client.abort(this, reason);
  }
}

/**
 * volley's own HTTP/1.1 client: one connection, one request at a time, one write per request, and no more
 * work on an answer than finding where it ends. Nothing is allocated for a request whose handler
 * takes bytes in place.
 */
export class WireClient implements HttpDispatcher, SocketReader {
  readonly #connection: TargetConnection;
  readonly #host: string;
  readonly #isSecure: boolean;
  readonly #parser = new ResponseParser();
  readonly #queue: Queued[] = [];
  readonly #reusedController = new WireController(this);
  /** The bytes of the head, if the handler needs its fields. */
  readonly #fields = new FieldsText();
  #socket: Socket | null = null;
  #isAcquiring = false;
  #isDestroyed = false;
  /** An answer has ended but more may be readable, so the next request is not written yet. */
  #isSettling = false;
  #handler: AnswerHandler | null = null;
  #inPlace: InPlaceHandler | null = null;
  /** The handler needs fields or the text of the head. */
  #takesFields = true;
  #controller: WireController = this.#reusedController;
  #request: RequestBytes | null = null;
  #isWritten = false;
  /** The kernel has not taken all of a long request yet. */
  #isUnsent = false;
  /** How many long requests were written: Node may say only after the next one that one was. */
  #longWrites = 0;
  /** How long the connection may idle; 0: no limit. */
  #idleLimitMs = 0;
  /** Idle since; infinite while in use. */
  #idleSinceMs = Number.POSITIVE_INFINITY;

  constructor(target: Destination, connection: TargetConnection) {
    this.#connection = connection;
    this.#host = new URL(target.origin).host;
    this.#isSecure = target.secure;
    connection.readWith(this);
  }

  get isIdle(): boolean {
    return !this.#isWritten;
  }

  dispatch(options: RequestTemplate, handler: AnswerHandler): boolean {
    let request: RequestBytes;
    try {
      if (this.#isDestroyed) throw closed('the client is destroyed');
      request = requestBytes(options, this.#host);
    } catch (error) {
      handler.onResponseError(new WireController(this), error as Error);
      return false;
    }
    if (this.#handler !== null) {
      this.#queue.push({ request, handler });
      return false;
    }
    this.#begin(request, handler);
    return true;
  }

  destroy(): Promise<void> {
    this.#isDestroyed = true;
    const reason = closed('the client is destroyed');
    for (const { handler } of this.#queue.splice(0))
      handler.onResponseError(new WireController(this), reason);
    if (this.#handler !== null) this.#fail(reason);
    this.#leave();
    return Promise.resolve();
  }

  /** For the controller; does nothing if the request is over. */
  abort(controller: WireController, reason: Error): void {
    if (controller === this.#controller && this.#handler !== null) this.#fail(reason);
  }

  onBytes(socket: Socket, bytes: ReadBytes, count: number): void {
    if (socket !== this.#socket) return;
    if (this.#isWritten) {
      this.#read(bytes, count);
      return;
    }
    // Unsolicited bytes: nothing on this connection can be trusted as an answer any more.
    if (hasOnlyLineEnds(bytes, 0, count)) return;
    if (isTimeoutNotice(bytes, 0, count)) this.#connection.finish();
    else this.#connection.mistrust();
    this.#leave();
    if (this.#handler !== null) this.#proceed();
  }

  #begin(request: RequestBytes, handler: AnswerHandler): void {
    this.#request = request;
    this.#handler = handler;
    this.#inPlace = isInPlace(handler) ? handler : null;
    this.#takesFields = this.#inPlace === null || this.#inPlace.wantsHead;
    if (this.#inPlace === null) {
      this.#controller = new WireController(this);
    } else {
      this.#controller = this.#reusedController;
      this.#controller.isAborted = false;
    }
    this.#proceed();
  }

  #proceed(): void {
    if (this.#isSettling) return;
    // Given up with its last answer, which came before its request was sent.
    if (this.#socket?.destroyed === true) this.#leave();
    if (this.#idleLimitMs !== 0 && performance.now() - this.#idleSinceMs > this.#idleLimitMs) {
      this.#connection.finish();
      this.#leave();
    }
    if (this.#socket !== null) {
      // What has been read before this request cannot be its answer, and must be seen before it is written.
      if ((this.#connection.course?.waitingReads ?? 0) > 0) this.#settle();
      else this.#write(this.#socket);
    } else if (!this.#isAcquiring) {
      this.#isAcquiring = true;
      this.#connection.acquire((error, socket) => this.#acquired(error, socket));
    }
  }

  #acquired(error: Error | null, socket: Socket | null): void {
    this.#isAcquiring = false;
    if (socket === null) {
      if (this.#handler !== null) this.#fail(error ?? closed('the connection could not be opened'));
      return;
    }
    if (this.#isDestroyed) {
      socket.destroy();
      return;
    }
    this.#socket = socket;
    this.#idleLimitMs = 0;
    socket.once('end', () => this.#ended(socket));
    socket.once('close', () => this.#closed(socket));
    if (this.#handler !== null) this.#write(socket);
  }

  #write(socket: Socket): void {
    const request = this.#request;
    const handler = this.#handler;
    if (request === null || handler === null) return;
    this.#parser.begin(request.isHead);
    if (this.#takesFields) this.#fields.clear();
    this.#isWritten = true;
    handler.onRequestStart(this.#controller);
    if (this.#handler !== handler) return;
    if (request.bytes.length < LONG_REQUEST_BYTES) {
      socket.write(request.bytes);
      return;
    }
    this.#isUnsent = true;
    const number = ++this.#longWrites;
    socket.write(request.bytes, (error) => {
      if (socket === this.#socket && number === this.#longWrites && !error) this.#isUnsent = false;
    });
  }

  #read(bytes: ReadBytes, to: number): void {
    const parser = this.#parser;
    const handler = this.#handler;
    const takesFields = this.#takesFields;
    let at = 0;
    while (this.#handler === handler && this.#isWritten) {
      const event = parser.next(bytes, at, to);
      if (takesFields && parser.fieldsFrom >= 0 && (this.#inPlace === null || parser.knownText === null))
        this.#fields.add(bytes, parser.fieldsFrom, parser.at);
      at = parser.at;
      switch (event) {
        case EVENT.more:
          return;
        case EVENT.head:
          this.#onHead();
          break;
        case EVENT.body:
          this.#onBody(bytes);
          break;
        case EVENT.end:
          this.#onEnd(restOf(bytes, at, to), to === bytes.length);
          return;
        default:
          this.#fail(new WireRefusal(parser.refusal ?? 'WIRE_STATUS_LINE'));
          return;
      }
    }
  }

  #onHead(): void {
    const { status } = this.#parser;
    if (this.#inPlace !== null) {
      if (this.#takesFields) {
        this.#inPlace.onHead(this.#parser.knownText ?? this.#fields.text);
        this.#fields.clear();
      }
      this.#inPlace.onResponseStart(this.#controller, status, NO_FIELDS);
      return;
    }
    this.#controller.rawHeaders = this.#fields.raw();
    this.#fields.clear();
    const headers = fieldsByName(this.#controller.rawHeaders);
    this.#handler?.onResponseStart(this.#controller, status, headers);
  }

  #onBody(bytes: ReadBytes): void {
    const { bodyFrom, bodyTo } = this.#parser;
    if (this.#inPlace !== null) this.#inPlace.onResponseBytes(bytes, bodyFrom, bodyTo);
    else this.#handler?.onResponseData(this.#controller, Buffer.from(copyOf(bytes, bodyFrom, bodyTo).buffer));
  }

  /** `mayHaveMore`: the read filled the buffer, so more may be readable at once. */
  #onEnd(rest: Rest, mayHaveMore: boolean): void {
    const handler = this.#handler;
    const { isOddlyEmpty, keepAliveS, keepsAlive } = this.#parser;
    this.#handler = null;
    this.#isWritten = false;
    this.#idleSinceMs = Number.POSITIVE_INFINITY;
    this.#idleLimitMs = keepAliveS < 0 ? 0 : keepAliveS * MS_PER_SECOND - KEEP_ALIVE_MARGIN_MS;
    if (rest === 'surplus') this.#connection.mistrust();
    if (!keepsAlive || this.#request?.asksToClose || this.#idleLimitMs < 0 || rest === 'notice') {
      this.#connection.finish();
      this.#leave();
    } else if (rest === 'surplus' || (this.#isUnsent && !this.#isAllTaken)) {
      // Answered early, or with surplus bytes: the rest of the request would precede the next one.
      this.#leave();
    } else if (mayHaveMore || this.#isSecure || isOddlyEmpty) {
      // The rest of a full buffer, the next TLS record or an invalid body may follow.
      this.#settle();
    }
    if (this.#inPlace === null) {
      handler?.onResponseEnd(this.#controller, fieldsByName(this.#fields.raw()));
    } else {
      handler?.onResponseEnd(this.#controller, NO_FIELDS);
    }
    this.#next();
  }

  /** Writes nothing until more has been read. */
  #settle(): void {
    this.#isSettling = true;
    afterReads(this.#settled);
  }

  readonly #settled = (): void => {
    this.#isSettling = false;
    if (this.#handler !== null && !this.#isWritten) this.#proceed();
  };

  /** Starts the next queued request, unless one was started while the last one's end was handled. */
  #next(): void {
    if (this.#handler !== null) return;
    const next = this.#queue.shift();
    if (next !== undefined) {
      this.#begin(next.request, next.handler);
      return;
    }
    if (this.#idleLimitMs !== 0) this.#idleSinceMs = performance.now();
  }

  /** The target ended the connection normally. */
  #ended(socket: Socket): void {
    if (socket !== this.#socket) return;
    if (!this.#isWritten) this.#leave();
    else if (this.#parser.finish()) this.#onEnd('nothing', false);
    else this.#fail(closed('the target closed the connection'));
  }

  #closed(socket: Socket): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    // Closing while we are still sending always causes an RST, which says nothing about the answer.
    if (this.#isUnsent && this.#isWritten && this.#parser.finish()) this.#onEnd('nothing', false);
    else if (this.#isWritten) this.#fail(socket.errored ?? closed('the connection was closed'));
    else if (this.#handler !== null) this.#proceed();
  }

  get #isAllTaken(): boolean {
    return this.#socket !== null && isAllTaken(this.#socket);
  }

  /** Fails the request together with the connection. */
  #fail(error: Error): void {
    const handler = this.#handler;
    this.#handler = null;
    this.#isWritten = false;
    this.#leave();
    handler?.onResponseError(this.#controller, error);
    this.#next();
  }

  /** Stops using this connection. */
  #leave(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#isUnsent = false;
    this.#idleLimitMs = 0;
    if (socket !== null && !socket.destroyed) socket.destroy();
  }
}

export function createWireDispatcher(target: Destination, connection: TargetConnection): WireClient {
  return new WireClient(target, connection);
}

function restOf(bytes: ReadBytes, from: number, to: number): Rest {
  if (hasOnlyLineEnds(bytes, from, to)) return 'nothing';
  return isTimeoutNotice(bytes, from, to) ? 'notice' : 'surplus';
}

function closed(message: string): Error {
  return Object.assign(new Error(message), { code: 'WIRE_CLOSED' });
}
