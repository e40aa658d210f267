import type { ErrorTally } from '../../protocol/report.ts';
import type { Clock } from '../../time/clock.ts';
import type { AnswerHandler, Controller, Fields, RequestStream } from '../clients/dispatcher.ts';
import type { HttpClient } from '../clients/http-client.ts';
import type { InPlaceHandler } from '../clients/wire/in-place-handler.ts';
import type { ReadBytes } from '../connections/read-bytes.ts';
import type { AnswerSink } from './answer-sink.ts';
import { type BadConnection, badConnectionIn } from './bad-request.ts';
import type { Continuation } from './continuation.ts';
import { Deadline } from './deadlines.ts';
import type { DigestAuthorization } from './digest.ts';
import { allOf, FieldsHandler, fieldIn } from './fields-handler.ts';
import { fieldInHead } from './head-text.ts';
import { KeptBody } from './kept-body.ts';
import { NO_STREAM, NotOpenInTime } from './not-open.ts';
import type { PreparedRequest } from './prepared-request.ts';
import { mayBeRedirect } from './redirect.ts';

/** Is told how an exchange ended. */
export interface ExchangeOwner {
  onComplete(exchange: Exchange, endMs: number): void;
  onFailure(exchange: Exchange, endMs: number, error: Error): void;
  /** Reading its answer is paused for lack of room; no timeout runs. */
  onHeldBack?(exchange: Exchange): void;
  /** A part of its answer was read; only for streams. */
  onBytes?(exchange: Exchange): void;
  /** Reading is resumed. */
  onReadOn?(exchange: Exchange): void;
  /** The client resends a request on its own. */
  onRetry?(exchange: Exchange): void;
}

/** Waits for the end of one request. */
export interface Awaiting {
  answered(exchange: Exchange, endMs: number): void;
}

const NO_CONTENT = 204;
const BAD_REQUEST = 400;
const NOT_MODIFIED = 304;
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;

/** Bounds what all exchanges together keep of their answers. */
interface BodyRoom {
  received(by: Exchange, bytes: number): void;
  released(by: Exchange): void;
}

/** Why volley itself ended a request. */
export type EndedByUs = 'timeout' | 'stalled' | 'unfinished' | 'cancelled';

class EndedByVolley extends Error {
  readonly code = 'VOLLEY_ENDED';
}

/**
 * Successive requests over one client, with the time stamps of the current one, in milliseconds on
 * the shared clock. The object is reused: nothing is allocated per request here except the stream
 * on an HTTP/2 connection.
 */
export class Exchange implements InPlaceHandler {
  /** The current request's connection. */
  client: HttpClient;
  /** Null before the first one; of users, between requests. */
  request: PreparedRequest | null = null;
  /** Redirects followed by the current request. */
  redirects = 0;
  /** The response's Location; null without one, or if fields are not read. */
  location: string | null = null;
  /** Read the fields of the next response even if its request does not need them. */
  asksForFields = false;
  /** The response's `www-authenticate`; only if fields are read. */
  authenticate: string | null = null;
  /** The connection's Digest state, if the request uses Digest authorization. */
  digest: DigestAuthorization | null = null;
  /** The response's `retry-after`; only if fields are read. */
  retryAfter: string | null = null;
  /** How the response describes its body; only if fields are read. */
  contentEncoding: string | null = null;
  contentType: string | null = null;
  /** Fields by lower-case name; only if fields are read. */
  answeredFields: Fields | null = null;
  /** Whether to keep all fields of a response; only if fields are read. */
  keepsFields = false;
  /** Those fields, in the client's form. */
  fields: unknown = null;
  /** Whether to keep the text of the head. */
  wantsHead = false;
  /** The text of the head, if wanted and if its client provides it. */
  head: string | null = null;
  /** What was wrong with the last request; null if nothing. */
  failure: ErrorTally | null = null;
  intendedMs = 0;
  dispatchedMs = 0;
  /** NaN until the first byte is about to be written. */
  sentMs = Number.NaN;
  /** NaN until the response's head arrives. */
  firstByteMs = Number.NaN;
  status = 0;
  /** What is wrong with the connection, as a 400 says. */
  badConnection: BadConnection | null = null;
  bodyBytes = 0;
  endedByUs: EndedByUs | null = null;
  /** Failures since the last complete response. */
  failuresInARow = 0;
  busy = false;
  /** Who waits for its current request, in loads of users. */
  awaiting: Awaiting | null = null;
  /** Deadline of the whole current request. */
  readonly deadline = new Deadline<Exchange>(this);
  /** Deadline for silence since its last byte, if limited. */
  readonly silence = new Deadline<Exchange>(this);
  /** When to cancel it, if at all. */
  readonly patience = new Deadline<Exchange>(this);
  /** Number of requests sent before the current one. */
  serial = 0;
  /** Cancel the current request after this many token events; infinite for never. */
  cancelledWith = Number.POSITIVE_INFINITY;
  /** Takes the bodies of answers: keeps them, or also reads their tokens. */
  readonly sink: AnswerSink;
  /** The sink takes the current answer's body. */
  #readsBody = false;
  /** The next start event is the request's first, not a resend by the client. */
  #isNew = true;
  readonly #withFields = new FieldsHandler(this);
  readonly #owner: ExchangeOwner;
  readonly #clock: Clock;
  /** Bounds what is kept of answers; null for no bound. */
  readonly #room: BodyRoom | null;
  /** Null between requests: it holds the whole head of the answer. */
  #controller: Controller | null = null;
  /** Its stream, if its connection carries several requests. */
  #stream: RequestStream | null = null;
  /** Takes the current request's answer: itself, or with its fields. */
  #handler: AnswerHandler = this;
  /** The paused reader; null while reading. */
  #heldBack: Pick<Controller, 'pause' | 'resume'> | null = null;

  constructor(
    client: HttpClient,
    owner: ExchangeOwner,
    clock: Clock,
    room: BodyRoom | null = null,
    sink: AnswerSink = new KeptBody(),
  ) {
    this.sink = sink;
    this.client = client;
    this.#owner = owner;
    this.#clock = clock;
    this.#room = room;
  }

  /** The request's index in the mix. */
  get requestIndex(): number {
    return this.request?.index ?? 0;
  }

  /** The kept part of the answer's body, up to the limit of what can be examined; empty if not kept. */
  get body(): AnswerSink['body'] {
    return this.sink.body;
  }

  /** Drops the answer's body, which is no longer needed, before the connection's next request. */
  releaseBody(): void {
    if (!this.#readsBody) return;
    this.sink.clear();
    this.#room?.released(this);
  }

  /** Pauses reading the answer until `readOn`, if its client can. */
  holdBack(): void {
    const source = this.client.connection.ownRead ?? this.#controller;
    if (source?.pause === undefined) return;
    this.#heldBack = source;
    source.pause();
    this.#owner.onHeldBack?.(this);
  }

  readOn(): void {
    const source = this.#heldBack;
    if (source === null) return;
    this.#heldBack = null;
    if (this.busy) this.#owner.onReadOn?.(this);
    source.resume?.();
  }

  /** Hands the request to the connection. */
  send(request: PreparedRequest, intendedMs: number, dispatchedMs: number): void {
    this.intendedMs = intendedMs;
    this.dispatchedMs = dispatchedMs;
    this.sentMs = Number.NaN;
    this.endedByUs = null;
    this.redirects = 0;
    this.serial++;
    this.#dispatch(request);
  }

  /** Takes a request that cannot be sent: reports a failure to the owner soon, and writes nothing. */
  refuse(request: PreparedRequest, reason: Error, intendedMs: number, dispatchedMs: number): void {
    this.intendedMs = intendedMs;
    this.dispatchedMs = dispatchedMs;
    this.sentMs = Number.NaN;
    this.firstByteMs = Number.NaN;
    this.status = 0;
    this.bodyBytes = 0;
    this.endedByUs = null;
    this.releaseBody();
    this.request = request;
    this.busy = true;
    this.#controller = null;
    this.#stream = null;
    // Never synchronously: a load that continues at once would recurse.
    setImmediate(() => {
      if (this.request === request) this.onResponseError(null, reason);
    });
  }

  /** Continues with another request in place of the answered one, as if they were one. */
  goOn({ request, isRedirect }: Continuation): void {
    if (isRedirect) this.redirects++;
    this.#dispatch(request);
  }

  #dispatch(request: PreparedRequest): void {
    this.request = request;
    this.firstByteMs = Number.NaN;
    this.status = 0;
    this.badConnection = null;
    this.bodyBytes = 0;
    // Left from the previous answer, if this request continues it.
    this.releaseBody();
    this.#readsBody = this.sink.expect(request.keepsBody, request.isWhole === true);
    this.#controller = null;
    this.#isNew = true;
    this.busy = true;
    this.client.connection.isInPlainBody = false;
    this.location = null;
    this.wantsHead = request.keepsHead === true && !this.asksForFields;
    this.#handler = request.wantsFields || this.asksForFields ? this.#withFields : this;
    this.asksForFields = false;
    this.#handOver(request);
  }

  #handOver({ template }: PreparedRequest): void {
    const { dispatcher } = this.client;
    if ('dispatchStream' in dispatcher) {
      this.#stream = dispatcher.dispatchStream(template, this.#handler);
    } else {
      this.#stream = null;
      dispatcher.dispatch(template, this.#handler);
    }
  }

  /** Its own time is not over yet. Not at once: undici is still failing what it had queued. */
  #handOverAgain(): void {
    this.#stream = NO_STREAM;
    process.nextTick(() => {
      if (this.busy && this.#stream === NO_STREAM && this.request !== null) this.#handOver(this.request);
    });
  }

  /** Ends the request in any state; the owner hears of a failure at once. */
  end(reason: EndedByUs): void {
    // Closing a socket formats the stack of its error: a quarter of the cost of a timeout.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      this.#end(reason);
    } finally {
      Error.stackTraceLimit = limit;
    }
  }

  #end(reason: EndedByUs): void {
    this.client.connection.showWaiting();
    if (!this.busy) return;
    this.endedByUs = reason;
    const error = new EndedByVolley(reason);
    if (this.#stream !== null) this.#endStream(this.#stream, reason);
    else {
      this.client.connection.leave();
      if (this.#controller === null) this.client.connection.fail(error);
      else this.#controller.abort(error);
    }
    // The client may report it only when the socket has closed; the age counts from now.
    if (this.busy) this.onResponseError(null, error);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#isNew) {
      this.#isNew = false;
      if (Number.isNaN(this.sentMs)) this.sentMs = this.#clock.nowMs();
      return;
    }
    // The client resends the request: anything received for the first attempt is void.
    this.firstByteMs = Number.NaN;
    this.status = 0;
    this.bodyBytes = 0;
    this.releaseBody();
    this.#owner.onRetry?.(this);
  }

  onHead(text: string): void {
    this.head = text;
  }

  onResponseStart(_controller: Controller, status: number, fields: Fields): void {
    if (status < 200) return;
    this.firstByteMs = this.#readAtMs;
    this.status = status;
    const { connection } = this.client;
    if (mayBeRedirect(status))
      this.location = this.wantsHead ? fieldInHead(this.head, 'location') : fieldIn(fields, 'location');
    connection.isInPlainBody = fields['transfer-encoding'] === undefined;
    // undici closes after some answers without a body, whatever length they announce.
    connection.isLeftUnasked =
      (status === NO_CONTENT || status === NOT_MODIFIED || this.request?.message.method === 'HEAD') &&
      !CLOSE.test(allOf(fields, 'connection') ?? '');
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.onResponseBytes(chunk, 0, chunk.length);
  }

  /** The same, from a client that passes bytes in place. */
  onResponseBytes(bytes: ReadBytes, from: number, to: number): void {
    this.bodyBytes += to - from;
    if (this.status === BAD_REQUEST) this.badConnection ??= badConnectionIn(bytes, from, to);
    if (!this.#readsBody) return;
    this.sink.add(bytes, from, to, this.#readAtMs);
    if (this.sink.tokens !== null) this.#owner.onBytes?.(this);
    // Of a stream at most the text is kept, and reading it waits for nothing.
    if (this.request?.keepsBody === true) this.#room?.received(this, to - from);
  }

  onResponseEnd(): void {
    if (!this.busy) return;
    this.busy = false;
    this.#controller = null;
    const endMs = this.#readAtMs;
    this.client.connection.answered(this.request?.message.body !== null, this.sentMs, endMs);
    this.#owner.onComplete(this, endMs);
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    if (!this.busy) return;
    if (error instanceof NotOpenInTime) {
      this.#handOverAgain();
      return;
    }
    this.busy = false;
    this.#controller = null;
    this.#owner.onFailure(this, this.#clock.nowMs(), error);
  }

  /** When the last bytes were read; now, if the client reads by itself. */
  get #readAtMs(): number {
    const { readAtMs } = this.client.connection;
    return Number.isNaN(readAtMs) ? this.#clock.nowMs() : readAtMs;
  }

  /** Other requests of the connection continue. One that has not opened for most of this request's time is tried anew. */
  #endStream(stream: RequestStream, reason: EndedByUs): void {
    const { connection } = this.client;
    const nowMs = this.#clock.nowMs();
    const isTooLong =
      connection.isOpening && nowMs - connection.openingSinceMs > (nowMs - this.dispatchedMs) / 2;
    stream.end();
    if (reason === 'timeout' && isTooLong) connection.fail(new NotOpenInTime());
  }
}
