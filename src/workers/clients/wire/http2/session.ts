import { afterReads } from '../../../connections/after-reads.ts';
import { goodbye, resetStream, type StreamEnded, shortBody } from '../../stream-ended.ts';
import { Answers, type AnswersOwner } from './answers.ts';
import { FloodBound } from './flood-bound.ts';
import { FrameReader, type FrameTaker } from './frame-reader.ts';
import { shapeProblem } from './frame-shape.ts';
import {
  CODE,
  type Code,
  FLAG,
  FRAME,
  frame,
  MAX_31_BITS,
  numbersFrame,
  openingBytes,
  readUint32,
} from './frames.ts';
import type { Http2Stream } from './http2-stream.ts';
import { LifeProbe } from './life-probe.ts';
import { OpenStreams } from './open-streams.ts';
import { Outbox } from './outbox.ts';
import { PeerSettings } from './peer-settings.ts';
import { NotHttp2, StreamRefusal, type StreamRefusalCode } from './refusal.ts';
import { firstHead } from './request-frames.ts';
import type { Outgoing, SessionOwner } from './session-owner.ts';
import { SessionWriter } from './session-writer.ts';
import { problemOf, Uploads } from './uploads.ts';

/** Limit on unsent bytes, above which no more body data is added. */
const MOST_BACKLOG_BYTES = 262_144;

const SETTINGS_ACK = frame(FRAME.settings, FLAG.ack, 0, new Uint8Array());
/** The payload that a live target echoes. */
const PROBE = Buffer.from('volley??', 'latin1');

/** One HTTP/2 connection and its streams. Everything that starts in one turn goes out in one write. */
export class Session implements FrameTaker, AnswersOwner {
  /** The target sent GOAWAY. */
  isDismissed = false;
  readonly #writer: SessionWriter;
  readonly #owner: SessionOwner;
  readonly #reader = new FrameReader(this);
  readonly #settings: PeerSettings;
  readonly #flood = new FloodBound();
  readonly #uploads = new Uploads();
  readonly #out = new Outbox();
  readonly #probe = new LifeProbe();
  readonly #firstId: number;
  readonly #streams: OpenStreams;
  readonly #answers: Answers;
  /** Streams whose first bytes are in the outbox. */
  readonly #starting: Http2Stream[] = [];
  #startingCount = 0;
  #goodbyeCode = 0;
  #isLeaving = false;
  #isOver = false;
  #isReading = false;
  #isFlushDue = false;

  /**
   * @param firstId the number of the first stream
   * @param windowBytes how much of an answer the target may send before the window is replenished
   */
  constructor(socket: Outgoing, owner: SessionOwner, firstId = 1, windowBytes = MAX_31_BITS) {
    this.#settings = new PeerSettings(owner.firstStreams);
    this.#writer = new SessionWriter(socket, this.#out, this.flush);
    this.#owner = owner;
    this.#firstId = firstId;
    this.#streams = new OpenStreams(firstId);
    this.#answers = new Answers(this.#streams, this.#out, this, windowBytes);
    this.#out.add(openingBytes(windowBytes));
    this.#writer.write(!this.#uploads.isEmpty);
  }

  /** Whether another stream may begin now. */
  get hasRoom(): boolean {
    return !this.#isLeaving && !this.#isOver && this.#streams.size < this.#settings.mostStreams;
  }

  /** No streams are open. */
  get isIdle(): boolean {
    return this.#streams.size === 0;
  }

  /** Whether anything was received. */
  get hasRead(): boolean {
    return this.#probe.reads > 0;
  }

  /** Why streams fail if the target ends the connection after GOAWAY; null without one. */
  get goodbye(): StreamEnded | null {
    return this.isDismissed ? goodbye(this.#goodbyeCode) : null;
  }

  /** Begins a request; call it only if there is room. */
  start(stream: Http2Stream): void {
    const id = this.#streams.add(stream);
    stream.open(id, this.#settings.windowBytes, this.#probe.reads);
    this.#starting[this.#startingCount++] = stream;
    const { request } = stream;
    const { head, idPlaces } = id === this.#firstId ? firstHead(request) : request;
    this.#out.addHead(head, idPlaces, id);
    if (request.body !== null) this.#uploads.add(stream);
    if (this.#streams.isUsedUp) this.#isLeaving = true;
    this.#flushSoon();
  }

  /** Ends a stream from this side; the others continue. */
  end(stream: Http2Stream): void {
    this.#forget(stream);
    this.#reset(stream.id, CODE.cancel);
    this.#suspect(stream);
    this.#flushSoon();
    this.#afterStream();
  }

  /** Lets the target continue an answer that was held back. */
  readOn(stream: Http2Stream): void {
    if (this.#isOver) return;
    this.#answers.giveBack(stream);
    this.#flushSoon();
  }

  /** Begins no more streams; the session ends with the open ones. */
  leave(): void {
    this.#isLeaving = true;
    this.#endIfDone();
  }

  /** Takes the bytes that were read, `bytes[0…count)`. */
  read(bytes: Buffer, count: number): void {
    this.#probe.reads++;
    this.#isReading = true;
    this.#reader.read(bytes, count);
    this.#isReading = false;
    this.#writer.flushAfterRead(!this.#uploads.isEmpty);
  }

  /** The connection has ended, and its streams with it. */
  close(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reader.stop();
    for (const stream of this.#streams.all) {
      this.#forget(stream);
      stream.handler.onResponseError(stream, error);
    }
  }

  /** Writes pending frames. */
  readonly flush = (): void => {
    this.#isFlushDue = false;
    if (this.#isOver) return;
    if (!this.#uploads.isEmpty) this.#upload();
    if (this.#out.length === 0) return;
    for (let place = 0; place < this.#startingCount; place++) {
      const stream = this.#starting[place] as Http2Stream;
      if (!stream.isUnsent || stream.isOver) continue;
      stream.isUnsent = false;
      stream.handler.onRequestStart(stream);
    }
    this.#startingCount = 0;
    this.#streams.sent();
    this.#writer.write(!this.#uploads.isEmpty);
  };

  onNoHttp2(problem: NotHttp2): void {
    if (this.#isOver) return;
    this.#out.add(numbersFrame(FRAME.goaway, 0, 0, problem.reason));
    this.#writer.write(!this.#uploads.isEmpty);
    this.close(problem);
    this.#owner.onBroken();
  }

  onFrame(type: number, flags: number, streamId: number, bytes: Buffer, from: number, to: number): void {
    if (!this.#isInOrder(type, flags, streamId, to - from)) return;
    switch (type) {
      case FRAME.headers:
        this.#answers.onHeaders(flags, streamId, bytes, from, to);
        return;
      case FRAME.continuation:
        this.#answers.onContinuation(flags, bytes, from, to);
        return;
      case FRAME.rstStream:
        this.#onReset(streamId, readUint32(bytes, from));
        return;
      case FRAME.settings:
        if ((flags & FLAG.ack) === 0) this.#onSettings(bytes, from, to);
        else this.#answers.limitTable();
        return;
      case FRAME.ping:
        if ((flags & FLAG.ack) === 0) this.#out.addFrame(FRAME.ping, FLAG.ack, 0, bytes, from, to);
        this.onNothing();
        return;
      case FRAME.goaway:
        this.#onGoaway(readUint32(bytes, from) & MAX_31_BITS, readUint32(bytes, from + 4));
        return;
      case FRAME.windowUpdate:
        this.#onWindowUpdate(streamId, readUint32(bytes, from) & MAX_31_BITS);
        return;
      default:
        // PRIORITY is meaningless to a client, and no extensions were negotiated (RFC 9113, 5.5).
        this.onNothing();
    }
  }

  onDataBegin(streamId: number, flags: number, length: number): void {
    if (this.#isInOrder(FRAME.data, flags, streamId, length))
      this.#answers.onDataBegin(flags, streamId, length);
  }

  onData(bytes: Buffer, from: number, to: number): void {
    this.#answers.onData(bytes, from, to);
  }

  onDataEnd(): void {
    this.#answers.onDataEnd();
  }

  onEnd(stream: Http2Stream): void {
    if (!stream.isShort) {
      this.#complete(stream, stream.isUploading);
      return;
    }
    const isUploading = stream.isUploading;
    this.#forget(stream);
    if (isUploading) this.#reset(stream.id, CODE.cancel);
    stream.handler.onResponseError(stream, shortBody());
    this.#afterStream();
  }

  onRefusal(stream: Http2Stream, code: StreamRefusalCode): void {
    this.#forget(stream);
    this.#reset(stream.id, CODE.protocolError);
    stream.handler.onResponseError(stream, new StreamRefusal(code));
    this.#afterStream();
  }

  onNothing(): void {
    if (this.#flood.isExceededBy(now))
      this.onNoHttp2(new NotHttp2('a flood of frames that bring nothing', CODE.enhanceYourCalm));
  }

  #isInOrder(type: number, flags: number, streamId: number, length: number): boolean {
    // Fast path: nearly all frames are parts of answers, in order, and any length is valid for them.
    if (type <= FRAME.headers && streamId !== 0 && !this.#answers.isInHead) return true;
    const problem = this.#answers.orderProblem(type, streamId) ?? shapeProblem(type, flags, streamId, length);
    if (problem !== null) this.onNoHttp2(problem);
    return problem === null;
  }

  /** An answer is complete; the rest of its request is not needed. */
  #complete(stream: Http2Stream, resetsRest: boolean): void {
    this.#forget(stream);
    if (resetsRest) this.#reset(stream.id, CODE.cancel);
    this.#flood.onProgress();
    const { handler } = stream;
    this.#owner.release(stream);
    handler.onResponseEnd(stream);
    this.#afterStream();
  }

  #onReset(streamId: number, code: number): void {
    const stream = this.#streams.named(streamId);
    if (stream instanceof NotHttp2) this.onNoHttp2(stream);
    else if (stream === null) this.onNothing();
    else if (code === CODE.noError && stream.hasAll) this.#complete(stream, false);
    else {
      this.#forget(stream);
      if (code === CODE.refusedStream && !stream.hasHead && !stream.wasRefused) {
        stream.wasRefused = true;
        this.#owner.onUnseen([stream]);
      } else {
        stream.handler.onResponseError(stream, resetStream(code, this.#noteOf(stream)));
      }
      this.#afterStream();
    }
  }

  /** What else is known of a stream that the target reset. */
  #noteOf({ hasHead, request }: Http2Stream): string {
    if (hasHead) return ' in the middle of the answer';
    const { fieldBytes } = this.#settings;
    if (request.fieldBytes <= fieldBytes) return '';
    return `: the request has ${request.fieldBytes} bytes of fields, and the target takes ${fieldBytes}`;
  }

  #onSettings(bytes: Buffer, from: number, to: number): void {
    const { windowBytes } = this.#settings;
    const problem =
      this.#settings.take(bytes, from, to) ??
      this.#streams.widenAll(this.#settings.windowBytes - windowBytes);
    if (problem !== null) {
      this.onNoHttp2(problem);
      return;
    }
    this.#out.add(SETTINGS_ACK);
    this.onNothing();
    this.#owner.onSettings(this.#settings.mostStreams);
  }

  #onWindowUpdate(streamId: number, bytes: number): void {
    this.onNothing();
    const problem =
      bytes === 0 ? new NotHttp2('WINDOW_UPDATE of 0 bytes') : this.#windowProblem(streamId, bytes);
    if (problem !== null) this.onNoHttp2(problem);
  }

  #windowProblem(streamId: number, bytes: number): NotHttp2 | null {
    if (streamId === 0) return this.#uploads.widen(bytes);
    const stream = this.#streams.named(streamId);
    if (stream === null || stream instanceof NotHttp2) return stream;
    stream.windowBytes += bytes;
    return problemOf(stream.windowBytes);
  }

  /** GOAWAY names the last stream processed (RFC 9113, 6.8); later ones may be sent elsewhere. */
  #onGoaway(lastId: number, code: number): void {
    this.flush();
    this.isDismissed = true;
    this.#isLeaving = true;
    // The first error is the cause.
    if (this.#goodbyeCode === CODE.noError) this.#goodbyeCode = code;
    const unseen: Http2Stream[] = [];
    for (const stream of this.#streams.all) {
      if (stream.id <= lastId) continue;
      this.#forget(stream);
      this.#streams.leave(stream.id);
      // If it processes some, each GOAWAY makes progress; if it processes none, it is refusing.
      const mayGoAgain = !stream.hasHead && (lastId > 0 || !stream.wasRefused);
      stream.wasRefused ||= lastId === 0;
      if (mayGoAgain) unseen.push(stream);
      else stream.handler.onResponseError(stream, goodbye(code));
    }
    this.#owner.onUnseen(unseen);
    this.onNothing();
    this.#endIfDone();
    // With an error the target must close the connection (RFC 9113, 5.4.1): only what it sent before may still be read.
    if (code !== CODE.noError) afterReads(this.#end);
  }

  /** The session is over, and what is open ends with it. */
  readonly #end = (): void => {
    if (this.#isOver) return;
    this.flush();
    this.close(goodbye(this.#goodbyeCode));
    this.#owner.onDone();
  };

  /** A stream has timed out. */
  #suspect(stream: Http2Stream): void {
    const suspicion = this.#probe.onTimeout(stream, this.#streams.nextId, now());
    if (suspicion === 'ask') this.#out.addFrame(FRAME.ping, 0, 0, PROBE, 0, PROBE.length);
    else if (suspicion === 'dead') this.#isLeaving = true;
  }

  #reset(streamId: number, code: Code): void {
    this.#out.addNumber(FRAME.rstStream, streamId, code);
    this.#streams.leave(streamId);
  }

  /** A stream is over, for any reason. */
  #forget(stream: Http2Stream): void {
    stream.isOver = true;
    this.#streams.remove(stream);
    if (stream.isUploading) this.#uploads.remove(stream);
  }

  #afterStream(): void {
    if (this.#isLeaving) this.#endIfDone();
    else this.#owner.onRoom();
  }

  #endIfDone(): void {
    if (!this.#isLeaving || this.#streams.size > 0 || this.#isOver) return;
    this.flush();
    this.#isOver = true;
    this.#reader.stop();
    this.#owner.onDone();
  }

  #upload(): void {
    const roomBytes = MOST_BACKLOG_BYTES - this.#writer.backlogBytes;
    if (this.#uploads.send(this.#out, roomBytes)) this.#flood.onProgress();
  }

  #flushSoon(): void {
    if (this.#isFlushDue || this.#isReading) return;
    this.#isFlushDue = true;
    process.nextTick(this.flush);
  }
}

function now(): number {
  return performance.now();
}
