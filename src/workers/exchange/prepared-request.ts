import type { Endpoint } from '../../protocol/endpoint.ts';
import type { Message } from '../../protocol/message.ts';
import type { RequestPlan } from '../../protocol/request.ts';
import type { InvalidRequest } from '../../requests/invalid-request.ts';
import type { RequestTemplate } from '../clients/dispatcher.ts';
import type { ChooseSink } from './body-sink.ts';
import type { RequestCookies } from './cookie-keeper.ts';

/** A request as it is given to a connection. */
export interface PreparedRequest {
  /** Its place in the plan's mix. */
  readonly index: number;
  readonly plan: RequestPlan;
  /** The plan's, or the one that a row or a redirect names; null where the request cannot be sent. */
  readonly endpoint: Endpoint | null;
  readonly message: Message;
  /** Before a redirect took any away: what its row has put into them may be secret. */
  readonly firstHeaders: Message['headers'];
  readonly template: RequestTemplate;
  /** Who takes the body of its answer; null where nobody wants it. */
  readonly sink: ChooseSink | null;
  /** Whether somebody asks what the response's fields say. */
  readonly wantsFields: boolean;
  /** Whether the text of the response's head is wanted, where the client speaks HTTP/1.1 by itself. */
  readonly keepsHead?: boolean;
  /** A scenario has made it: whatever is in its headers may be secret. */
  readonly isOfScenario?: boolean;
  /** It is of no iteration: its answer is judged, and it is not recorded with the others. */
  readonly isApart?: boolean;
  /** Absent where nobody keeps cookies. */
  readonly cookies?: RequestCookies;
  /** Why it cannot be sent; null where it can. */
  readonly refusal: InvalidRequest | null;
}
