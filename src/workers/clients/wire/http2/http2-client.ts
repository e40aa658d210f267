import type { Socket } from 'node:net';
import type { Destination } from '../../../../protocol/endpoint.ts';
import type { TargetConnection } from '../../../connections/connection.ts';
import type { SocketReader } from '../../../connections/link.ts';
import { lentBufferOf, type ReadBytes } from '../../../connections/read-bytes.ts';
import type { AnswerHandler, RequestStream, RequestTemplate, StreamDispatcher } from '../../dispatcher.ts';
import { silentEnd } from '../../stream-ended.ts';
import { MAX_31_BITS } from './frames.ts';
import { Http2Stream, type StreamHost } from './http2-stream.ts';
import { FIRST_STREAMS } from './peer-settings.ts';
import { RequestEncoder, type RequestFrames } from './request-frames.ts';
import { Session } from './session.ts';
import type { SessionOwner } from './session-owner.ts';

/** Number of stream objects kept for reuse. */
const MOST_SPARE = 1_000;

const FIRST_ID = 1;
/** Window of an answer that is held back; enough for 20 MB/s over 10 ms. */
const BOUNDED_WINDOW_BYTES = 262_144;

/** A request that cannot be sent and has no frames. */
const NO_REQUEST: RequestFrames = {
  head: Buffer.alloc(0),
  idPlaces: [],
  body: null,
  isHead: false,
  fieldBytes: 0,
};

/**
 * volley's own HTTP/2 client: one connection at a time with as many requests as the target allows, and no more work on
 * an answer than finding where it ends. Nothing is allocated for a request whose handler takes bytes in place.
 */
class Http2Client implements StreamDispatcher, SocketReader, SessionOwner, StreamHost {
  readonly #connection: TargetConnection;
  readonly #encoder: RequestEncoder;
  readonly #windowBytes: number;
  readonly #isSecure: boolean;
  /** How many streams the last connection allowed: a target may refuse those beyond, and a request for good if twice. */
  firstStreams = FIRST_STREAMS;
  /** Requests without a stream, the next one first. */
  readonly #waiting: Http2Stream[] = [];
  readonly #spare: Http2Stream[] = [];
  #socket: Socket | null = null;
  #session: Session | null = null;
  /** The connection is in use; otherwise it was opened ahead. */
  #isOurs = false;
  #isAcquiring = false;
  #isDestroyed = false;

  constructor(target: Destination, connection: TargetConnection, windowBytes: number) {
    this.#connection = connection;
    this.#windowBytes = windowBytes;
    this.#isSecure = target.secure;
    this.#encoder = new RequestEncoder(target.secure ? 'https' : 'http', new URL(target.origin).host);
    connection.readWith(this);
  }

  dispatchStream(template: RequestTemplate, handler: AnswerHandler): RequestStream {
    let request: RequestFrames;
    try {
      if (this.#isDestroyed) throw closed('the client is destroyed');
      request = this.#encoder.framesOf(template);
    } catch (error) {
      return this.#refused(handler, error as Error);
    }
    const stream = this.#take(request, handler);
    if (this.#waiting.length === 0 && this.#isOurs && this.#session?.hasRoom) this.#session.start(stream);
    else {
      this.#waiting.push(stream);
      this.#proceed();
    }
    return stream;
  }

  destroy(): Promise<void> {
    this.#isDestroyed = true;
    this.#leave(closed('the client is destroyed'));
    this.#failWaiting(closed('the client is destroyed'));
    return Promise.resolve();
  }

  end(stream: Http2Stream): void {
    stream.isOver = true;
    const place = this.#waiting.indexOf(stream);
    if (place < 0) {
      // A request that cannot be sent has no stream number.
      if (stream.id !== 0) this.#session?.end(stream);
      return;
    }
    this.#waiting.splice(place, 1);
    // Give up a connection that allows no stream for this long; waiting requests use the next one.
    if (this.#isOurs && this.#session?.isIdle) this.#session.leave();
  }

  readOn(stream: Http2Stream): void {
    this.#session?.readOn(stream);
  }

  onOpen(socket: Socket): void {
    this.#socket = socket;
    this.#session = new Session(socket, this, FIRST_ID, this.#windowBytes);
    socket.once('end', () => this.#ended(socket));
    socket.once('close', () => this.#ended(socket));
  }

  onBytes(socket: Socket, bytes: ReadBytes, count: number): void {
    if (socket === this.#socket) this.#session?.read(lentBufferOf(bytes), count);
  }

  release(stream: Http2Stream): void {
    // A held-back answer may still be referenced by its holder.
    if (this.#spare.length < MOST_SPARE && !stream.isHeldBack) this.#spare.push(stream);
  }

  onSettings(mostStreams: number): void {
    this.#connection.allowsNone = mostStreams === 0;
    this.firstStreams = Math.min(FIRST_STREAMS, Math.max(1, mostStreams));
    this.onRoom();
  }

  onRoom(): void {
    if (this.#waiting.length > 0) this.#proceed();
  }

  onUnseen(streams: readonly Http2Stream[]): void {
    for (const stream of streams) stream.isOver = false;
    this.#waiting.unshift(...streams);
  }

  onDone(): void {
    if (this.#session?.isDismissed) this.#connection.finish();
    else this.#connection.leave();
    this.#leave(closed('the connection was left'));
    this.#proceed();
  }

  onBroken(): void {
    this.#leave(closed('the connection was left'));
    this.#proceed();
  }

  #take(request: RequestFrames, handler: AnswerHandler): Http2Stream {
    const spare = this.#spare.pop();
    if (spare === undefined) return new Http2Stream(request, handler, this);
    spare.use(request, handler);
    return spare;
  }

  /** Reports, soon but never synchronously, that a request cannot be sent. */
  #refused(handler: AnswerHandler, error: Error): RequestStream {
    const stream = new Http2Stream(NO_REQUEST, handler, this);
    process.nextTick(() => {
      if (stream.isOver) return;
      stream.isOver = true;
      handler.onResponseError(stream, error);
    });
    return stream;
  }

  /** Begins what may begin, and opens a connection if there is none. */
  #proceed(): void {
    if (this.#waiting.length === 0) return;
    const session = this.#session;
    if (session === null || !this.#isOurs) {
      this.#acquire();
      return;
    }
    while (session.hasRoom) {
      const stream = this.#waiting.shift();
      if (stream === undefined) return;
      session.start(stream);
    }
  }

  #acquire(): void {
    if (this.#isAcquiring || this.#isDestroyed) return;
    this.#isAcquiring = true;
    this.#connection.acquire((error, socket) => {
      this.#isAcquiring = false;
      if (socket === null) {
        this.#failWaiting(error);
        return;
      }
      this.#isOurs = true;
      this.#proceed();
    });
  }

  /** The connection was ended by the other side. */
  #ended(socket: Socket): void {
    const session = this.#session;
    if (socket !== this.#socket || session === null) return;
    const { errored } = socket;
    const hasRead = session.hasRead;
    const error = errored ?? closed('the target closed the connection');
    // The kernel turns the target's FIN into an RST if the target left our preface unread.
    const isSilent = !hasRead && (errored === null || this.#connection.endedByTarget);
    this.#leave(isSilent ? silentEnd(this.#isSecure, error) : (session.goodbye ?? error));
    this.#proceed();
  }

  #failWaiting(error: Error): void {
    for (const stream of this.#waiting.splice(0)) {
      stream.isOver = true;
      stream.handler.onResponseError(null, error);
    }
  }

  /** Stops using this connection; its streams fail. */
  #leave(reason: Error): void {
    const socket = this.#socket;
    const session = this.#session;
    this.#socket = null;
    this.#session = null;
    this.#isOurs = false;
    session?.close(reason);
    if (socket !== null && !socket.destroyed) socket.destroy();
  }
}

export function createHttp2Dispatcher(target: Destination, connection: TargetConnection): Http2Client {
  return new Http2Client(target, connection, MAX_31_BITS);
}

/** The same, if answers may have to wait for room: a window bounds what is in transit for each. */
export function createBoundedHttp2Dispatcher(target: Destination, connection: TargetConnection): Http2Client {
  return new Http2Client(target, connection, BOUNDED_WINDOW_BYTES);
}

function closed(message: string): Error {
  return Object.assign(new Error(message), { code: 'WIRE_CLOSED' });
}
