import type { Destination } from '../../protocol/endpoint.ts';
import type { Message } from '../../protocol/message.ts';
import type { TargetConnection } from '../connections/connection.ts';

/** What a client needs to know of a request. */
export interface RequestTemplate {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  /** Flat: name, value, name, value. */
  readonly headers: string[];
  readonly body: Buffer | null;
  /** Ask for the end of the connection after the answer. */
  readonly reset: boolean;
  /** The head as it goes over HTTP/1.1, checked already, where it was put together from pieces. */
  readonly head?: string;
}

/** Fields by lower-case name; of a name that came more than once, a list. */
export type Fields = Readonly<Record<string, string | string[] | undefined>>;

/** One request under way, as its client holds it. */
export interface Controller {
  /** Ends the request, and on HTTP/1.1 its connection. */
  abort(reason: Error): void;
  /** Where the client reads by itself: no more of the answer is read until `resume`. */
  pause?(): void;
  resume?(): void;
  /** The fields of the answer as they came: names and values in turn, or an object of HTTP/2's. */
  readonly rawHeaders?: unknown;
}

/** Who is told how a request goes; undici's handlers have the same names. */
export interface AnswerHandler {
  /** The first byte is about to be written; again where the client sends the request anew by itself. */
  onRequestStart(controller: Controller, context?: unknown): void;
  /** A head has come, also one of an interim answer. */
  onResponseStart(controller: Controller, status: number, fields: Fields): void;
  onResponseData(controller: Controller, chunk: Buffer): void;
  onResponseEnd(controller: Controller, trailers?: Fields): void;
  /** There is no complete answer; without a controller where the request never started. */
  onResponseError(controller: Controller | null, error: Error): void;
}

/** What speaks HTTP over one connection, one request after the other. */
export interface HttpDispatcher {
  dispatch(request: RequestTemplate, handler: AnswerHandler): boolean;
  /** Fails what is under way, and what waits. */
  destroy(): Promise<void>;
}

/** One of several requests of a connection. */
export interface RequestStream {
  /** Ends this request alone, also one that has not begun; its handler hears no more of it. */
  end(): void;
}

/** What speaks HTTP over one connection, several requests at once (HTTP/2). */
export interface StreamDispatcher {
  /** The request has ended for its handler with the answer's end or an error; after that its stream is of no more use. */
  dispatchStream(request: RequestTemplate, handler: AnswerHandler): RequestStream;
  /** Fails what is under way, and what waits. */
  destroy(): Promise<void>;
}

export type AnyDispatcher = HttpDispatcher | StreamDispatcher;

/** Makes what speaks HTTP over one connection. */
export type CreateDispatcher<Dispatcher extends AnyDispatcher = AnyDispatcher> = (
  target: Destination,
  connection: TargetConnection,
) => Dispatcher;

/** A request as clients take it: one that is the same each time is made once. */
export function requestTemplate(origin: string, { path, method, headers, body }: Message): RequestTemplate {
  return {
    origin,
    path,
    method,
    headers: [...headers],
    body: body === null ? null : Buffer.from(body),
    // Without it undici closes the connection after every HEAD.
    reset: false,
  };
}
