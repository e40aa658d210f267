import type { Exchange } from '../exchange/exchange.ts';
import type { Job, JobHost, Starts } from './job.ts';
import type { RequestSource } from './request-source.ts';

/** Sends one request of the mix per start. */
export class RequestJob implements Job, Starts {
  readonly isDone = true;
  readonly #requests: RequestSource;
  readonly #host: JobHost;

  constructor(requests: RequestSource, host: JobHost) {
    this.#requests = requests;
    this.#host = host;
  }

  start(exchange: Exchange, intendedMs: number, dispatchedMs: number, nowMs: number): void {
    const request = this.#requests.next(this.#host.isMeasured(intendedMs));
    this.#host.send(exchange, request, intendedMs, dispatchedMs, nowMs);
  }

  drop(intendedMs: number, dispatchedMs: number, nowMs: number): void {
    const requestIndex = this.#requests.skip(this.#host.isMeasured(intendedMs));
    this.#host.recordDropped(requestIndex, intendedMs, dispatchedMs, nowMs);
  }

  keeps(): boolean {
    return false;
  }
}
