import type { Endpoint } from '../../protocol/endpoint.ts';
import type { Fields } from '../clients/dispatcher.ts';
import { valuesInHead } from './head-text.ts';

/** Stores cookies from answers and adds them to requests. */
export interface CookieKeeper {
  /** Stores the cookies that an answer sets. */
  take(fields: readonly string[], from: Endpoint, path: string): void;
  /** The `cookie` header for a URL; null without cookies. */
  valueFor(to: Endpoint, path: string): string | null;
}

/** A request's own cookies, and the keeper for those of its answer. */
export interface RequestCookies {
  readonly keeper: CookieKeeper | null;
  /** Adds the stored cookies; otherwise the request's own header is complete. */
  readonly saysKept: boolean;
  /** The request's own cookies besides; null without any. */
  readonly others: string | null;
}

/** The `cookie` header; null without cookies. */
export function cookieValue(kept: string | null, others: string | null): string | null {
  return kept === null || others === null ? (kept ?? others) : `${others}; ${kept}`;
}

/** A head in the form that its client gives: text, or fields. */
export interface AnswerHead {
  readonly wantsHead: boolean;
  readonly head: string | null;
  readonly answeredFields: Fields | null;
}

const NONE: readonly string[] = [];
const SETS_COOKIE = /(?:^|\n)set-cookie:/i;
/** Heads are alike for a second, while their date is: comparing costs less than searching. */
let latestWithout = '';

/** The `set-cookie` fields of an answer. */
export function setCookiesIn({ wantsHead, head, answeredFields }: AnswerHead): readonly string[] {
  // Runs for every answer, and most have none.
  if (wantsHead) {
    if (head === null) return NONE;
    if (head !== latestWithout && SETS_COOKIE.test(head)) return valuesInHead(head, 'set-cookie');
    // Also if it is equal: the next one may be the same string, which takes no comparing of characters.
    latestWithout = head;
    return NONE;
  }
  const value = answeredFields?.['set-cookie'];
  return value === undefined ? NONE : [value].flat();
}
