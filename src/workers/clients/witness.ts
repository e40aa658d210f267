import type { Dispatcher } from 'undici';
import type { Clock } from '../../protocol/clock.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { OnceExchange } from '../../protocol/once.ts';
import { type AnsweredBody, readableBody } from '../../requests/body-text.ts';
import { missOf } from '../../requests/expectation.ts';
import { shownHead } from '../../requests/request-head.ts';
import type { Hide } from '../../requests/secrets.ts';
import { classifyFailure } from '../failure.ts';
import type { PreparedRequest } from '../request-source.ts';
import type { HttpClient } from './http-client.ts';
import { KeptBody } from './kept-body.ts';

const LOWEST_FAILURE = 400;

/** One request over one client, with all that is told of it. */
export class Witness implements Dispatcher.DispatchHandler {
  readonly #request: PreparedRequest;
  readonly #client: HttpClient;
  readonly #clock: Clock;
  readonly #done = Promise.withResolvers<OnceExchange>();
  readonly #body = new KeptBody();
  readonly #hide: Hide;
  #controller: Dispatcher.DispatchController | null = null;
  #sentMs = Number.NaN;
  #firstByteMs = Number.NaN;
  #status = 0;
  #fields: (readonly [string, string])[] = [];
  #bodyBytes = 0;

  constructor(request: PreparedRequest, client: HttpClient, clock: Clock, hide: Hide) {
    this.#hide = hide;
    this.#request = request;
    this.#client = client;
    this.#clock = clock;
  }

  async send(timeoutMs: number): Promise<OnceExchange> {
    const timer = setTimeout(() => this.#giveUp(timeoutMs), timeoutMs);
    this.#client.dispatcher.dispatch(this.#request.template, this);
    try {
      return await this.#done.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#sentMs = this.#clock.nowMs();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    this.#firstByteMs = this.#clock.nowMs();
    this.#status = status;
    this.#fields = pairsIn(controller.rawHeaders);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body.add(chunk, 0, chunk.length);
    this.#bodyBytes += chunk.length;
  }

  onResponseEnd(): void {
    const status = this.#status;
    const { expectation } = this.#request.plan;
    const isRefused = status >= LOWEST_FAILURE && (expectation?.statuses.length ?? 0) === 0;
    const miss = expectation === null ? null : missOf(expectation, { status, ...this.#answered }, this.#hide);
    this.#settle(isRefused ? `status ${status}` : (miss?.example ?? null), this.#clock.nowMs());
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    const { phase, endedByTarget, alert } = this.#client.connection;
    const hasHead = this.#status > 0;
    const { kind, code, example } = classifyFailure({ error, phase, hasHead, endedByTarget, alert });
    this.#settle(`${kind} (${code}): ${example}`, Number.NaN);
  }

  #giveUp(timeoutMs: number): void {
    const reason = new Error(`no complete answer within ${timeoutMs} ms`);
    this.#settle(`timeout: ${messageOf(reason)}`, Number.NaN);
    this.#client.connection.leave();
    if (this.#controller === null) this.#client.connection.fail(reason);
    else this.#controller.abort(reason);
  }

  get #answered(): AnsweredBody {
    return {
      bodyBytes: this.#bodyBytes,
      body: this.#body.bytes,
      contentEncoding: this.#field('content-encoding'),
      contentType: this.#field('content-type'),
    };
  }

  /** A field's value, or all of them with commas between; null where it is not there. */
  #field(name: string): string | null {
    const values = this.#fields.flatMap(([known, value]) => (known.toLowerCase() === name ? [value] : []));
    return values.length === 0 ? null : values.join(',');
  }

  #settle(failure: string | null, endMs: number): void {
    const { target } = this.#request;
    this.#done.resolve({
      method: target.method,
      url: target.origin + target.path,
      requestHead: shownHead(target),
      requestBody: target.body,
      response:
        this.#status === 0
          ? null
          : {
              status: this.#status,
              fields: this.#fields,
              body: this.#body.bytes,
              readable: readableBody(this.#answered),
              bodyBytes: this.#bodyBytes,
              firstByteMs: this.#firstByteMs - this.#sentMs,
              serviceMs: endMs - this.#sentMs,
            },
      failure,
    });
  }
}

/** Names and values that follow each other; of HTTP/2, an object's. */
function pairsIn(raw: unknown): (readonly [string, string])[] {
  if (!Array.isArray(raw)) {
    return Object.entries(raw ?? {}).flatMap(([name, value]) =>
      [value].flat().map((one) => [name, textOf(one)] as const),
    );
  }
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[textOf(name), textOf(raw[index + 1])] as const] : [],
  );
}

/** A character for each byte, whichever client has read it. */
function textOf(raw: unknown): string {
  return raw instanceof Uint8Array ? Buffer.from(raw).toString('latin1') : String(raw);
}
