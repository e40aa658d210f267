import type { Endpoint } from './endpoint.ts';
import type { Message } from './message.ts';

/** Where the text of a placeholder comes from; everything but `now` follows from seed, number and rows. */
export type PlaceholderSource =
  /** A cell of the request's row. */
  | { readonly type: 'column'; readonly column: number }
  /** The request's number in the run, from 1. */
  | { readonly type: 'number' }
  | { readonly type: 'uuid' }
  /** A whole number from `from` to `to`, both included. */
  | { readonly type: 'random'; readonly from: number; readonly to: number }
  | { readonly type: 'now'; readonly unit: 'iso' | 'ms' | 's' };

/** How a placeholder's text is written where it stands. */
export type PlaceholderEncoding = 'raw' | 'url' | 'json' | 'form';

export interface Placeholder {
  readonly source: PlaceholderSource;
  readonly encoding: PlaceholderEncoding;
}

/** Text with places to fill in; adjacent strings are joined. */
export type Template = readonly (string | Placeholder)[];
export type BodyTemplate = readonly (Uint8Array | Placeholder)[];

/** The parts of a request that differ from one to the next; null where a part is always the same. */
export interface RequestTemplates {
  /** The whole URL, where its origin is not known before; else null. */
  readonly url: Template | null;
  readonly path: Template | null;
  /** Flat: name, value, name, value; all of them where one differs. */
  readonly headers: readonly Template[] | null;
  readonly body: BodyTemplate | null;
}

/** Statuses from `from` to `to`, both included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** What a value of an answer must be like. */
export type ValueRule =
  | { readonly type: 'exists' | 'missing' }
  /** The value itself, or its length, against what is given. */
  | {
      readonly type: 'compare';
      readonly ofLength: boolean;
      readonly by: Comparison;
      readonly value: string;
    }
  | { readonly type: 'contains'; readonly value: string }
  | { readonly type: 'matches'; readonly source: string; readonly flags: string };

/** What a response must be like; a part that is empty or null asks for nothing. */
export interface Expectation {
  readonly statuses: readonly StatusRange[];
  /** By their names in lower case. */
  readonly headers: readonly { readonly name: string; readonly rule: ValueRule }[];
  readonly bodyTexts: readonly string[];
  readonly json: readonly { readonly path: string; readonly rule: ValueRule }[];
  readonly maxBodyBytes: number | null;
  /** From the first byte sent until the last one received, redirects included. */
  readonly longestMs: number | null;
}

/** Who asks, where the server wants Digest authorization. */
export interface DigestCredentials {
  readonly user: string;
  readonly password: string;
}

/**
 * What becomes of the method when a redirect is followed: RFC 9110 and browsers turn some to GET; or it stays as
 * it is, as with curl's `-X`, while a body is dropped where the standard drops it, or where an upload does.
 */
export type MethodOnRedirect = 'standard' | 'kept' | 'kept-with-upload';

/** One of the requests that a run sends. */
export interface RequestPlan {
  /** Unique within the plan. */
  readonly name: string;
  /** How often it is sent, against the others: a whole number from 1. */
  readonly weight: number;
  /** Null where only the row of a request says it. */
  readonly endpoint: Endpoint | null;
  readonly message: Message;
  readonly templates: RequestTemplates | null;
  readonly expectation: Expectation | null;
  /** Redirects that are followed; 0 for none. */
  readonly maxRedirects: number;
  readonly methodOnRedirect: MethodOnRedirect;
  /** Lower-case names of headers that go where a redirect drops the body. */
  readonly headersOfBody: readonly string[];
  /** Null without Digest authorization. */
  readonly digest: DigestCredentials | null;
}

export const ROWS_MODES = ['cycle', 'once', 'random'] as const;
export type RowsMode = (typeof ROWS_MODES)[number];

/** Rows of text in one piece, so that they travel to workers as two buffers. */
export interface RowCells {
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** UTF-8 of all cells, row by row. */
  readonly text: Uint8Array;
  /** Where each cell ends in `text`. */
  readonly ends: Float64Array;
}

/** The numbers of a worker's requests, counted from 0 apart in the warm-up and in the window. */
export interface Numbering {
  readonly first: number;
  readonly step: number;
}
