import type { Cookie } from './cookie.ts';
import type { Endpoint } from './endpoint.ts';
import type { Message } from './message.ts';

/** Source of a placeholder's text; all but `now` are determined by seed, number and rows. */
type PlaceholderSource =
  /** A cell of the request's row. */
  | { readonly type: 'column'; readonly column: number }
  /** The request's number in the run, from 1. */
  | { readonly type: 'number' }
  | { readonly type: 'uuid' }
  /** A whole number from `from` to `to`, inclusive. */
  | { readonly type: 'random'; readonly from: number; readonly to: number }
  | { readonly type: 'now'; readonly unit: 'iso' | 'ms' | 's' };

/** How a placeholder's text is escaped where it stands. */
export type PlaceholderEncoding = 'raw' | 'url' | 'json' | 'form';

export interface Placeholder {
  readonly source: PlaceholderSource;
  readonly encoding: PlaceholderEncoding;
}

/** Text with placeholders; adjacent strings are joined. */
export type Template = readonly (string | Placeholder)[];
export type BodyTemplate = readonly (Uint8Array | Placeholder)[];

/** The parts of a request that vary; null where a part is constant. */
export interface RequestTemplates {
  /** The whole URL if even its origin varies; else null. */
  readonly url: Template | null;
  readonly method: Template | null;
  readonly path: Template | null;
  /** Flat: name, value, name, value; all headers if one of them varies. */
  readonly headers: readonly Template[] | null;
  readonly body: BodyTemplate | null;
  /** The body is to be JSON, and what a placeholder stands for may break it. */
  readonly mayBreakJson: boolean;
}

/** Statuses from `from` to `to`, inclusive. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** A condition on a value of an answer. */
export type ValueRule =
  | { readonly type: 'exists' | 'missing' }
  /** Whether the value or its length is compared. */
  | {
      readonly type: 'compare';
      readonly ofLength: boolean;
      readonly by: Comparison;
      readonly value: string;
    }
  | { readonly type: 'contains'; readonly value: string }
  | { readonly type: 'matches'; readonly source: string; readonly flags: string };

/** Expectations of a response; parts that are empty or null ask for nothing. */
export interface Expectation {
  readonly statuses: readonly StatusRange[];
  /** By lower-case name. */
  readonly headers: readonly { readonly name: string; readonly rule: ValueRule }[];
  readonly bodyTexts: readonly string[];
  readonly json: readonly { readonly path: string; readonly rule: ValueRule }[];
  readonly maxBodyBytes: number | null;
  /** Limit from the first byte sent to the last byte received, redirects included. */
  readonly longestMs: number | null;
}

/** Credentials for Digest authorization. */
export interface DigestCredentials {
  readonly user: string;
  readonly password: string;
}

/**
 * The method after a redirect: changed to GET where RFC 9110 and browsers do so, or kept,
 * as with curl's `-X`, while a body is dropped where the standard, or an upload, drops it.
 */
export type MethodOnRedirect = 'standard' | 'kept' | 'kept-with-upload';

/** What else curl goes by where it follows redirects, and the standard does not say or says otherwise. */
export interface CurlRedirects {
  /** Dots in a location stay. */
  readonly pathAsIs: boolean;
  /** Protocols that a location may have; by default both. */
  readonly protocols?: readonly ('http' | 'https')[];
  /** A location with a user name is not followed. */
  readonly refusesUserNames?: boolean;
  /** What is meant for one origin is sent to others too (`--location-trusted`). */
  readonly isTrusting: boolean;
  /** Statuses that turn no POST into GET (`--post301` and the like). */
  readonly keepsPostAfter: readonly number[];
  /**
   * What says who asks: a header, which a location's name and password do not replace; `--user`, which they do not
   * replace either; or the URL, or nothing, which they do.
   */
  readonly authorizedBy: 'header' | 'user' | 'url';
  /** A `host` header is given, and goes to every port of the first host. */
  readonly hasOwnHost: boolean;
  /** `referer` says where each redirect came from (`;auto`). */
  readonly saysReferer: boolean;
  /** The `cookie` header is made of `--cookie`, which goes to every host. */
  readonly saysCookies: boolean;
  /** Cookies of files, which those of answers join, each going where it belongs; null where none are kept. */
  readonly keptCookies: readonly Cookie[] | null;
}

/** One request of a run's mix. */
export interface RequestPlan {
  /** Unique within the plan. */
  readonly name: string;
  /** Its frequency relative to the others: a whole number from 1. */
  readonly weight: number;
  /** Null where only each request's row determines it. */
  readonly endpoint: Endpoint | null;
  readonly message: Message;
  readonly templates: RequestTemplates | null;
  readonly expectation: Expectation | null;
  /** Redirects to follow; 0 for none. */
  readonly maxRedirects: number;
  readonly methodOnRedirect: MethodOnRedirect;
  /** Lower-case names of headers to drop when a redirect drops the body. */
  readonly headersOfBody: readonly string[];
  /** Null where redirects are followed by the standard alone. */
  readonly curlRedirects: CurlRedirects | null;
  /** Null without Digest authorization. */
  readonly digest: DigestCredentials | null;
}

export const ROWS_MODES = ['cycle', 'once', 'random'] as const;
export type RowsMode = (typeof ROWS_MODES)[number];

/** Rows of text in one piece, sent to workers as two buffers. */
export interface RowCells {
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** UTF-8 of all cells, row by row. */
  readonly text: Uint8Array;
  /** Where each cell ends in `text`. */
  readonly ends: Float64Array;
}

/** Which numbers of the run a worker's requests have; warm-up and window are each counted from 0. */
export type Numbering =
  /** One after the other. */
  | { readonly type: 'range'; readonly first: number }
  /** One of each round of as many numbers as there are workers. */
  | {
      readonly type: 'rounds';
      readonly index: number;
      readonly workers: number;
      /** Length of a turn of the mix, and what it has in common with the number of workers. */
      readonly turn: number;
      readonly common: number;
      /** How many numbers there are at least, over all workers. */
      readonly known: number;
    };
