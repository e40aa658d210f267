import type { HttpProxy } from '../../protocol/routes.ts';
import { forProxy } from '../../requests/for-proxy.ts';
import type { AnswerHandler, HttpDispatcher, RequestTemplate } from './dispatcher.ts';

/** Gives whole requests to a proxy, by any client. */
export class ProxiedClient implements HttpDispatcher {
  readonly #client: HttpDispatcher;
  readonly #proxy: HttpProxy;
  /** A request that is the same each time is written once. */
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
