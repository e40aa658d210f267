import type { Server } from 'node:http';
import { LOOPBACK, listenOnLoopback } from './loopback.ts';

const METRICS_PATH = '/metrics';

/** Serves a text to scrapers on the loopback interface. */
export class ScrapeServer {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://${LOOPBACK}:${port}${METRICS_PATH}`;
  }

  /**
   * @param asked the port; 0 picks a free one
   * @param text is called for each scrape
   * @throws VolleyError VOLLEY_LISTEN
   */
  static async open(asked: number, text: () => string): Promise<ScrapeServer> {
    const { server, port } = await listenOnLoopback('prometheus', asked, (request, response) => {
      const isKnown = request.url === METRICS_PATH && (request.method === 'GET' || request.method === 'HEAD');
      response.writeHead(isKnown ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
      response.end(isKnown ? text() : `Only GET ${METRICS_PATH} is answered.\n`);
    });
    return new ScrapeServer(server, port);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
