import type { Endpoint } from '../../protocol/endpoint.ts';
import type { Fields } from '../clients/dispatcher.ts';
import { valuesInHead } from './head-text.ts';

/** Who keeps the cookies of answers, and says them in requests. */
export interface CookieKeeper {
  /** Takes what an answer sets. */
  take(fields: readonly string[], from: Endpoint, path: string): void;
  /** The value of `cookie` in a request; null where none goes there. */
  valueFor(to: Endpoint, path: string): string | null;
}

/** What a request says of cookies, and who keeps those of its answer. */
export interface RequestCookies {
  readonly keeper: CookieKeeper | null;
  /** Says those that are kept; else it has said by itself what it says. */
  readonly saysKept: boolean;
  /** What it says beside them; null where that is nothing. */
  readonly others: string | null;
}

/** The value of `cookie`; null where there is nothing to say. */
export function cookieValue(kept: string | null, others: string | null): string | null {
  return kept === null || others === null ? (kept ?? others) : `${others}; ${kept}`;
}

/** A head as its client has given it: as text, or as fields. */
export interface AnswerHead {
  readonly wantsHead: boolean;
  readonly head: string | null;
  readonly answeredFields: Fields | null;
}

const NONE: readonly string[] = [];
const SETS_COOKIE = /(?:^|\n)set-cookie:/i;

/** The `set-cookie` fields of an answer. */
export function setCookiesIn({ wantsHead, head, answeredFields }: AnswerHead): readonly string[] {
  // Asked of every answer, and most have none.
  if (wantsHead) return head !== null && SETS_COOKIE.test(head) ? valuesInHead(head, 'set-cookie') : NONE;
  const value = answeredFields?.['set-cookie'];
  return value === undefined ? NONE : [value].flat();
}
