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

/** Ends streams on request. */
export interface StreamHost {
  end(stream: Http2Stream): void;
  /** Reading is resumed. */
  readOn(stream: Http2Stream): void;
}

/** One request and its answer. The object is reused when the answer is complete. */
export class Http2Stream implements Controller, RequestStream {
  /** 0 while it waits for a connection. */
  id = 0;
  isOver = false;
  /** Its start is queued but not yet reported. */
  isUnsent = false;
  /** The target has returned it unprocessed once. */
  wasRefused = false;
  hasHead = false;
  request: RequestFrames;
  handler: AnswerHandler;
  rawHeaders: string[] | null = null;
  /** Bytes of the request's body that have been sent. */
  bodyAt = 0;
  /** Send window of the stream. */
  windowBytes = 0;
  /** Number of reads of the connection before it began. */
  readsBefore = 0;
  /** Bytes of the answer's body since the window was last replenished. */
  unreturnedBytes = 0;
  /** The window is not replenished, so the target must stop when it is used up. */
  isHeldBack = false;
  #inPlace: InPlaceHandler | null;
  /** Remaining bytes of the answer's body; -1 if unknown. */
  #leftBytes = -1;
  #isEmpty = false;
  readonly #host: StreamHost;

  constructor(request: RequestFrames, handler: AnswerHandler, host: StreamHost) {
    this.request = request;
    this.handler = handler;
    this.#inPlace = isInPlace(handler) ? handler : null;
    this.#host = host;
  }

  /** Starts over with another request. */
  use(request: RequestFrames, handler: AnswerHandler): void {
    this.id = 0;
    this.isOver = false;
    this.wasRefused = false;
    this.request = request;
    this.handler = handler;
    this.#inPlace = isInPlace(handler) ? handler : null;
  }

  /** Begins on a connection with the given stream number. */
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

  /** Part of the request is still unsent. */
  get isUploading(): boolean {
    const { body } = this.request;
    return body !== null && this.bodyAt < body.length;
  }

  /** The announced length of the answer's body has arrived. */
  get hasAll(): boolean {
    return this.hasHead && this.#leftBytes === 0;
  }

  /** The body is shorter than announced. */
  get isShort(): boolean {
    return this.#leftBytes > 0;
  }

  /** The answer's fields are needed. */
  get wantsFields(): boolean {
    return this.#inPlace === null;
  }

  /** Takes a head of its answer. Returns why it is invalid, or null. */
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

  /** Takes a piece of the answer's body. Returns why it is invalid, or null. */
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
