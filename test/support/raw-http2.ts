import { createServer, type Socket } from 'node:net';
import { afterEach } from '@jest/globals';
import { FLAG, FRAME, frame, settings } from './http2-frames.ts';
import { listening } from './target.ts';

export * from './http2-frames.ts';

const PREFACE_BYTES = 24;
const HEAD_BYTES = 9;

/** One connection, as its server sees it. */
export class RawConnection {
  /** Its place among all connections of the server. */
  readonly index: number;
  readonly socket: Socket;
  /** Requests whose head has come. */
  requests = 0;
  bodyBytes = 0;
  /** Streams that the client has reset, with its reasons. */
  readonly resets: { readonly streamId: number; readonly code: number }[] = [];

  constructor(index: number, socket: Socket) {
    this.index = index;
    this.socket = socket;
  }

  send(...frames: readonly Uint8Array[]): void {
    if (this.socket.writable) this.socket.write(Buffer.concat(frames));
  }
}

/** What a server does; whatever is left out is not done. */
export interface RawBehaviour {
  /** The first settings. */
  readonly settings?: readonly (readonly [id: number, value: number])[];
  /** The client's preface has come, and the server's has been sent. */
  opened?(connection: RawConnection): void;
  /** The head of a request has come; `index` counts those of the connection from 0. */
  asked?(connection: RawConnection, streamId: number, index: number, hasBody: boolean): void;
  /** A piece of a request's body has come. */
  sent?(connection: RawConnection, streamId: number, bytes: number, isLast: boolean): void;
}

export interface RawHttp2 {
  readonly url: string;
  readonly connections: RawConnection[];
  /** Those that are open now. */
  readonly openNow: () => number;
  close(): void;
}

/** Starts servers that live until the end of the test. */
export function useRawHttp2(): (behaviour: RawBehaviour) => Promise<RawHttp2> {
  const open: RawHttp2[] = [];
  afterEach(() => {
    for (const server of open.splice(0)) server.close();
  });
  return async (behaviour) => {
    const server = await startRawHttp2(behaviour);
    open.push(server);
    return server;
  };
}

/** A server that speaks HTTP/2 frame by frame, as right or as wrong as it is told to; it ends no connection by itself. */
async function startRawHttp2(behaviour: RawBehaviour): Promise<RawHttp2> {
  const connections: RawConnection[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const connection = new RawConnection(connections.length, socket);
    connections.push(connection);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    readFrames(socket, connection, behaviour);
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    connections,
    openNow: () => sockets.size,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function readFrames(socket: Socket, connection: RawConnection, behaviour: RawBehaviour): void {
  let unread = Buffer.alloc(0);
  let isOpen = false;
  socket.on('data', (bytes) => {
    unread = Buffer.concat([unread, bytes as Buffer]);
    if (!isOpen) {
      if (unread.length < PREFACE_BYTES) return;
      unread = unread.subarray(PREFACE_BYTES);
      isOpen = true;
      connection.send(settings(behaviour.settings));
      behaviour.opened?.(connection);
    }
    while (unread.length >= HEAD_BYTES && unread.length >= HEAD_BYTES + unread.readUIntBE(0, 3)) {
      const end = HEAD_BYTES + unread.readUIntBE(0, 3);
      react(connection, behaviour, unread.subarray(0, end));
      unread = unread.subarray(end);
    }
  });
}

function react(connection: RawConnection, behaviour: RawBehaviour, bytes: Buffer): void {
  const [type, flags] = [bytes[3] ?? 0, bytes[4] ?? 0];
  const streamId = bytes.readUInt32BE(5);
  const payload = bytes.subarray(HEAD_BYTES);
  const isLast = (flags & FLAG.endStream) !== 0;
  if (type === FRAME.settings && (flags & FLAG.ack) === 0)
    connection.send(frame(FRAME.settings, FLAG.ack, 0));
  else if (type === FRAME.headers) behaviour.asked?.(connection, streamId, connection.requests++, !isLast);
  else if (type === FRAME.data) {
    connection.bodyBytes += payload.length;
    behaviour.sent?.(connection, streamId, payload.length, isLast);
  } else if (type === FRAME.rstStream) connection.resets.push({ streamId, code: payload.readUInt32BE(0) });
}
