import type { Socket } from 'node:net';
import type { SocketReader } from '../../connections/link.ts';
import { lentTo, type ReadBytes, smallCopyOf } from '../../connections/read-bytes.ts';
import { isTimeoutNotice, timeoutNoticeBehind } from '../../connections/timeout-notice.ts';
import { endedAfterAnswer, endedUnrequested, type Running } from './unrequested.ts';

const CR = 0x0d;
const LF = 0x0a;

/** Below this, lending costs about as much as copying. */
const SMALLEST_LENT_BYTES = 4_096;

/** What a reader needs from its connection. */
interface ReadFrom {
  readonly isInPlainBody: boolean;
  /** The connection is given up because of bytes that no request had asked for. */
  mistrust(): void;
  /** The target has announced that it closes it. */
  finish(): void;
  readonly course: { readonly waitingReads: number } | null;
  /** Delivers what has been read and not been delivered yet. */
  showWaiting(): void;
}

/**
 * Feeds undici from the shared read buffer: the real socket, with only its byte source replaced.
 * That saves a buffer and the stream machinery for every read. undici keeps views of a head's names and
 * values until the head is complete, possibly several reads later, so only bodies are lent.
 */
export class UndiciReader implements SocketReader {
  #unread: Buffer | null = null;
  readonly #connection: ReadFrom;
  /** undici's client, which is created after its reader. */
  readonly #client: () => Running;

  constructor(connection: ReadFrom, client: () => Running) {
    this.#connection = connection;
    this.#client = client;
  }

  get isIdle(): boolean {
    return this.#client().stats.running === 0;
  }

  attach(socket: Socket): void {
    this.#unread = null;
    const read = socket.read;
    socket.read = (size?: number) => {
      if (size === 0) return read.call(socket, 0);
      const chunk = this.#unread;
      this.#unread = null;
      return chunk;
    };
    socket.unshift = (chunk: Buffer) => {
      if (chunk.length > 0)
        this.#unread = this.#unread === null ? Buffer.from(chunk) : Buffer.concat([chunk, this.#unread]);
    };
  }

  onBytes(socket: Socket, bytes: ReadBytes, count: number): void {
    // undici does not say where an answer has ended: it is given what may be a notice by itself.
    const noticeAt = timeoutNoticeBehind(bytes, count);
    if (noticeAt > 0) this.#deliver(socket, bytes, 0, noticeAt);
    // Destroyed, it has ended with its last answer.
    if (noticeAt <= 0 || !socket.destroyed) this.#deliver(socket, bytes, Math.max(0, noticeAt), count);
    // What has been read before the next request cannot be its answer; undici writes that in a later turn.
    if ((this.#connection.course?.waitingReads ?? 0) > 0 && this.isIdle)
      queueMicrotask(() => this.#connection.showWaiting());
  }

  #deliver(socket: Socket, bytes: ReadBytes, from: number, to: number): void {
    const isLent = to - from >= SMALLEST_LENT_BYTES && this.#connection.isInPlainBody;
    const chunk = isLent ? lentTo(bytes, from, to) : smallCopyOf(bytes, from, to);
    this.#unread = this.#unread === null ? chunk : Buffer.concat([this.#unread, chunk]);
    socket.emit('readable');
    if (socket.destroyed) this.#judge(socket, bytes, from, to);
    // Bytes that were not taken must be copied out of the shared buffer.
    if (isLent && this.#unread !== null) this.#unread = Buffer.from(this.#unread);
  }

  /** The connection has just ended: perhaps because of bytes beyond an answer, or of bytes without a request. */
  #judge(socket: Socket, bytes: ReadBytes, from: number, to: number): void {
    const rest = this.#unread;
    if (endedUnrequested(this.#client(), socket)) {
      if (isTimeoutNotice(bytes, from, to)) this.#connection.finish();
      else this.#connection.mistrust();
    } else if (rest !== null && endedAfterAnswer(socket) && !rest.every((byte) => byte === CR || byte === LF))
      this.#connection.mistrust();
  }
}
