import type { Endpoint } from '../../protocol/endpoint.ts';
import type { Message } from '../../protocol/message.ts';
import type { RequestPlan } from '../../protocol/request.ts';
import type { KeptHead, RequestTemplate } from '../clients/dispatcher.ts';
import type { RequestCookies } from '../exchange/cookie-keeper.ts';
import type { PreparedRequest } from '../exchange/prepared-request.ts';
import type { Discreet } from './discreet-user.ts';

/** A request's head: as text if the client takes text, and as a list on demand. */
export interface HeadParts {
  /** Null if the client builds the head. */
  readonly head: string | null;
  readonly asksToClose: boolean;
  /** If it is sent again and again: where the client keeps the head's bytes. */
  readonly kept?: KeptHead;
  /** Flat: name, value, name, value; without `host` and headers added by the client. */
  list(): string[];
}

/** What is needed from the answer. */
interface AnswerWishes {
  readonly wantsFields: boolean;
  readonly keepsHead: boolean;
  readonly isApart: boolean;
  readonly isWhole: boolean;
  readonly cookies: RequestCookies;
  readonly sender: Discreet;
  /** Null for the run's. */
  readonly timeoutMs: number | null;
}

/**
 * A request of a scenario. The same object serves as prepared request, as input of the client and as message, so that
 * nothing else is allocated if its head is built as text.
 */
export class ScenarioRequest implements PreparedRequest, RequestTemplate, Message {
  readonly index: number;
  readonly plan: RequestPlan;
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly path: string;
  readonly url: string;
  readonly body: Buffer | null;
  readonly asksToClose: boolean;
  readonly keepsBody = true;
  readonly wantsFields: boolean;
  readonly keepsHead: boolean;
  readonly isOfScenario = true;
  readonly isApart: boolean;
  readonly isWhole: boolean;
  readonly cookies: RequestCookies;
  readonly sender: Discreet;
  readonly refusal = null;
  declare readonly timeoutMs?: number;
  declare readonly head?: string;
  declare readonly keptHead?: KeptHead;
  readonly #parts: HeadParts;
  #headers: string[] | null = null;

  constructor(
    { index, plan }: { readonly index: number; readonly plan: RequestPlan },
    endpoint: Endpoint,
    path: string,
    parts: HeadParts,
    body: Buffer | null,
    { wantsFields, keepsHead, isApart, isWhole, cookies, sender, timeoutMs }: AnswerWishes,
  ) {
    this.index = index;
    this.plan = plan;
    this.endpoint = endpoint;
    this.method = plan.message.method;
    this.path = path;
    this.url = plan.message.url;
    this.body = body;
    this.asksToClose = parts.asksToClose;
    this.wantsFields = wantsFields;
    this.keepsHead = keepsHead;
    this.isApart = isApart;
    this.isWhole = isWhole;
    this.cookies = cookies;
    this.sender = sender;
    if (timeoutMs !== null) this.timeoutMs = timeoutMs;
    this.#parts = parts;
    if (parts.head !== null) this.head = parts.head;
    if (parts.kept !== undefined) this.keptHead = parts.kept;
  }

  get origin(): string {
    return this.endpoint.origin;
  }

  get reset(): boolean {
    return this.asksToClose;
  }

  get message(): Message {
    return this;
  }

  get headers(): string[] {
    this.#headers ??= this.#parts.list();
    return this.#headers;
  }

  get firstHeaders(): readonly string[] {
    return this.headers;
  }

  get template(): RequestTemplate {
    return this;
  }
}
