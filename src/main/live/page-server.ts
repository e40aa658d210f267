import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { LOOPBACK, listenOnLoopback } from './loopback.ts';

const PAGE_PATH = '/';
const EVENTS_PATH = '/events';
/** Limit on readers, since each costs its part of every update. */
const MOST_READERS = 16;
/** A reader with this much unsent data gets nothing new until it has caught up. */
const MOST_WAITING_BYTES = 1_000_000;
/** How long readers have to receive the last page. */
const LAST_PAGE_MS = 2_000;

const COMMON_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

const EVENT_HEADERS = { ...COMMON_HEADERS, 'content-type': 'text/event-stream' } as const;

/** Parts of a page by name. */
type Parts = ReadonlyMap<string, string>;

interface Reader {
  readonly response: ServerResponse;
  /** The parts as they were last sent to it. */
  readonly has: Map<string, string>;
}

/** Serves a page on the loopback interface, and sends its readers the parts that change. */
export class PageServer {
  readonly url: string;
  readonly #server: Server;
  readonly #readers = new Set<Reader>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://${LOOPBACK}:${port}${PAGE_PATH}`;
  }

  /**
   * @param asked the port; 0 picks a free one
   * @param page is called for each visit
   * @param onReader is called when a reader subscribes to changes
   * @throws VolleyError VOLLEY_LISTEN
   */
  static async open(asked: number, page: () => string, onReader: () => void): Promise<PageServer> {
    const { server, port } = await listenOnLoopback('web', asked, (request, response) =>
      own.#answer(request, response, page, onReader),
    );
    // The callback never runs before the next turn of the event loop.
    const own = new PageServer(server, port);
    return own;
  }

  get hasReaders(): boolean {
    return this.#readers.size > 0;
  }

  #answer(
    request: IncomingMessage,
    response: ServerResponse,
    page: () => string,
    onReader: () => void,
  ): void {
    const refuse = (status: number, why: string): void => {
      response.writeHead(status, { ...COMMON_HEADERS, 'content-type': 'text/plain; charset=utf-8' });
      response.end(`${why}\n`);
    };
    // Rejects pages of other sites whose name was made to resolve to this machine (DNS rebinding).
    if (!isOwnHost(request.headers.host)) refuse(403, 'Only this machine is answered, by its own name.');
    else if (request.method !== 'GET') refuse(405, 'Only GET is answered.');
    else if (request.url === PAGE_PATH) {
      response.writeHead(200, { ...COMMON_HEADERS, 'content-type': 'text/html; charset=utf-8' });
      response.end(page());
    } else if (request.url !== EVENTS_PATH) refuse(404, `There is only ${PAGE_PATH}.`);
    else if (this.#readers.size >= MOST_READERS) {
      // A browser tells its page nothing of a status.
      response.writeHead(200, EVENT_HEADERS);
      response.end('event: full\ndata: {}\n\n');
    } else {
      this.#add(response);
      onReader();
    }
  }

  #add(response: ServerResponse): void {
    const reader: Reader = { response, has: new Map() };
    response.writeHead(200, EVENT_HEADERS);
    response.flushHeaders();
    this.#readers.add(reader);
    response.once('close', () => this.#readers.delete(reader));
  }

  /** Sends each reader the parts that it lacks. */
  tell(parts: Parts): void {
    for (const reader of this.#readers)
      if (reader.response.writableLength < MOST_WAITING_BYTES) send(reader, 'parts', parts);
  }

  /** Sends the last page, waits until readers have received it, and closes. */
  async end(parts: Parts | null): Promise<void> {
    this.#server.close();
    const readers = [...this.#readers];
    const taken = readers.map(({ response }) => new Promise((resolve) => response.once('close', resolve)));
    for (const reader of readers) {
      if (parts !== null) send(reader, 'last', parts);
      reader.response.end();
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, LAST_PAGE_MS);
    });
    await Promise.race([Promise.all(taken), late]);
    clearTimeout(timer);
    this.#server.closeAllConnections();
  }
}

function send({ response, has }: Reader, event: string, parts: Parts): void {
  const changed = [...parts].filter(([name, text]) => has.get(name) !== text);
  for (const [name, text] of changed) has.set(name, text);
  const order = [...parts.keys()];
  response.write(`event: ${event}\ndata: ${JSON.stringify({ order, changed })}\n\n`);
}

function isOwnHost(host: string | undefined): boolean {
  return /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/i.test(host ?? '');
}
