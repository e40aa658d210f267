import { CODE, FLAG, FRAME } from './frames.ts';
import { HeadBlock } from './head-block.ts';
import { HeadReader } from './head-reader.ts';
import type { Http2Stream } from './http2-stream.ts';
import type { OpenStreams } from './open-streams.ts';
import type { Outbox } from './outbox.ts';
import { NotHttp2, type StreamRefusalCode } from './refusal.ts';

/** Window of the connection. A window is replenished when half of it is used. */
const HALF_WINDOW_BYTES = 2 ** 30;

/** Receives the events of answers. */
export interface AnswersOwner {
  /** The target ended its side of a stream. */
  onEnd(stream: Http2Stream): void;
  /** The answer breaks the rules of HTTP. */
  onRefusal(stream: Http2Stream, code: StreamRefusalCode): void;
  /** A frame had no content. */
  onNothing(): void;
  /** The bytes are not valid HTTP/2. */
  onNoHttp2(problem: NotHttp2): void;
}

/** Processes the frames of answers: HEADERS with CONTINUATION, and DATA. */
export class Answers {
  readonly #streams: OpenStreams;
  readonly #out: Outbox;
  readonly #owner: AnswersOwner;
  readonly #heads = new HeadReader();
  readonly #block = new HeadBlock();
  #unreturnedBytes = 0;
  /** The stream of the current DATA; null if it is no longer wanted. */
  #inData: Http2Stream | null = null;
  #isLastData = false;
  readonly #streamWindowBytes: number;

  /** @param streamWindowBytes each stream's window, as announced to the target */
  constructor(streams: OpenStreams, out: Outbox, owner: AnswersOwner, streamWindowBytes: number) {
    this.#streamWindowBytes = streamWindowBytes;
    this.#streams = streams;
    this.#out = out;
    this.#owner = owner;
  }

  /** The target has acknowledged that heads must not refer to earlier ones. */
  limitTable(): void {
    this.#heads.limitTable();
  }

  /** A head has begun and not ended. */
  get isInHead(): boolean {
    return this.#block.streamId !== 0;
  }

  /** Why a frame is not allowed at this point; null if it is (RFC 9113, 6.10). */
  orderProblem(type: number, streamId: number): NotHttp2 | null {
    const { streamId: continued } = this.#block;
    if (continued === 0) return type === FRAME.continuation ? new NotHttp2('CONTINUATION of no head') : null;
    return type === FRAME.continuation && streamId === continued
      ? null
      : new NotHttp2('a head that is broken off by another frame');
  }

  onHeaders(flags: number, streamId: number, bytes: Buffer, from: number, to: number): void {
    const block = this.#block;
    const isLast = (flags & FLAG.endStream) !== 0;
    const problem = block.find(flags, bytes, from, to);
    if (problem !== null) this.#owner.onNoHttp2(problem);
    else if ((flags & FLAG.endHeaders) !== 0) this.#onHead(streamId, isLast, bytes, block.from, block.to);
    else block.begin(streamId, isLast, bytes);
  }

  onContinuation(flags: number, bytes: Buffer, from: number, to: number): void {
    const block = this.#block;
    const { streamId } = block;
    const problem = block.add(bytes, from, to);
    if (problem !== null) this.#owner.onNoHttp2(problem);
    else if ((flags & FLAG.endHeaders) === 0) {
      if (from === to) this.#owner.onNothing();
    } else {
      block.end();
      this.#onHead(streamId, block.isLast, block.bytes, 0, block.length);
    }
  }

  onDataBegin(flags: number, streamId: number, length: number): void {
    const stream = this.#find(streamId);
    this.#inData = stream;
    this.#isLastData = (flags & FLAG.endStream) !== 0;
    // What was under way when this side ended a stream is not a flood, however much it is.
    if (length === 0 && (stream === null || !this.#isLastData)) this.#owner.onNothing();
    this.#unreturnedBytes += length;
    if (this.#unreturnedBytes >= HALF_WINDOW_BYTES) {
      this.#out.addNumber(FRAME.windowUpdate, 0, this.#unreturnedBytes);
      this.#unreturnedBytes = 0;
    }
    if (stream === null) return;
    stream.unreturnedBytes += length;
    if (stream.unreturnedBytes > this.#streamWindowBytes)
      this.#owner.onNoHttp2(new NotHttp2('more DATA than its window allows', CODE.flowControlError));
    else if (!this.#isLastData && !stream.isHeldBack) this.giveBack(stream);
  }

  /** Replenishes a stream's window when half of it is used. */
  giveBack(stream: Http2Stream): void {
    if (2 * stream.unreturnedBytes < this.#streamWindowBytes) return;
    this.#out.addNumber(FRAME.windowUpdate, stream.id, stream.unreturnedBytes);
    stream.unreturnedBytes = 0;
  }

  onData(bytes: Buffer, from: number, to: number): void {
    const stream = this.#inData;
    if (stream === null || stream.isOver) return;
    const refusal = stream.takeData(bytes, from, to);
    if (refusal !== null) this.#owner.onRefusal(stream, refusal);
  }

  onDataEnd(): void {
    const stream = this.#inData;
    this.#inData = null;
    if (stream === null || stream.isOver) return;
    if (!stream.hasHead) this.#owner.onRefusal(stream, 'WIRE_ORDER');
    else if (this.#isLastData) this.#owner.onEnd(stream);
  }

  #onHead(streamId: number, isLast: boolean, bytes: Buffer, from: number, to: number): void {
    // Decoded even if unwanted: later heads may refer to it.
    const stream = this.#find(streamId);
    if (!this.#heads.read(bytes, from, to, stream?.wantsFields ?? false)) {
      this.#owner.onNoHttp2(new NotHttp2('a head that is not valid HPACK', CODE.compressionError));
      return;
    }
    if (stream === null) {
      this.#owner.onNothing();
      return;
    }
    const refusal = stream.takeHead(this.#heads, isLast);
    if (refusal !== null) this.#owner.onRefusal(stream, refusal);
    else if (!stream.hasHead) this.#owner.onNothing();
    else if (isLast && !stream.isOver) this.#owner.onEnd(stream);
  }

  /** Null if this side ended the stream, or there is no such stream. */
  #find(streamId: number): Http2Stream | null {
    const stream = this.#streams.answered(streamId);
    if (!(stream instanceof NotHttp2)) return stream;
    this.#owner.onNoHttp2(stream);
    return null;
  }
}
