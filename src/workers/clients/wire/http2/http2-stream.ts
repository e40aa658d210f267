import type { AnswerHandler, Controller, RequestStream } from '../../dispatcher.ts';
import { fieldsByName } from '../http1/fields-text.ts';
import { type InPlaceHandler, isInPlace, NO_FIELDS } from '../in-place-handler.ts';
import type { HeadReader } from './head-reader.ts';
import type { StreamRefusalCode } from './refusal.ts';
import type { RequestFrames } from './request-frames.ts';

const SWITCHING_PROTOCOLS = 101;
const LOWEST_FINAL = 200;
const NO_CONTENT = 204;
const NOT_MODIFIED = 304;

/** Who ends streams that are to be ended. */
export interface StreamHost {
  end(stream: Http2Stream): void;
  /** It is read again. */
  readOn(stream: Http2Stream): void;
}

/** One request and its answer. The object is used again for another one when its answer is complete. */
export class Http2Stream implements Controller, RequestStream {
  /** 0 while it waits for a connection. */
  id = 0;
  isOver = false;
  /** It is on the way out: nobody has been told yet. */
  isUnsent = false;
  /** The target has sent it back unseen once. */
  wasRefused = false;
  hasHead = false;
  request: RequestFrames;
  handler: AnswerHandler;
  rawHeaders: string[] | null = null;
  /** Of the request's body, what is on its way. */
  bodyAt = 0;
  /** What the target lets us send of it. */
  windowBytes = 0;
  /** Reads of the connection before it was opened. */
  readsBefore = 0;
  /** Of the answer's body, since the target was last told that there is room for more. */
  unreturnedBytes = 0;
  /** The target is not told of more room: it sends no more than its window allows. */
  isHeldBack = false;
  #inPlace: InPlaceHandler | null;
  /** Of the answer's body, what is to come; -1 where nobody has said. */
  #leftBytes = -1;
  #isEmpty = false;
  readonly #host: StreamHost;

  constructor(request: RequestFrames, handler: AnswerHandler, host: StreamHost) {
    this.request = request;
    this.handler = handler;
    this.#inPlace = isInPlace(handler) ? handler : null;
    this.#host = host;
  }

  /** Takes up another request. */
  use(request: RequestFrames, handler: AnswerHandler): void {
    this.id = 0;
    this.isOver = false;
    this.wasRefused = false;
    this.request = request;
    this.handler = handler;
    this.#inPlace = isInPlace(handler) ? handler : null;
  }

  /** Begins on a connection, as its stream of that number. */
  open(id: number, windowBytes: number, readsBefore: number): void {
    this.id = id;
    this.isUnsent = true;
    this.hasHead = false;
    this.bodyAt = 0;
    this.windowBytes = windowBytes;
    this.readsBefore = readsBefore;
    this.unreturnedBytes = 0;
    this.isHeldBack = false;
    this.#leftBytes = -1;
    this.#isEmpty = false;
  }

  end(): void {
    if (!this.isOver) this.#host.end(this);
  }

  pause(): void {
    this.isHeldBack = true;
  }

  resume(): void {
    if (!this.isHeldBack) return;
    this.isHeldBack = false;
    if (!this.isOver) this.#host.readOn(this);
  }

  abort(reason: Error): void {
    if (this.isOver) return;
    this.end();
    this.handler.onResponseError(this, reason);
  }

  /** Not all of the request is on its way. */
  get isUploading(): boolean {
    const { body } = this.request;
    return body !== null && this.bodyAt < body.length;
  }

  /** All of the answer's body has come, as far as its head says how much that is. */
  get hasAll(): boolean {
    return this.hasHead && this.#leftBytes === 0;
  }

  /** Less has come than the answer had said. */
  get isShort(): boolean {
    return this.#leftBytes > 0;
  }

  /** Somebody asks what the answer's fields say. */
  get wantsFields(): boolean {
    return this.#inPlace === null;
  }

  /** Takes a head of its answer, as it was read. Returns why that cannot be, or null. */
  takeHead(head: HeadReader, isLast: boolean): StreamRefusalCode | null {
    if (head.refusal !== null) return head.refusal;
    const { status, contentLength } = head;
    if (this.hasHead) return status === 0 && isLast ? null : 'WIRE_ORDER';
    if (status === 0) return 'WIRE_STATUS';
    if (status < LOWEST_FINAL) {
      if (isLast || status === SWITCHING_PROTOCOLS) return 'WIRE_ORDER';
    } else {
      this.hasHead = true;
      this.#isEmpty = this.request.isHead || status === NO_CONTENT || status === NOT_MODIFIED;
      this.#leftBytes = this.#isEmpty ? 0 : contentLength;
    }
    if (this.#inPlace !== null) {
      this.#inPlace.onResponseStart(this, status, NO_FIELDS);
      return null;
    }
    this.rawHeaders = head.fields;
    this.handler.onResponseStart(this, status, fieldsByName(head.fields ?? []));
    return null;
  }

  /** Takes a piece of the answer's body. Returns why that cannot be, or null. */
  takeData(bytes: Buffer, from: number, to: number): StreamRefusalCode | null {
    if (!this.hasHead) return 'WIRE_ORDER';
    if (this.#leftBytes >= 0) {
      this.#leftBytes -= to - from;
      if (this.#leftBytes < 0) return this.#isEmpty ? 'WIRE_BODY' : 'WIRE_CONTENT_LENGTH';
    }
    if (this.#inPlace !== null) this.#inPlace.onResponseBytes(bytes, from, to);
    else this.handler.onResponseData(this, Buffer.from(bytes.subarray(from, to)));
    return null;
  }
}
