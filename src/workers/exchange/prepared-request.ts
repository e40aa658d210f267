import type { RequestPlan } from '../../protocol/request.ts';
import type { Target } from '../../protocol/target.ts';
import type { InvalidRequest } from '../../requests/invalid-request.ts';
import type { RequestTemplate } from '../clients/dispatcher.ts';

/** A request as it is given to a connection. */
export interface PreparedRequest {
  /** Its place in the plan's mix. */
  readonly index: number;
  readonly plan: RequestPlan;
  /** Where it goes: the plan's target, or the one that a row or a redirect names. */
  readonly target: Target;
  readonly template: RequestTemplate;
  readonly keepsBody: boolean;
  /** Whether somebody asks what the response's fields say. */
  readonly wantsFields: boolean;
  /** Why it cannot be sent; null where it can. */
  readonly refusal: InvalidRequest | null;
}
