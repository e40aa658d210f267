import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

const ZEROS = Buffer.alloc(2 ** 20);
const HEAD_END = '\r\n\r\n';

/** What the server itself has counted. */
export interface Served {
  readonly connections: number;
  readonly requests: number;
}

/**
 * Answers with zeros of which it keeps one piece only, on every address of this machine: `/N` is N bytes, `/close/N`
 * is N bytes and the end of the connection, `/for/MS` goes on for so many milliseconds.
 */
export class ZerosServer {
  readonly #server: Server;
  #connections = 0;
  #requests = 0;

  private constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  }

  static async start(): Promise<ZerosServer> {
    const zeros = new ZerosServer();
    zeros.#server.listen({ port: 0, host: '0.0.0.0', backlog: 4_096 });
    await once(zeros.#server, 'listening');
    return zeros;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get served(): Served {
    return { connections: this.#connections, requests: this.#requests };
  }

  close(): void {
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.#connections++;
    socket.on('error', () => {});
    let unread = '';
    socket.on('data', (bytes) => {
      unread += bytes.toString('latin1');
      for (let end = unread.indexOf(HEAD_END); end >= 0; end = unread.indexOf(HEAD_END)) {
        const path = unread.slice(0, end).split(' ', 2)[1] ?? '/0';
        unread = unread.slice(end + HEAD_END.length);
        this.#requests++;
        answer(socket, path);
      }
    });
  }
}

function answer(socket: Socket, path: string): void {
  const [kind = '', value = ''] = path.slice(1).split('/');
  if (kind === 'for') {
    const endsAtMs = performance.now() + Number(value);
    socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked${HEAD_END}`);
    const chunk = (): boolean => {
      if (performance.now() >= endsAtMs) return false;
      socket.cork();
      socket.write(`${ZEROS.length.toString(16)}\r\n`);
      socket.write(ZEROS);
      socket.write('\r\n');
      socket.uncork();
      return true;
    };
    stream(socket, chunk, () => socket.write('0\r\n\r\n'));
    return;
  }
  const isLast = kind === 'close';
  let left = Number(isLast ? value : kind);
  const head = `HTTP/1.1 200 OK\r\ncontent-length: ${left}\r\n${isLast ? 'connection: close\r\n' : ''}\r\n`;
  const ended = (): void => {
    if (isLast) socket.end();
  };
  socket.cork();
  socket.write(head);
  const piece = (): boolean => {
    if (left === 0) return false;
    const length = Math.min(left, ZEROS.length);
    left -= length;
    socket.write(ZEROS.subarray(0, length));
    return true;
  };
  const isMore = piece();
  socket.uncork();
  if (isMore) stream(socket, piece, ended);
  else ended();
}

/** Writes piece after piece, never more than the socket takes; `next` says whether there was one. */
function stream(socket: Socket, next: () => boolean, ended: () => void): void {
  const write = (): void => {
    while (!socket.destroyed) {
      if (socket.writableNeedDrain) {
        socket.once('drain', write);
        return;
      }
      if (!next()) {
        ended();
        return;
      }
    }
  };
  write();
}
