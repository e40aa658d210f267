import type { AnswerHandler, Controller, Fields } from '../clients/dispatcher.ts';
import type { AnswerSink } from './answer-sink.ts';

/** What of an exchange the fields of its answer go to. */
interface FieldsOwner extends Pick<AnswerHandler, 'onRequestStart' | 'onResponseStart' | 'onResponseError'> {
  location: string | null;
  retryAfter: string | null;
  contentEncoding: string | null;
  contentType: string | null;
  authenticate: string | null;
  answeredFields: Fields | null;
  fields: unknown;
  readonly keepsFields: boolean;
  readonly sink: AnswerSink;
  onResponseBytes(bytes: Buffer, from: number, to: number): void;
  onResponseEnd(): void;
}

/** Takes an exchange's answers when their fields are needed, so that the client reads them. */
export class FieldsHandler implements AnswerHandler {
  readonly #exchange: FieldsOwner;

  constructor(exchange: FieldsOwner) {
    this.#exchange = exchange;
  }

  onRequestStart(controller: Controller): void {
    this.#exchange.retryAfter = null;
    this.#exchange.contentEncoding = null;
    this.#exchange.contentType = null;
    this.#exchange.answeredFields = null;
    this.#exchange.onRequestStart(controller);
  }

  onResponseStart(controller: Controller, status: number, fields: Fields): void {
    this.#exchange.location = fieldIn(fields, 'location');
    this.#exchange.retryAfter = fieldIn(fields, 'retry-after');
    this.#exchange.authenticate = allOf(fields, 'www-authenticate');
    this.#exchange.contentEncoding = allOf(fields, 'content-encoding');
    this.#exchange.contentType = fieldIn(fields, 'content-type');
    this.#exchange.answeredFields = fields;
    if (this.#exchange.keepsFields) this.#exchange.fields = controller.rawHeaders;
    this.#exchange.onResponseStart(controller, status, fields);
    if (status >= 200) this.#exchange.sink.begin(status, this.#exchange);
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#exchange.onResponseBytes(chunk, 0, chunk.length);
  }

  onResponseEnd(): void {
    this.#exchange.onResponseEnd();
  }

  onResponseError(controller: Controller | null, error: Error): void {
    this.#exchange.onResponseError(controller, error);
  }
}

export function fieldIn(fields: Fields, name: string): string | null {
  const value = fields[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

export function allOf(fields: Fields, name: string): string | null {
  const value = fields[name];
  return (Array.isArray(value) ? value.join(', ') : value) ?? null;
}
