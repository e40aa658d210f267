import type { HttpProxy } from '../../protocol/routes.ts';
import { forProxy } from '../../requests/for-proxy.ts';
import type { AnswerHandler, HttpDispatcher, RequestTemplate } from './dispatcher.ts';

/** Sends whole requests to a proxy, over any client. */
export class ProxiedClient implements HttpDispatcher {
  readonly #client: HttpDispatcher;
  readonly #proxy: HttpProxy;
  /** A constant request is rewritten only once. */
  readonly #known = new WeakMap<RequestTemplate, RequestTemplate>();

  constructor(client: HttpDispatcher, proxy: HttpProxy) {
    this.#client = client;
    this.#proxy = proxy;
  }

  dispatch(request: RequestTemplate, handler: AnswerHandler): boolean {
    let whole = this.#known.get(request);
    if (whole === undefined) {
      whole = { ...request, ...forProxy(request, request.origin, this.#proxy) };
      this.#known.set(request, whole);
    }
    return this.#client.dispatch(whole, handler);
  }

  destroy(): Promise<void> {
    return this.#client.destroy();
  }
}
