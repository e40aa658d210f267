import type { Exchange } from './exchange.ts';
import { asAscii } from './location.ts';
import { isRedirectStatus } from './redirect.ts';
import type { RequestSecrets } from './request-secrets.ts';

/** How many answers to ask for their fields, since a redirect may have no location. */
const MOST_ASKED = 3;

const LONGEST = 200;

/** The location of redirects that are not followed: the first one stands for all. */
export class FirstLocation {
  /** Null if none is known. */
  text: string | null = null;
  #asked = 0;
  readonly #secrets: RequestSecrets;

  constructor(secrets: RequestSecrets) {
    this.#secrets = secrets;
  }

  /** Takes a complete answer. wire reports a location only on request, so the connection's next answer is asked for it. */
  see(exchange: Exchange): void {
    const { status, location, request } = exchange;
    if (this.text !== null || !isRedirectStatus(status)) return;
    if (location !== null) this.text = shown(this.#secrets.of(request)(asAscii(location)));
    else if (this.#asked < MOST_ASKED) {
      this.#asked++;
      exchange.asksForFields = true;
    }
  }
}

/** Removes parts that may be secret: the query, which may hold tokens, and credentials. */
function shown(location: string): string {
  const bare = location
    .replace(/#.*$/s, '')
    .replace(/\?.*$/s, '?…')
    .replace(/^([a-z][a-z\d+.-]*:)?\/\/[^/?]*@/i, '$1//…@');
  return bare.length > LONGEST ? `${bare.slice(0, LONGEST)}…` : bare;
}
