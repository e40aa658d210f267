import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import { type Asked, type Dialect, dialectAt } from './dialects.ts';
import { MOST, type ModelSettings, settingsIn } from './settings.ts';

const FALLBACK_TOKENS = 16;
const LARGEST_REQUEST = 32 * 2 ** 20;
const MODEL = { id: 'mock', object: 'model', created: 1_700_000_000, owned_by: 'volley' };
/** The text of each token. */
const WORD = 'word ';
const MODELS = '/v1/models';
const OLLAMA_MODELS = '/api/tags';

/** Statistics of the mock model. */
export interface ModelStats {
  /** Requests whose client disconnected before the answer was complete, and how long after their arrival. */
  readonly disconnected: number;
  readonly disconnectedAfterMs: readonly number[];
}

/** A model with known timing: each token has its own deadline, from when its answer got a slot. */
export class MockModel {
  readonly #settings: ModelSettings;
  readonly #line: (() => void)[] = [];
  #busy = 0;
  readonly #disconnectedAfterMs: number[] = [];

  constructor(settings: ModelSettings) {
    this.#settings = settings;
  }

  get stats(): ModelStats {
    return {
      disconnected: this.#disconnectedAfterMs.length,
      disconnectedAfterMs: this.#disconnectedAfterMs.slice(),
    };
  }

  /** Answers a request of one of the APIs; false if its path belongs to none. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    // Anyone may send what is no URL, such as `GET //`.
    const url = URL.parse(request.url ?? '/', 'http://mock');
    if (url === null) return false;
    if (url.pathname.endsWith(MODELS)) {
      json(response, 200, { object: 'list', data: [MODEL] });
      return true;
    }
    if (url.pathname.endsWith(OLLAMA_MODELS)) {
      json(response, 200, { models: [{ name: 'mock', model: 'mock' }] });
      return true;
    }
    const dialect = dialectAt(url.pathname);
    if (dialect === null) return false;
    const settings = settingsIn(url.searchParams, this.#settings);
    if (typeof settings === 'string') {
      json(response, 400, errorOf(settings));
      return true;
    }
    const cameAtMs = performance.now();
    response.once('close', () => {
      if (!response.writableEnded) this.#disconnectedAfterMs.push(performance.now() - cameAtMs);
    });
    void bodyOf(request).then((body) => this.#answer(body, url.pathname, dialect, settings, response));
    return true;
  }

  #answer(
    read: Readonly<Record<string, unknown>> | null,
    path: string,
    dialect: Dialect,
    settings: ModelSettings,
    response: ServerResponse,
  ): void {
    const body = read ?? (dialect.takesAnyBody === true ? {} : null);
    if (body === null) {
      json(response, 400, errorOf('the body is not a JSON object'));
      return;
    }
    const asked = dialect.asks(body, path);
    if (asked.model.startsWith('unknown')) {
      json(response, 404, errorOf(`The model '${asked.model}' does not exist`, 'model_not_found'));
      return;
    }
    if (settings.usage === 'refused' && Object.hasOwn(body, 'stream_options')) {
      json(response, 400, errorOf('Unrecognized request argument supplied: stream_options'));
      return;
    }
    if (settings.tokens === null && asked.maxTokens !== null && asked.maxTokens > MOST) {
      json(response, 400, errorOf(`${asked.maxTokens} tokens: ask for at most ${MOST}`));
      return;
    }
    const start = (): void => {
      if (response.destroyed) {
        this.#release();
        return;
      }
      response.once('close', () => this.#release());
      new Answer(dialect, asked, settings, response).begin();
    };
    if (this.#busy < settings.slots) {
      this.#busy++;
      start();
    } else this.#line.push(start);
  }

  #release(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#busy--;
    else next();
  }
}

/** One answer, token by token. */
class Answer {
  readonly #dialect: Dialect;
  readonly #asked: Asked;
  readonly #settings: ModelSettings;
  readonly #response: ServerResponse;
  readonly #tokens: number;
  readonly #startMs = performance.now();
  /** Events buffered for a common write. */
  #waiting: string[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(dialect: Dialect, asked: Asked, settings: ModelSettings, response: ServerResponse) {
    this.#dialect = dialect;
    this.#asked = asked;
    this.#settings = settings;
    this.#response = response;
    this.#tokens = settings.tokens ?? asked.maxTokens ?? FALLBACK_TOKENS;
    response.once('close', () => {
      if (this.#timer !== null) clearTimeout(this.#timer);
    });
  }

  begin(): void {
    if (!this.#asked.isStreamed) {
      const lastMs = this.#dueMs(Math.max(0, this.#events - 1));
      this.#at(lastMs, () =>
        json(this.#response, 200, this.#dialect.whole(WORD.repeat(this.#tokens), this.#tokens, this.#asked)),
      );
      return;
    }
    this.#response.writeHead(200, { 'content-type': this.#dialect.contentType, 'cache-control': 'no-cache' });
    this.#response.flushHeaders();
    for (const text of this.#dialect.begin(this.#asked)) this.#write(text);
    this.#send(0);
  }

  get #events(): number {
    return Math.ceil(this.#tokens / this.#settings.tokensPerEvent);
  }

  #dueMs(event: number): number {
    return this.#startMs + this.#settings.firstTokenMs + event * this.#settings.gapMs;
  }

  #at(dueMs: number, act: () => void): void {
    const leftMs = dueMs - performance.now();
    if (leftMs <= 0) act();
    else this.#timer = setTimeout(() => this.#at(dueMs, act), Math.max(1, Math.floor(leftMs)));
  }

  /** Sends the events that are due, from `first` on, in a loop: thousands may be due at once. */
  #send(first: number): void {
    const { fault, faultAfter, eventsPerWrite } = this.#settings;
    for (let event = first; ; event++) {
      const isBroken = fault !== 'none' && event >= faultAfter;
      if (isBroken || event >= this.#events) {
        this.#flush();
        if (isBroken) this.#fail();
        else this.#end();
        return;
      }
      // A write is sent when its last event is due.
      const dueMs = this.#dueMs(event);
      if (dueMs > performance.now()) {
        this.#at(dueMs, () => this.#send(event));
        return;
      }
      this.#waiting.push(this.#tokenText(event));
      if (this.#waiting.length >= eventsPerWrite && !this.#flush()) {
        this.#response.once('drain', () => this.#send(event + 1));
        return;
      }
    }
  }

  #tokenText(event: number): string {
    const { tokensPerEvent, reasoning } = this.#settings;
    const first = event * tokensPerEvent;
    const count = Math.min(tokensPerEvent, this.#tokens - first);
    return this.#dialect.token(
      {
        text: WORD.repeat(count),
        isReasoning: first < reasoning,
        stamps: { event, dueMs: this.#dueMs(event), madeMs: performance.now() },
      },
      this.#asked,
    );
  }

  /** Whether there is room for more. */
  #flush(): boolean {
    const text = this.#waiting.join('');
    this.#waiting = [];
    return this.#write(text);
  }

  /** Whether there is room for more. */
  #write(text: string): boolean {
    if (text === '') return true;
    const { pieceBytes } = this.#settings;
    if (pieceBytes === 0) return this.#response.write(text);
    const bytes = Buffer.from(text);
    let hasRoom = true;
    for (let at = 0; at < bytes.length; at += pieceBytes)
      hasRoom = this.#response.write(bytes.subarray(at, at + pieceBytes));
    return hasRoom;
  }

  #end(): void {
    const { usage } = this.#settings;
    const says = usage === 'always' || (usage !== 'never' && this.#asked.wantsUsage);
    const text = WORD.repeat(this.#tokens);
    this.#write(this.#dialect.end(says ? this.#tokens : null, this.#asked, text).join(''));
    this.#response.end();
  }

  #fail(): void {
    switch (this.#settings.fault) {
      case 'error':
        this.#response.end(this.#dialect.error('the mock model was told to fail'));
        return;
      case 'fin':
        // The HTTP answer ends normally, without the stream's terminator.
        this.#response.end();
        return;
      case 'rst':
        reset(this.#response);
        return;
      case 'stall':
      case 'none':
        return;
    }
  }
}

/** RST; with HTTP/2, only of the answer's stream. */
function reset(response: ServerResponse & { readonly stream?: ServerHttp2Stream }): void {
  if (response.stream === undefined) response.socket?.resetAndDestroy();
  else response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > LARGEST_REQUEST) return null;
      chunks.push(chunk);
    }
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString());
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

/** As OpenAI's API writes what is wrong with a request. */
function errorOf(message: string, code: string | null = null): object {
  return { error: { message, type: 'invalid_request_error', param: null, code } };
}

function json(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}
