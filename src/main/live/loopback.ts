import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ERROR_CODES, reasonOf, VolleyError } from '../../protocol/errors.ts';

/** Other machines on the network have no access to a run. */
export const LOOPBACK = '127.0.0.1';

/** A listening server. */
interface Listening {
  readonly server: Server;
  readonly port: number;
}

/**
 * Listens on the loopback interface only.
 *
 * @param form of --live that asked for the server, such as `prometheus`
 * @param port 0 picks a free one
 * @throws VolleyError VOLLEY_LISTEN
 */
export async function listenOnLoopback(
  form: string,
  port: number,
  answer: RequestListener,
): Promise<Listening> {
  const server = createServer(answer);
  try {
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
  } catch (error) {
    throw new VolleyError(
      ERROR_CODES.listen,
      `--live ${form}: port ${port} of ${LOOPBACK} cannot be listened on (${reasonOf(error)}): give another, as in --live ${form}:0.`,
    );
  }
  return { server, port: (server.address() as AddressInfo).port };
}
