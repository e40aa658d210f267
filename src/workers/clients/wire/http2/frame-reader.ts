import { CODE, DEFAULT_FRAME_BYTES, FLAG, FRAME, HEAD_BYTES, MAX_31_BITS, readUint32 } from './frames.ts';
import { NotHttp2 } from './refusal.ts';

/** Receives frames as they are read. Bytes are valid during the call only. */
export interface FrameTaker {
  /** A complete frame of any type but DATA; its payload is `bytes[from…to)`. */
  onFrame(type: number, flags: number, streamId: number, bytes: Buffer, from: number, to: number): void;
  /** A frame of DATA begins; `length` counts its padding too. */
  onDataBegin(streamId: number, flags: number, length: number): void;
  /** A piece of its payload. */
  onData(bytes: Buffer, from: number, to: number): void;
  onDataEnd(): void;
  /** The bytes are not a valid frame; reading stops. */
  onNoHttp2(problem: NotHttp2): void;
}

const HTTP1 = 'HTTP/1.';

/** Splits a connection's bytes into frames, in whatever pieces they arrive; bodies are passed on as they come. */
export class FrameReader {
  readonly #taker: FrameTaker;
  /** The beginning of an incomplete frame. */
  #held = Buffer.allocUnsafeSlow(64);
  #heldBytes = 0;
  #isFirst = true;
  #isStopped = false;
  #isInData = false;
  #dataLeft = 0;
  #paddingLeft = 0;

  constructor(taker: FrameTaker) {
    this.#taker = taker;
  }

  /** Stops reading. */
  stop(): void {
    this.#isStopped = true;
  }

  read(bytes: Buffer, count: number): void {
    let at = 0;
    while (at < count && !this.#isStopped) {
      if (this.#isInData) at = this.#readData(bytes, at, count);
      else if (this.#heldBytes > 0) at = this.#readHeld(bytes, at, count);
      else at = this.#readFrame(bytes, at, count);
    }
  }

  /** Returns the position after the bytes read. */
  #readFrame(bytes: Buffer, at: number, to: number): number {
    if (to - at < HEAD_BYTES) return this.#hold(bytes, at, to);
    const end = at + HEAD_BYTES + lengthAt(bytes, at);
    if (end <= to && this.#isPlain(bytes, at, end)) {
      this.#takeWhole(bytes, at, end);
      return end;
    }
    const needed = this.#neededOf(bytes, at);
    if (to - at < needed) return this.#isStopped ? to : this.#hold(bytes, at, to);
    this.#take(bytes, at, needed);
    return at + needed;
  }

  /** The common case: only its content needs checking, and there is no padding. */
  #isPlain(bytes: Buffer, at: number, end: number): boolean {
    if (this.#isFirst || end - at > HEAD_BYTES + DEFAULT_FRAME_BYTES) return false;
    return bytes[at + 3] !== FRAME.data || ((bytes[at + 4] as number) & FLAG.padded) === 0;
  }

  /** Takes a complete plain frame. */
  #takeWhole(bytes: Buffer, at: number, end: number): void {
    const type = bytes[at + 3] as number;
    const flags = bytes[at + 4] as number;
    const from = at + HEAD_BYTES;
    const streamId = readUint32(bytes, at + 5) & MAX_31_BITS;
    const taker = this.#taker;
    if (type !== FRAME.data) {
      taker.onFrame(type, flags, streamId, bytes, from, end);
      return;
    }
    taker.onDataBegin(streamId, flags, end - from);
    if (from < end && !this.#isStopped) taker.onData(bytes, from, end);
    if (!this.#isStopped) taker.onDataEnd();
  }

  /** Continues a frame whose beginning is held. */
  #readHeld(bytes: Buffer, from: number, to: number): number {
    let at = from;
    if (this.#heldBytes < HEAD_BYTES) {
      at += this.#holdUpTo(HEAD_BYTES, bytes, at, to);
      if (this.#heldBytes < HEAD_BYTES) return at;
    }
    const needed = this.#neededOf(this.#held, 0);
    if (this.#isStopped) return to;
    at += this.#holdUpTo(needed, bytes, at, to);
    if (this.#heldBytes < needed) return at;
    this.#heldBytes = 0;
    this.#take(this.#held, 0, needed);
    return at;
  }

  /** Bytes needed before a frame can be handled: all of it, but for DATA only up to the length of its padding. */
  #neededOf(bytes: Buffer, at: number): number {
    const length = lengthAt(bytes, at);
    const type = bytes[at + 3] as number;
    const flags = bytes[at + 4] as number;
    const problem = this.#problemOf(bytes, at, length, type, flags);
    if (problem !== null) {
      this.stop();
      this.#taker.onNoHttp2(problem);
    }
    if (type !== FRAME.data) return HEAD_BYTES + length;
    return HEAD_BYTES + ((flags & FLAG.padded) === 0 ? 0 : Math.min(length, 1));
  }

  #problemOf(bytes: Buffer, at: number, length: number, type: number, flags: number): NotHttp2 | null {
    if (this.#isFirst && (type !== FRAME.settings || (flags & FLAG.ack) !== 0)) {
      const text = bytes.toString('latin1', at, at + HTTP1.length);
      return text === HTTP1
        ? new NotHttp2('it answers in HTTP/1.1', CODE.protocolError, 'with-http1')
        : new NotHttp2('its first frame is not SETTINGS');
    }
    this.#isFirst = false;
    if (length <= DEFAULT_FRAME_BYTES) return null;
    return new NotHttp2(
      `a frame of ${length} bytes, where ${DEFAULT_FRAME_BYTES} are allowed`,
      CODE.frameSizeError,
    );
  }

  #take(bytes: Buffer, at: number, needed: number): void {
    if (this.#isStopped) return;
    const type = bytes[at + 3] as number;
    const flags = bytes[at + 4] as number;
    const streamId = readUint32(bytes, at + 5) & MAX_31_BITS;
    if (type === FRAME.data) this.#beginData(bytes, at, flags, streamId);
    else this.#taker.onFrame(type, flags, streamId, bytes, at + HEAD_BYTES, at + needed);
  }

  #beginData(bytes: Buffer, at: number, flags: number, streamId: number): void {
    const length = lengthAt(bytes, at);
    this.#dataLeft = length;
    this.#paddingLeft = 0;
    if ((flags & FLAG.padded) !== 0) {
      const padding = length === 0 ? 0 : (bytes[at + HEAD_BYTES] as number);
      if (padding >= length) {
        this.stop();
        this.#taker.onNoHttp2(new NotHttp2('DATA with more padding than there is of it'));
        return;
      }
      this.#paddingLeft = padding;
      this.#dataLeft = length - 1 - padding;
    }
    this.#isInData = true;
    this.#taker.onDataBegin(streamId, flags, length);
    this.#endDataIfRead();
  }

  #readData(bytes: Buffer, from: number, to: number): number {
    let at = from;
    if (this.#dataLeft > 0) {
      const end = Math.min(to, at + this.#dataLeft);
      this.#dataLeft -= end - at;
      this.#taker.onData(bytes, at, end);
      at = end;
    }
    const skipped = Math.min(to - at, this.#paddingLeft);
    if (this.#dataLeft === 0) this.#paddingLeft -= skipped;
    this.#endDataIfRead();
    return at + skipped;
  }

  #endDataIfRead(): void {
    if (this.#dataLeft > 0 || this.#paddingLeft > 0 || !this.#isInData) return;
    this.#isInData = false;
    if (!this.#isStopped) this.#taker.onDataEnd();
  }

  #hold(bytes: Buffer, at: number, to: number): number {
    return at + this.#holdUpTo(to - at, bytes, at, to);
  }

  /** Buffers bytes until there are `total`; returns how many it took. */
  #holdUpTo(total: number, bytes: Buffer, at: number, to: number): number {
    const taken = Math.min(total - this.#heldBytes, to - at);
    if (total > this.#held.length) {
      const grown = Buffer.allocUnsafeSlow(total);
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    bytes.copy(this.#held, this.#heldBytes, at, at + taken);
    this.#heldBytes += taken;
    return taken;
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  return ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
}
