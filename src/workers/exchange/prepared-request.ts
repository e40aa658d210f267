import type { Endpoint } from '../../protocol/endpoint.ts';
import type { Message } from '../../protocol/message.ts';
import type { RequestPlan } from '../../protocol/request.ts';
import type { CurlJar } from '../../requests/curl-jar.ts';
import type { InvalidRequest } from '../../requests/invalid-request.ts';
import type { Hide } from '../../requests/secrets.ts';
import type { RequestTemplate } from '../clients/dispatcher.ts';
import type { RequestCookies } from './cookie-keeper.ts';

/** A request, ready for a connection. */
export interface PreparedRequest {
  /** Its index in the plan's mix. */
  readonly index: number;
  readonly plan: RequestPlan;
  /** From the plan, a row or a redirect; null if the request cannot be sent. */
  readonly endpoint: Endpoint | null;
  readonly message: Message;
  /** Before redirects removed any: values from its row may be secret. */
  readonly firstHeaders: Message['headers'];
  readonly template: RequestTemplate;
  /** Whether its answer's body is kept until the connection is handed back. */
  readonly keepsBody: boolean;
  /** Whether the response's fields are needed. */
  readonly wantsFields: boolean;
  /** Whether the text of the response's head is needed, for clients with their own HTTP/1.1. */
  readonly keepsHead?: boolean;
  /** Made by a scenario: anything in its headers may be secret. */
  readonly isOfScenario?: boolean;
  /** Whose code sends it: what that has sent, read and kept may be secret. Absent if no user's code does. */
  readonly sender?: { hiding(): Hide };
  /** Belongs to no iteration: its answer is judged, but it is not recorded with the others. */
  readonly isApart?: boolean;
  /** Its answer is read as a whole, although others of the run are streams. */
  readonly isWhole?: boolean;
  /** Its own timeout; absent if the run's holds for it. */
  readonly timeoutMs?: number;
  /** Absent without a cookie jar. */
  readonly cookies?: RequestCookies;
  /** Absent before the first redirect, and where none is followed as curl does. */
  readonly trail?: CurlTrail;
  /** Why it cannot be sent; null if it can. */
  readonly refusal: InvalidRequest | null;
}

/** What a request knows of the way that it has come, where it follows redirects as curl does. */
export interface CurlTrail {
  /** As it went out first: what is left out of it for one host is said again to the first. */
  readonly first: PreparedRequest;
  /** What the URL, `--user` or a location says of who asks; null where nothing does. */
  readonly authorization: string | null;
  readonly jar: CurlJar | null;
  readonly hasLostBody: boolean;
}

/** The same request with other parts. A spread alone would lose what requests of scenarios compute in a getter. */
export function withParts<Parts extends Partial<PreparedRequest>>(
  request: PreparedRequest,
  parts: Parts,
): PreparedRequest & Parts {
  return { ...request, firstHeaders: request.firstHeaders, ...parts };
}
