import type { Dispatcher } from 'undici';
import type { Target } from '../../protocol/target.ts';

/** What a client needs to know of a request. */
export type RequestTemplate = Dispatcher.DispatchOptions;

/** The one request of a shard, sent again and again. */
export function requestTemplate(target: Target): RequestTemplate {
  return {
    origin: target.origin,
    path: target.path,
    method: target.method as Dispatcher.HttpMethod,
    headers: [...target.headers],
    body: target.body === null ? null : Buffer.from(target.body),
    // Without it undici closes the connection after every HEAD.
    reset: false,
  };
}
