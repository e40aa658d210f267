import { createServer, type Server, request as send } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listening } from './target.ts';

const SETTLED_MS = 5;

/** An HTTP proxy that gives tunnels and passes whole requests on, and remembers what it was asked. */
export interface TestProxy {
  /** `127.0.0.1` and the port. */
  readonly authority: string;
  /** Tunnels asked for: where to, and with which credentials. */
  readonly asked: readonly { readonly to: string; readonly authorization: string | undefined }[];
  /** Whole requests, as their first lines name them, and with which credentials. */
  readonly given: readonly { readonly url: string; readonly authorization: string | undefined }[];
  /** Most connections that were still open when another one came. */
  mostOpen(): number;
  close(): void;
}

/** @param status other than 200, every tunnel and request is refused with it */
export async function startProxy(status = 200): Promise<TestProxy> {
  const asked: { to: string; authorization: string | undefined }[] = [];
  const given: { url: string; authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer();
  const open = new Set<number>();
  let accepted = 0;
  let most = 0;
  server.on('connection', (socket) => {
    sockets.add(socket);
    const own = accepted++;
    open.add(own);
    // The end of an earlier connection may be read some turns of the event loop later, behind its last bytes.
    // After a pause of this process a timer comes before what is there to read: one more turn reads it.
    setTimeout(() => setImmediate(() => setImmediate(count)), SETTLED_MS);
    const count = (): void => {
      most = Math.max(most, [...open].filter((id) => id <= own).length);
    };
    for (const event of ['end', 'error', 'close']) socket.once(event, () => open.delete(own));
  });
  server.on('connect', (request, socket) => {
    const to = request.url ?? '';
    asked.push({ to, authorization: request.headers['proxy-authorization'] });
    socket.on('error', () => {});
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 2\r\n\r\nno`);
      return;
    }
    const [host, port] = to.split(':');
    const far = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(socket);
      // No pipe: that one stops reading where the far end is over, and the end of this one has to be seen.
      socket.on('data', (chunk) => far.writable && far.write(chunk));
      socket.on('end', () => far.end());
    });
    sockets.add(far);
    far.on('error', () => socket.destroy());
  });
  server.on('request', (request, response) => {
    const { url = '', method = '' } = request;
    const { 'proxy-authorization': authorization, ...headers } = request.headers;
    given.push({ url, authorization });
    if (status !== 200) {
      response.writeHead(status).end('no');
      return;
    }
    const far = send(url, { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    far.on('error', () => response.writeHead(502).end());
    request.pipe(far);
  });
  const port = await listening(server);
  return {
    authority: `127.0.0.1:${port}`,
    asked,
    given,
    mostOpen: () => most,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
