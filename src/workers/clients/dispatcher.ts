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
  /** Ask the server to close the connection after the answer. */
  readonly reset: boolean;
  /** The complete head for HTTP/1.1, already checked, if it was assembled from pieces. */
  readonly head?: string;
  /** If that head is sent again and again without a body: where its bytes are kept. */
  readonly keptHead?: KeptHead;
}

/** The bytes of a head, encoded when they are first sent. */
export interface KeptHead {
  bytes: Buffer | null;
}

/** Fields by lower-case name; a list where a name occurs more than once. */
export type Fields = Readonly<Record<string, string | string[] | undefined>>;

/** The client's handle on a request in flight. */
export interface Controller {
  /** Ends the request, and on HTTP/1.1 its connection. */
  abort(reason: Error): void;
  /** Stops reading the answer until `resume`, for clients that read by themselves. */
  pause?(): void;
  resume?(): void;
  /** The answer's fields as received: alternating names and values, or HTTP/2's object. */
  readonly rawHeaders?: unknown;
}

/** Receives the events of a request; the names match undici's handlers. */
export interface AnswerHandler {
  /** The first byte is about to be written; called again if the client resends the request on its own. */
  onRequestStart(controller: Controller, context?: unknown): void;
  /** A head has arrived, of an interim answer too. */
  onResponseStart(controller: Controller, status: number, fields: Fields): void;
  onResponseData(controller: Controller, chunk: Buffer): void;
  onResponseEnd(controller: Controller, trailers?: Fields): void;
  /** There will be no complete answer; no controller if the request never started. */
  onResponseError(controller: Controller | null, error: Error): void;
}

/** Speaks HTTP over one connection, one request at a time. */
export interface HttpDispatcher {
  dispatch(request: RequestTemplate, handler: AnswerHandler): boolean;
  /** Fails what is in flight and what is queued. */
  destroy(): Promise<void>;
}

/** One of several concurrent requests on a connection. */
export interface RequestStream {
  /** Ends this request alone, even before it has begun; its handler gets no further events. */
  end(): void;
}

/** Speaks HTTP/2 over one connection, several requests at a time. */
export interface StreamDispatcher {
  /** Starts a request. Its stream must not be used after its handler got the end of the answer or an error. */
  dispatchStream(request: RequestTemplate, handler: AnswerHandler): RequestStream;
  /** Fails what is in flight and what is queued. */
  destroy(): Promise<void>;
}

export type AnyDispatcher = HttpDispatcher | StreamDispatcher;

/** Creates a dispatcher for one connection. */
export type CreateDispatcher<Dispatcher extends AnyDispatcher = AnyDispatcher> = (
  target: Destination,
  connection: TargetConnection,
) => Dispatcher;

/** A request in the form that clients take; a constant one is made once. */
export function requestTemplate(origin: string, { path, method, headers, body }: Message): RequestTemplate {
  return {
    origin,
    path,
    method,
    headers: [...headers],
    body: body === null ? null : Buffer.from(body),
    // Without this, undici closes the connection after every HEAD.
    reset: false,
  };
}
