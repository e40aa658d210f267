import type { Exchange } from './exchange.ts';
import { asAscii } from './location.ts';
import { isRedirectStatus } from './redirect.ts';
import type { RequestSecrets } from './request-secrets.ts';

/** So many answers are asked for their fields; a redirect may have no location. */
const MOST_ASKED = 3;

const LONGEST = 200;

/** Where redirects that nobody follows lead: the first location stands for all. */
export class FirstLocation {
  /** Null where none is known. */
  text: string | null = null;
  #asked = 0;
  readonly #secrets: RequestSecrets;

  constructor(secrets: RequestSecrets) {
    this.#secrets = secrets;
  }

  /** Takes a complete answer. wire tells no location unasked: then the connection's next answer is asked for it. */
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

/** Without what may be secret in the URL of an answer: its query, where tokens are, and a name and password. */
function shown(location: string): string {
  const bare = location
    .replace(/#.*$/s, '')
    .replace(/\?.*$/s, '?…')
    .replace(/^([a-z][a-z\d+.-]*:)?\/\/[^/?]*@/i, '$1//…@');
  return bare.length > LONGEST ? `${bare.slice(0, LONGEST)}…` : bare;
}
