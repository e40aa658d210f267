import { withoutNamedSecrets } from '../../requests/named-secrets.ts';
import { secretsInHeaders } from '../../requests/secret-headers.ts';
import { type Hide, hiding } from '../../requests/secrets.ts';
import type { PreparedRequest } from './prepared-request.ts';

type OwnSecrets = Pick<
  PreparedRequest,
  'plan' | 'firstHeaders' | 'message' | 'isOfScenario' | 'sender' | 'trail'
>;

/** The secrets in a request's headers, including those that redirects have added for curl. */
export function secretsOf({ firstHeaders, message, trail }: Omit<OwnSecrets, 'plan'>): string[] {
  return [
    ...new Set(secretsInHeaders(trail === undefined ? firstHeaders : [...firstHeaders, ...message.headers])),
  ];
}

/** Removes secrets from texts for users: the run's, those from a request's row, and those that answers name as such. */
export class RequestSecrets {
  readonly hide: Hide;
  readonly #secrets: readonly string[];

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
    this.hide = hidingAlsoNamed(secrets);
  }

  /** For texts about one request, before they are shortened. Secrets from its row are collected only when needed. */
  of(request: OwnSecrets | null): Hide {
    if (request === null) return this.hide;
    if (request.isOfScenario === true || request.trail !== undefined) return this.#whenNeeded(request);
    const { templates } = request.plan;
    if (templates === null) return this.hide;
    // Credentials in a URL become a header.
    if (templates.headers === null && templates.url === null) return this.hide;
    return this.#whenNeeded(request);
  }

  #whenNeeded(request: OwnSecrets): Hide {
    let hide: Hide | null = null;
    return (text) => {
      hide ??= this.#withOwn(request);
      return hide(text);
    };
  }

  #withOwn(request: OwnSecrets): Hide {
    const own = secretsOf(request);
    const hide = own.every((secret) => this.#secrets.includes(secret))
      ? this.hide
      : hidingAlsoNamed([...this.#secrets, ...own]);
    if (request.sender === undefined) return hide;
    const ofSender = request.sender.hiding();
    return (text) => hide(ofSender(text));
  }
}

function hidingAlsoNamed(secrets: readonly string[]): Hide {
  const hide = hiding(secrets);
  return (text) => withoutNamedSecrets(hide(text));
}
