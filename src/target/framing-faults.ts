import { writeSync } from 'node:fs';
import type { Http2Server, Http2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';

const TYPE = { data: 0, headers: 1, rstStream: 3, continuation: 9 } as const;
const END_HEADERS = 4;
const CANCEL = Buffer.of(0, 0, 0, 8);
const PING = Buffer.from('volley??', 'latin1');
/** The status 200 of HPACK's static table. */
const STATUS_200 = Buffer.of(0x88);
/** A multi-byte index beyond any table. */
const NO_HPACK = Buffer.alloc(6, 0xff);
/** Frames per write of a flood. */
const PER_WRITE = 1_000;
/** Unacknowledged frames allowed in a flood; then one more per acknowledgement. */
const MOST_WAITING = 500;

/** Server options needed for floods: Node limits unacknowledged frames. */
export const FOR_FLOODS = {
  maxOutstandingPings: 2 * MOST_WAITING,
  maxOutstandingSettings: 2 * MOST_WAITING,
};

type FramingFault = (stream: ServerHttp2Stream, wire: Wire) => void;

/** HTTP/2 framing faults, by their name under /fault/. */
export const FRAMING_FAULTS: Readonly<Record<string, FramingFault>> = {
  /** A head that is invalid HPACK. */
  'bad-hpack': ({ id = 0 }, wire) => wire.write(frame(TYPE.headers, END_HEADERS, id, NO_HPACK)),
  /** A misplaced frame: CONTINUATION without HEADERS. */
  'stray-continuation': ({ id = 0 }, wire) =>
    wire.write(frame(TYPE.continuation, END_HEADERS, id, STATUS_200)),
  /** A misplaced frame: an answer on a stream that was never opened. */
  'stray-answer': ({ id = 0 }, wire) => wire.write(frame(TYPE.headers, END_HEADERS, id + 1, STATUS_200)),
  /** Never enlarges the initial window, and never answers. */
  'no-window': (stream) => stream.pause(),
  /** SETTINGS as fast as they are acknowledged; the next fault does the same with PING. */
  'flood-settings': ({ session }) => floodBy(session, (open, more) => open.settings({}, more)),
  'flood-ping': ({ session }) => floodBy(session, (open, more) => open.ping(PING, more)),
  /** A head, then empty DATA frames. */
  'flood-data': ({ id = 0 }, wire) =>
    wire.flood(frame(TYPE.data, 0, id), frame(TYPE.headers, END_HEADERS, id, STATUS_200)),
  /** An endless head of empty CONTINUATION frames. */
  'flood-continuation': ({ id = 0 }, wire) =>
    wire.flood(frame(TYPE.continuation, 0, id), frame(TYPE.headers, 0, id, STATUS_200)),
  /** Resets the stream again and again. */
  'flood-reset': ({ id = 0 }, wire) => wire.flood(frame(TYPE.rstStream, 0, id, CANCEL)),
};

/** Connections already being flooded: one flood per connection is enough. */
const flooded = new WeakSet<object>();

/** The socket under a session, bypassing Node's streams, through which Node would abort or block writes. */
class Wire {
  readonly #socket: Socket;
  readonly #fd: number;
  /** Bytes that the kernel has not taken. */
  #rest = Buffer.alloc(0);

  constructor(socket: Socket, fd: number) {
    this.#socket = socket;
    this.#fd = fd;
  }

  /** If the kernel does not take everything, the rest goes with the next write. */
  write(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    if (this.#socket.destroyed) return;
    try {
      this.#rest = this.#rest.subarray(writeSync(this.#fd, this.#rest));
    } catch {
      // Its buffer is full, or the other side has closed it.
    }
  }

  /** Writes `first`, then `frame` for as long as the other side reads. */
  flood(bytes: Buffer, first: Buffer = Buffer.alloc(0)): void {
    if (flooded.has(this.#socket)) return;
    flooded.add(this.#socket);
    const many = Buffer.concat(Array.from({ length: PER_WRITE }, () => bytes));
    const more = (): void => {
      if (this.#socket.destroyed) return;
      this.write(this.#rest.length === 0 ? many : Buffer.alloc(0));
      setTimeout(more, 1);
    };
    this.write(first);
    more();
  }
}

const sockets = new WeakMap<Http2Session, Socket>();

/** Keeps the socket under each session of a server without TLS. */
export function keepSockets(server: Http2Server): void {
  let opening: Socket | null = null;
  server.prependListener('connection', (socket: Socket) => {
    opening = socket;
  });
  // Within the same event.
  server.on('session', (session) => {
    if (opening !== null) sockets.set(session, opening);
  });
}

/** Carries out a fault; false if impossible: over TLS, and on Windows. */
export function breakFraming(fault: FramingFault, stream: ServerHttp2Stream): boolean {
  const socket = stream.session === undefined ? undefined : sockets.get(stream.session);
  if (socket === undefined) return false;
  const { _handle: handle } = socket as { readonly _handle?: { readonly fd?: number } | null };
  const fd = handle?.fd ?? -1;
  if (fd < 0) return false;
  fault(stream, new Wire(socket, fd));
  return true;
}

/** @param send sends one frame and calls back when it is acknowledged, or with an error if that will not happen */
function floodBy(
  session: Http2Session | undefined,
  send: (open: Http2Session, acknowledged: (error: Error | null) => void) => void,
): void {
  if (session === undefined || flooded.has(session)) return;
  flooded.add(session);
  const more = (): void => {
    if (!session.destroyed && !session.closed) send(session, acknowledged);
  };
  const acknowledged = (error: Error | null): void => {
    if (error === null) setImmediate(more);
  };
  for (let waiting = 0; waiting < MOST_WAITING; waiting++) more();
}

function frame(type: number, flags: number, streamId: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}
