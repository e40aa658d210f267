import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { LOOPBACK, listenOnLoopback } from './loopback.ts';

const PAGE_PATH = '/';
const EVENTS_PATH = '/events';
/** More are not looked at, and each takes its part of every update. */
const MOST_READERS = 16;
/** A reader that has so much of the past still to take in gets nothing new until it has. */
const MOST_WAITING_BYTES = 1_000_000;
/** Whoever does not take the last page within this time does without. */
const LAST_PAGE_MS = 2_000;

const COMMON_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** A part of a page by its name. */
type Parts = ReadonlyMap<string, string>;

interface Reader {
  readonly response: ServerResponse;
  /** What it was sent last. */
  readonly has: Map<string, string>;
}

/** Serves a page on the loopback interface, and tells its readers of whatever part of it changes. */
export class PageServer {
  readonly url: string;
  readonly #server: Server;
  readonly #readers = new Set<Reader>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://${LOOPBACK}:${port}${PAGE_PATH}`;
  }

  /**
   * @param asked the port; 0 is a free one
   * @param page is asked for at each visit
   * @param onReader a reader has come, and wants to hear of changes
   * @throws VolleyError VOLLEY_LISTEN
   */
  static async open(asked: number, page: () => string, onReader: () => void): Promise<PageServer> {
    const { server, port } = await listenOnLoopback('web', asked, (request, response) =>
      own.#answer(request, response, page, onReader),
    );
    // Nothing is asked before the next turn of the loop.
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
    // A page from elsewhere whose name has been made to lead here is not let in.
    if (!isOwnHost(request.headers.host)) refuse(403, 'Only this machine is answered, by its own name.');
    else if (request.method !== 'GET') refuse(405, 'Only GET is answered.');
    else if (request.url === PAGE_PATH) {
      response.writeHead(200, { ...COMMON_HEADERS, 'content-type': 'text/html; charset=utf-8' });
      response.end(page());
    } else if (request.url !== EVENTS_PATH) refuse(404, `There is only ${PAGE_PATH}.`);
    else if (this.#readers.size >= MOST_READERS) refuse(503, `${MOST_READERS} readers are here already.`);
    else {
      this.#add(response);
      onReader();
    }
  }

  #add(response: ServerResponse): void {
    const reader: Reader = { response, has: new Map() };
    response.writeHead(200, { ...COMMON_HEADERS, 'content-type': 'text/event-stream' });
    response.flushHeaders();
    this.#readers.add(reader);
    response.once('close', () => this.#readers.delete(reader));
  }

  /** Sends each reader the parts that it does not have. */
  tell(parts: Parts): void {
    for (const reader of this.#readers)
      if (reader.response.writableLength < MOST_WAITING_BYTES) send(reader, 'parts', parts);
  }

  /** Sends the last page, waits until readers have it, and closes. */
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
