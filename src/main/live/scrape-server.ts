import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf, ERROR_CODES, messageOf, VolleyError } from '../../protocol/errors.ts';

const METRICS_PATH = '/metrics';
/** Whoever else is on the network has no business with a run. */
const HOST = '127.0.0.1';

/** Serves a text to whoever scrapes it, on the loopback interface. */
export class ScrapeServer {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://${HOST}:${(server.address() as AddressInfo).port}${METRICS_PATH}`;
  }

  /**
   * @param port 0 is a free one
   * @param text is asked for at each scrape
   * @throws VolleyError VOLLEY_LISTEN
   */
  static async open(port: number, text: () => string): Promise<ScrapeServer> {
    const server = createServer((request, response) => {
      const isKnown = request.url === METRICS_PATH && (request.method === 'GET' || request.method === 'HEAD');
      response.writeHead(isKnown ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
      response.end(isKnown ? text() : `Only GET ${METRICS_PATH} is answered.\n`);
    });
    try {
      server.listen(port, HOST);
      await once(server, 'listening');
    } catch (error) {
      throw new VolleyError(
        ERROR_CODES.listen,
        `--live prometheus: port ${port} of ${HOST} cannot be listened on (${codeOf(error) || messageOf(error)}): give another, as in --live prometheus:0.`,
      );
    }
    return new ScrapeServer(server);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
