import type { ErrorTally } from '../../protocol/report.ts';
import type { Clock } from '../../time/clock.ts';
import type { AnswerHandler, Controller, Fields, RequestStream } from '../clients/dispatcher.ts';
import type { HttpClient } from '../clients/http-client.ts';
import type { InPlaceHandler } from '../clients/wire/in-place-handler.ts';
import type { ReadBytes } from '../connections/read-bytes.ts';
import type { BodySink, TokenSink } from './body-sink.ts';
import type { Continuation } from './continuation.ts';
import { Deadline } from './deadlines.ts';
import type { DigestAuthorization } from './digest.ts';
import { fieldInHead } from './head-text.ts';
import { KeptBody } from './kept-body.ts';
import type { PreparedRequest } from './prepared-request.ts';
import { isRedirectStatus } from './redirect.ts';

/** Who is told how an exchange ended. */
export interface ExchangeOwner {
  onComplete(exchange: Exchange, endMs: number): void;
  onFailure(exchange: Exchange, endMs: number, error: Error): void;
  /** Its answer is not read for a while, for want of room: no timeout runs. */
  onHeldBack?(exchange: Exchange): void;
  /** A part of its answer has been read: asked for only of streams. */
  onBytes?(exchange: Exchange): void;
  /** It is read again. */
  onReadOn?(exchange: Exchange): void;
  /** The client writes a request again without being told to. */
  onRetry?(exchange: Exchange): void;
}

const NO_CONTENT = 204;
const NOT_MODIFIED = 304;
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;

/** Who bounds what all exchanges together keep of their answers. */
export interface BodyRoom {
  received(by: Exchange, bytes: number): void;
  released(by: Exchange): void;
}

/** Why volley itself ended a request. */
export type EndedByUs = 'timeout' | 'stalled' | 'unfinished' | 'cancelled';

class EndedByVolley extends Error {
  readonly code = 'VOLLEY_ENDED';
}

/** The connection that several requests waited for was not open when the first of them had waited long enough. */
class NotOpenInTime extends Error {
  readonly code = 'VOLLEY_NOT_OPEN';
}

/**
 * One request after the other over one client, and the marks of the one under way, in milliseconds on
 * the shared clock. The object is reused for ever: nothing is allocated for a request here, but for the stream
 * that it is on a connection of HTTP/2.
 */
export class Exchange implements InPlaceHandler {
  /** The connection that the request under way goes over. */
  client: HttpClient;
  /** Null before the first one. */
  request: PreparedRequest | null = null;
  /** Redirects that the request under way has followed. */
  redirects = 0;
  /** Where the response asks to go; null where it does not, or where its fields are not read. */
  location: string | null = null;
  /** The fields of the next response are read, whatever its request wants. */
  asksForFields = false;
  /** What the response asks of whoever authorizes; read only where its fields are. */
  authenticate: string | null = null;
  /** Set where the request wants Digest authorization: what its connection knows of it. */
  digest: DigestAuthorization | null = null;
  /** What the response says of when to ask again; read only where its fields are. */
  retryAfter: string | null = null;
  /** What the response says of its body; read only where its fields are. */
  contentEncoding: string | null = null;
  contentType: string | null = null;
  /** Its fields by their names in lower case; read only where its fields are. */
  answeredFields: Fields | null = null;
  /** Whether all fields of a response are kept; they are read only where its fields are. */
  keepsFields = false;
  /** Those fields, as the client has them. */
  fields: unknown = null;
  /** Whether the text of the head is kept. */
  wantsHead = false;
  /** It, where the request wants it and its client has it. */
  head: string | null = null;
  /** What was wrong with the request that ended last; null where nothing was. */
  failure: ErrorTally | null = null;
  intendedMs = 0;
  dispatchedMs = 0;
  /** NaN until the first byte is about to be written. */
  sentMs = Number.NaN;
  /** NaN until the head of the response has arrived. */
  firstByteMs = Number.NaN;
  status = 0;
  bodyBytes = 0;
  endedByUs: EndedByUs | null = null;
  /** Failures since the last complete response. */
  failuresInARow = 0;
  busy = false;
  /** For the whole of the request under way. */
  readonly deadline = new Deadline<Exchange>(this);
  /** For the silence since its last byte, where that is bounded. */
  readonly silence = new Deadline<Exchange>(this);
  /** Until it is cancelled, where that is asked for. */
  readonly patience = new Deadline<Exchange>(this);
  /** How many requests have been sent before the one under way. */
  serial = 0;
  /** Token events with which the request under way is cancelled; infinite where it is not. */
  cancelledWith = Number.POSITIVE_INFINITY;
  /** Reads answers as streams of tokens; null where they are read as a whole. */
  readonly tokens: TokenSink | null;
  /** Who takes the body of the answer under way; null where nobody wants it. */
  #sink: BodySink | null = null;
  readonly #body = new KeptBody();
  /** The next start of the request is the first one, not one that the client makes again. */
  #isNew = true;
  readonly #withFields = new FieldsHandler(this);
  readonly #owner: ExchangeOwner;
  readonly #clock: Clock;
  /** Bounds what is kept of answers; null where nobody does. */
  readonly #room: BodyRoom | null;
  #controller: Controller | null = null;
  /** Where it is one of several requests of its connection. */
  #stream: RequestStream | null = null;
  /** What is not read for want of room; null while all is. */
  #heldBack: Pick<Controller, 'pause' | 'resume'> | null = null;

  constructor(
    client: HttpClient,
    owner: ExchangeOwner,
    clock: Clock,
    room: BodyRoom | null = null,
    tokens: TokenSink | null = null,
  ) {
    this.tokens = tokens;
    this.client = client;
    this.#owner = owner;
    this.#clock = clock;
    this.#room = room;
  }

  /** The request's place in the mix. */
  get requestIndex(): number {
    return this.request?.index ?? 0;
  }

  /** The answer's body where it is kept, as much of it as can be looked into; else nothing. */
  get body(): Uint8Array {
    return this.#body.bytes;
  }

  /** Nobody looks into the answer any more: its body is not kept until the connection's next request. */
  releaseBody(): void {
    if (this.#sink === null) return;
    this.#sink.clear();
    this.#room?.released(this);
  }

  /** Leaves the rest of the answer with the network until `readOn`, where its client can. */
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

  /** Takes up a request that cannot be sent: the owner hears of it as a failure, soon, and nothing is written. */
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
    // Never within the call: a load that goes on at once would call itself.
    setImmediate(() => {
      if (this.request === request) this.onResponseError(null, reason);
    });
  }

  /** Goes on with another request in the place of the one that was answered, as if they were one. */
  goOn({ request, isRedirect }: Continuation): void {
    if (isRedirect) this.redirects++;
    this.#dispatch(request);
  }

  #dispatch(request: PreparedRequest): void {
    this.request = request;
    this.firstByteMs = Number.NaN;
    this.status = 0;
    this.bodyBytes = 0;
    // Of the answer before, where this one goes on in its place.
    this.releaseBody();
    const body = request.sink === null ? null : request.sink(this.#body);
    this.#sink = this.tokens === null ? body : this.tokens.with(body);
    this.#controller = null;
    this.#isNew = true;
    this.busy = true;
    this.client.connection.isInPlainBody = false;
    this.location = null;
    this.wantsHead = request.keepsHead === true && !this.asksForFields;
    const handler = request.wantsFields || this.asksForFields ? this.#withFields : this;
    this.asksForFields = false;
    const { dispatcher } = this.client;
    if ('dispatchStream' in dispatcher) {
      this.#stream = dispatcher.dispatchStream(request.template, handler);
    } else {
      this.#stream = null;
      dispatcher.dispatch(request.template, handler);
    }
  }

  /** Ends the request, wherever it stands; the owner hears of it as a failure, at once. */
  end(reason: EndedByUs): void {
    // Closing a socket writes out the stacks of the errors it is closed with: a quarter of what a timeout costs.
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
    // The client may tell of it only once the socket has closed; the age counts from now.
    if (this.busy) this.onResponseError(null, error);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#isNew) {
      this.#isNew = false;
      if (Number.isNaN(this.sentMs)) this.sentMs = this.#clock.nowMs();
      return;
    }
    // The client writes the same request again: what it had got for the first one is void.
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
    if (isRedirectStatus(status))
      this.location = this.wantsHead ? fieldInHead(this.head, 'location') : fieldIn(fields, 'location');
    connection.isInPlainBody = fields['transfer-encoding'] === undefined;
    // undici closes after some answers that have no body, whatever they say of their length.
    connection.isLeftUnasked =
      (status === NO_CONTENT || status === NOT_MODIFIED || this.request?.message.method === 'HEAD') &&
      !CLOSE.test(allOf(fields, 'connection') ?? '');
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.onResponseBytes(chunk, 0, chunk.length);
  }

  /** The same from a client that shows the bytes where it has read them. */
  onResponseBytes(bytes: ReadBytes, from: number, to: number): void {
    this.bodyBytes += to - from;
    if (this.#sink === null) return;
    this.#sink.add(bytes, from, to, this.#readAtMs);
    if (this.tokens !== null) this.#owner.onBytes?.(this);
    this.#room?.received(this, to - from);
  }

  onResponseEnd(): void {
    if (!this.busy) return;
    this.busy = false;
    if (this.request?.message.body !== null) this.client.connection.dropUnsent();
    this.#owner.onComplete(this, this.#readAtMs);
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    if (!this.busy) return;
    this.busy = false;
    if (error instanceof NotOpenInTime) this.endedByUs = 'timeout';
    this.#owner.onFailure(this, this.#clock.nowMs(), error);
  }

  /** When what came last was read; where the client reads by itself, now. */
  get #readAtMs(): number {
    const { readAtMs } = this.client.connection;
    return Number.isNaN(readAtMs) ? this.#clock.nowMs() : readAtMs;
  }

  /** The other requests of the connection go on, unless it does not open: then none of them has one. */
  #endStream(stream: RequestStream, reason: EndedByUs): void {
    const { connection } = this.client;
    stream.end();
    if (reason === 'timeout' && connection.isOpening) connection.fail(new NotOpenInTime());
  }
}

/** Takes an exchange's answers where somebody asks what their fields say: a client then has to read them. */
class FieldsHandler implements AnswerHandler {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  onRequestStart(controller: Controller): void {
    this.#exchange.retryAfter = null;
    this.#exchange.contentEncoding = null;
    this.#exchange.contentType = null;
    this.#exchange.answeredFields = null;
    this.#exchange.onRequestStart(controller);
  }

  onResponseStart(controller: Controller, status: number, fields: Fields): void {
    this.#exchange.location = fieldIn(fields, 'location');
    this.#exchange.retryAfter = fieldIn(fields, 'retry-after');
    this.#exchange.authenticate = allOf(fields, 'www-authenticate');
    this.#exchange.contentEncoding = allOf(fields, 'content-encoding');
    this.#exchange.contentType = fieldIn(fields, 'content-type');
    this.#exchange.answeredFields = fields;
    if (this.#exchange.keepsFields) this.#exchange.fields = controller.rawHeaders;
    this.#exchange.onResponseStart(controller, status, fields);
    if (status >= 200) this.#exchange.tokens?.begin(status, this.#exchange.contentType);
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#exchange.onResponseBytes(chunk, 0, chunk.length);
  }

  onResponseEnd(): void {
    this.#exchange.onResponseEnd();
  }

  onResponseError(controller: Controller | null, error: Error): void {
    this.#exchange.onResponseError(controller, error);
  }
}

function fieldIn(fields: Fields, name: string): string | null {
  const value = fields[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

function allOf(fields: Fields, name: string): string | null {
  const value = fields[name];
  return (Array.isArray(value) ? value.join(', ') : value) ?? null;
}
