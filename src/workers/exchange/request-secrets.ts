import { secretsInHeaders } from '../../requests/secret-headers.ts';
import { type Hide, hiding } from '../../requests/secrets.ts';
import type { PreparedRequest } from './prepared-request.ts';

/** Removes a run's secrets, and those that a request has from its row, from texts for users. */
export class RequestSecrets {
  readonly hide: Hide;
  readonly #secrets: readonly string[];

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
    this.hide = hiding(secrets);
  }

  /** For texts about one request, before they are shortened. Secrets from its row are collected only when needed. */
  of(request: Pick<PreparedRequest, 'plan' | 'firstHeaders' | 'isOfScenario'> | null): Hide {
    if (request === null) return this.hide;
    if (request.isOfScenario === true) return (text) => this.#withOwn(request.firstHeaders)(text);
    const { templates } = request.plan;
    if (templates === null) return this.hide;
    // Credentials in a URL become a header.
    if (templates.headers === null && templates.url === null) return this.hide;
    return (text) => this.#withOwn(request.firstHeaders)(text);
  }

  #withOwn(headers: PreparedRequest['firstHeaders']): Hide {
    const own = secretsInHeaders(headers);
    return own.every((secret) => this.#secrets.includes(secret))
      ? this.hide
      : hiding([...this.#secrets, ...own]);
  }
}
