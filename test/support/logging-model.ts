import { createServer as createHttp1Server, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { listening } from './target.ts';

/** What became of an answer by the server's own word. */
type Fate = 'ok' | 'error' | 'cut' | 'refused';

/** One answer as the server wrote it, on its own clock. */
export interface LoggedAnswer {
  readonly id: number;
  readonly fate: Fate;
  readonly arrivedMs: number;
  /** Just before each token event was written. */
  readonly eventsMs: number[];
  /** How many tokens it says that there were. */
  readonly tokens: number;
  endedMs: number;
}

export interface LoggingModel {
  /** The address of its chat completions. */
  readonly url: string;
  /** What was asked since the last call, in order of arrival; no answer may be under way. */
  take(): LoggedAnswer[];
  close(): void;
}

/** At the end of the URL: no answer fails. */
export const SOUND = '?sound';
const FATES: readonly Fate[] = ['error', 'cut', 'refused'];
/** First tokens come soon or late, with a wide gap in between for an objective. */
const SOON_MS = 30;
const LATE_MS = 300;
const LONGEST_GAP_MS = 14;
const MOST_EVENTS = 7;
const MOST_TOKENS_OF_AN_EVENT = 3;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const data = (value: unknown): string =>
  `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const said = (delta: object, finish: string | null = null): string =>
  data({ choices: [{ index: 0, delta, finish_reason: finish }] });

/** Numbers from 0 up to, but not including, 1 that follow from the seed. */
function numbersFrom(seed: number): () => number {
  let state = Math.imul(seed, 2_654_435_761);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A chat model that has nothing of volley's in it: each answer has its own random schedule, some of them fail, and the
 * server writes down when it wrote what.
 */
export async function startLoggingModel(version: 'HTTP/1.1' | 'HTTP/2'): Promise<LoggingModel> {
  let log: LoggedAnswer[] = [];
  let count = 0;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const arrivedMs = performance.now();
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.once('end', () => {
      const { id } = JSON.parse(body) as { readonly id: string };
      const mayFail = request.url?.endsWith(SOUND) !== true;
      void answer(response, log, { id: Number(id), mayFail, arrivedMs, random: numbersFrom(++count) });
    });
  };
  const server =
    version === 'HTTP/2'
      ? createHttp2Server((request, response) => handle(request as never, response as never))
      : createHttp1Server(handle);
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}/v1/chat/completions`,
    take: () => {
      const taken = log;
      log = [];
      return taken;
    },
    close: () => void server.close(),
  };
}

async function answer(
  response: ServerResponse,
  log: LoggedAnswer[],
  {
    id,
    mayFail,
    arrivedMs,
    random,
  }: Pick<LoggedAnswer, 'id' | 'arrivedMs'> & {
    readonly mayFail: boolean;
    readonly random: () => number;
  },
): Promise<void> {
  const fate = random() < 0.75 || !mayFail ? 'ok' : (FATES[Math.floor(random() * FATES.length)] as Fate);
  const events = 1 + Math.floor(random() * MOST_EVENTS);
  const tokens = events * (1 + Math.floor(random() * MOST_TOKENS_OF_AN_EVENT));
  const logged = { id, fate, arrivedMs, eventsMs: [] as number[], tokens, endedMs: Number.NaN };
  log.push(logged);
  if (fate === 'refused') {
    response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":{"message":"no room"}}');
    return;
  }
  const firstMs = (random() < 0.8 ? 0 : LATE_MS) + random() * SOON_MS;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(said({ role: 'assistant', content: '' }));
  for (let event = 0; event < events; event++) {
    await pause(event === 0 ? firstMs : random() * LONGEST_GAP_MS);
    logged.eventsMs.push(performance.now());
    response.write(said({ content: 'word ' }));
  }
  if (fate === 'error') response.write(data({ error: { message: 'no more memory' } }));
  if (fate === 'ok')
    response.write(said({}, 'stop') + data({ choices: [], usage: { completion_tokens: tokens } }));
  logged.endedMs = performance.now();
  if (fate === 'ok') response.end(data('[DONE]'));
  else response.end();
}
