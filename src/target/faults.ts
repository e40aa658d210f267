import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

type Fault = (socket: Socket, request: IncomingMessage, response: ServerResponse) => void;

const BODY = 'hello from a faulty server\n';

/** Faults of answers, by their name under /fault/. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  /** RST after the request. */
  reset: (socket) => reset(socket),
  /** FIN after the request, without a byte of an answer. */
  close: (socket) => socket.end(),
  /** FIN in the middle of the head. */
  'half-head': (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le'),
  /** FIN in the middle of a body of known length. */
  truncate: (socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${BODY.length * 2}\r\n\r\n${BODY}`),
  /** RST in the middle of a body of known length. */
  'truncate-reset': (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${BODY.length * 2}\r\n\r\n${BODY}`, () => {
      // An RST discards what the other side has not read yet, so give it a moment to read.
      setTimeout(() => reset(socket), 5);
    });
  },
  /** FIN in the middle of a chunked body. */
  'truncate-chunked': (socket) =>
    socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40\r\nhello'),
  /** FIN in the middle of a chunked body whose head announced the end of the connection. */
  'truncate-closing': (socket) =>
    socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n40\r\nhello'),
  /** Bytes that are not HTTP. */
  garbage: (socket) => socket.end('220 mail.example ESMTP ready\r\n'),
  /** A chunk whose size is not a number. */
  'garbage-chunk': (socket) =>
    socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n'),
  /** An answer followed by an unsolicited second one. */
  twice: (socket) => {
    const answer = `HTTP/1.1 200 OK\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
    socket.write(answer + answer.replace('200 OK', '299 Stray'));
  },
  /** No answer. */
  hang: () => {},
  /** The head, then nothing more. */
  'hang-body': (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'),
  /** A good answer, then FIN without an announcement in a header. */
  'close-after': (socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`),
  /** A good answer whose body ends with the connection. */
  'until-close': (socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${BODY}`),
  /** A good answer that announces the end of the connection. */
  'connection-close': (_socket, _request, response) => {
    response.setHeader('connection', 'close');
    response.end(BODY);
  },
};

/** RST. Over TLS Node cannot send one, so the connection is cut without close_notify. */
function reset(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
