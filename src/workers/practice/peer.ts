import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { Protocol } from '../../protocol/endpoint.ts';
import { CERTIFICATE } from './certificate.ts';
import { answerStreams } from './http2-peer.ts';

const HEAD_END = '\r\n\r\n';
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\n';
const BODY = 'ok';
const LOOPBACK = '127.0.0.1';
const BACKLOG = 16;
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;

type ListenAtAddress = (address: string, port: number, family: 4, backlog: number) => void;

/** Answers every request at once, inside the worker that sends it. */
interface Peer {
  readonly port: number;
  close(): void;
}

/**
 * Listens on the loopback address; null if that fails.
 *
 * @param hasBodies over HTTP/2, whether its answers have a body: only if there is no HEAD among the requests
 */
export function startPeer(secure: boolean, protocol: Protocol, hasBodies = true): Promise<Peer | null> {
  const server = serverOf(secure, protocol, hasBodies);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  return new Promise((resolve) => {
    server.once('error', () => resolve(null));
    server.once('listening', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return;
      resolve({
        port: address.port,
        close: () => {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
    });
    listenLocally(server);
  });
}

/**
 * Before it listens at an address, Node's `listen` checks whether that is IPv6, by a regular expression whose compilation
 * takes 6 ms. There is no public way around it: without an address `listen` would open the port to other machines. What
 * it calls afterwards takes an address and its family; a Node without that takes the long way.
 */
function listenLocally(server: Server & { readonly _listen2?: ListenAtAddress }): void {
  if (typeof server._listen2 === 'function') server._listen2(LOOPBACK, 0, 4, BACKLOG);
  else server.listen(0, LOOPBACK);
}

/** With its own authority, the system's are not read, which would take longer than everything else. */
const SECURE = { ...CERTIFICATE, ca: CERTIFICATE.cert };

/** Loads only what the run needs: node:http2 would take longer than all practice. */
function serverOf(secure: boolean, protocol: Protocol, hasBodies: boolean): Server {
  const answer = (socket: Socket): void =>
    protocol === 'http/1.1' ? answerRequests(socket) : answerStreams(socket, hasBodies);
  if (!secure) return createTcpServer(answer);
  const ALPNProtocols = [protocol === 'http/1.1' ? 'http/1.1' : 'h2'];
  return process.getBuiltinModule('node:tls').createServer({ ...SECURE, ALPNProtocols }, answer);
}

/** Parses HTTP/1.1 requests as volley writes them: with a length if they have a body. */
function answerRequests(socket: Socket): void {
  let text = '';
  socket.on('error', () => {});
  socket.setEncoding('latin1').on('data', (piece: string) => {
    text += piece;
    for (;;) {
      const headEnd = text.indexOf(HEAD_END);
      if (headEnd < 0) return;
      const length = Number(CONTENT_LENGTH.exec(text.slice(0, headEnd))?.[1] ?? 0);
      const end = headEnd + HEAD_END.length + length;
      if (text.length < end) return;
      socket.write(text.startsWith('HEAD ') ? HEAD : HEAD + BODY);
      text = text.slice(end);
    }
  });
}
