import type { Socket } from 'node:net';
import { authorityOf } from '../../protocol/dial.ts';
import type { HttpProxy } from '../../protocol/routes.ts';

/** A proxy that gives no tunnel. */
class TunnelError extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** Why no connection to the proxy itself came about; the code stays what it was. */
export function unreachableProxy(
  { hostname, port }: HttpProxy,
  { message, code, name }: NodeJS.ErrnoException,
): Error {
  return new TunnelError(
    `the proxy ${authorityOf(hostname, port)} cannot be reached: ${message}`,
    code ?? name,
  );
}

/** What failed within a tunnel; the code stays what it was. */
export function throughProxy(
  { hostname, port }: HttpProxy,
  { message, code, name }: NodeJS.ErrnoException,
): Error {
  return new TunnelError(`${message} (through the proxy ${authorityOf(hostname, port)})`, code ?? name);
}

/**
 * Asks a proxy, over a socket that is connected to it, for a tunnel to `authority`.
 *
 * @param isTargetFirst the target may speak before it is spoken to, as in HTTP/2 without TLS
 * @param onOpen what is read and written from then on is the target's
 * @param onError the proxy has refused, or ended the connection; the socket is of no more use
 */
export function openTunnel(
  socket: Socket,
  { hostname, port, authorization }: HttpProxy,
  authority: string,
  isTargetFirst: boolean,
  onOpen: () => void,
  onError: (error: Error) => void,
): void {
  // Loaded for a proxy alone: what is not loaded costs no start.
  const { request } = process.getBuiltinModule('node:http');
  const asked = request({
    method: 'CONNECT',
    path: authority,
    headers: {
      host: authority,
      ...(authorization === null ? {} : { 'proxy-authorization': authorization }),
    },
    createConnection: () => socket,
  });
  asked.once('connect', (response, _socket, head) => {
    const { statusCode = 0, statusMessage = '' } = response;
    if (statusCode < 200 || statusCode > 299) {
      const status = `${statusCode} ${statusMessage}`.trim();
      onError(
        new TunnelError(
          `the proxy ${authorityOf(hostname, port)} refused a tunnel with ${status}`,
          `PROXY_${statusCode}`,
        ),
      );
      return;
    }
    if (head.length > 0 && isTargetFirst) {
      socket.unshift(head);
    } else if (head.length > 0) {
      // Nobody speaks before a client of HTTP/1.1 or TLS has: these are no bytes of the target's.
      onError(
        new TunnelError(
          `the proxy ${authorityOf(hostname, port)} sent ${head.length} bytes behind its ${statusCode}, where the tunnel begins`,
          'PROXY_EXTRA_BYTES',
        ),
      );
      return;
    }
    onOpen();
  });
  asked.once('error', (error: NodeJS.ErrnoException) => {
    onError(
      new TunnelError(
        `the proxy ${authorityOf(hostname, port)} gave no tunnel: ${error.message}`,
        error.code ?? error.name,
      ),
    );
  });
  asked.end();
}
