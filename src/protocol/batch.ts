import type { Rate } from './load.ts';
import type { RowCells, Template } from './request.ts';

/** A value to extract from each row's answer: its name in the output and its path in the JSON. */
export interface Selection {
  readonly name: string;
  readonly path: string;
}

/** What a row has of an answer that is a stream of tokens, before what is selected. */
export const STREAM_COLUMNS = ['volley_text', 'volley_tokens', 'volley_ttft_ms', 'volley_tpot_ms'] as const;

/** How one request is sent for each row. Quantities are for the whole batch, not per worker. */
export interface BatchPlan {
  /** Attempts beyond the first; 0 where the method must not be repeated. */
  readonly retries: number;
  /** Rows that a worker asks for at a time; null: what it sends in a few milliseconds. */
  readonly chunkRows: number | null;
  /** Upper limit on attempts started per second; null for none. */
  readonly rate: Rate | null;
  readonly select: readonly Selection[];
  /** Where the bodies of good answers are written; null where they are not kept. */
  readonly saveBody: BodyPlace | null;
}

/** A folder, and a file name for each row. */
export interface BodyPlace {
  readonly folder: string;
  readonly name: Template;
  /** Prefix of the names of incomplete files; a resumed batch recognizes its own by it. */
  readonly unfinishedPrefix: string;
}

/** Rows on their way to a worker. */
export interface RowChunk {
  /** Of each row, from 1. */
  readonly numbers: Float64Array;
  readonly cells: RowCells;
}

/** The outcome of a row after its last attempt. */
export interface RowAnswer {
  readonly row: number;
  /** Zero without a complete response. */
  readonly status: number;
  /** Service time of the last attempt; null where it was never sent. */
  readonly latencyMs: number | null;
  readonly attempts: number;
  /** What went wrong; empty if nothing did. */
  readonly error: string;
  /** One per column of streams, where answers are some, and one per selection, as JSON text; null where the answer has no such value. */
  readonly values: readonly (string | null)[];
}

/** Messages between a coordinator that hands out rows and its workers. */
export type DealtMessage =
  | { readonly type: 'rows'; readonly chunk: RowChunk }
  /** Values of this length from `answers` have been written, so there is room for more. */
  | { readonly type: 'answers-written'; readonly valuesLength: number }
  /** Every row has been answered: the worker is done. */
  | { readonly type: 'no-more-rows' };

export type RowMessage =
  /** The worker's queue is running low; it takes up to `rows` more. */
  | { readonly type: 'wants-rows'; readonly rows: number }
  | {
      readonly type: 'answers';
      readonly answers: readonly RowAnswer[];
      /** Characters of their values; null where they are few and the worker does not wait for `written`. */
      readonly valuesLength: number | null;
    }
  /** A body could not be saved; going on would lose more. */
  | { readonly type: 'not-saved'; readonly message: string };

/** What is wrong with a row, or with the first line, of an input. */
export type WrongRow =
  | 'line-too-long'
  | 'not-utf-8'
  | 'no-columns'
  | 'columns'
  | 'cell-count'
  | 'quotes'
  | 'not-json'
  | 'file-name'
  | 'other-input';

/** Why a batch ended before its last row was answered; docs/batch.md lists the codes. */
export type BatchTrouble =
  | {
      readonly code: 'rows-unreadable';
      readonly figures: {
        /** Null where the system's own `error` says what is wrong. */
        readonly wrong: WrongRow | null;
        readonly line: number | null;
        readonly row: number | null;
        /** The system's error code, such as EIO. */
        readonly error: string | null;
      };
    }
  | { readonly code: 'output-not-written'; readonly figures: { readonly error: string } }
  | { readonly code: 'reader-gone'; readonly figures: Readonly<Record<never, never>> };

/** The outcome of the rows, as in the JSON result of a batch. */
export interface BatchRows {
  /** Null where it is unknown, as for stdin. */
  readonly total: number | null;
  /** Rows that could not be read and were skipped. Absent in older results. */
  readonly skipped?: number;
  /** Line numbers of the first of them. Absent in older results. */
  readonly skippedLines?: readonly number[];
  readonly done: number;
  /** Answered by an earlier run. */
  readonly doneBefore: number;
  readonly ok: number;
  readonly failed: number;
  readonly retries: number;
  /** Held by a lost worker and sent by others. */
  readonly returned: number;
  /** Answers with status 429. */
  readonly rateLimitReplies: number;
  /** The most requests a second that may begin (`--rate`); null for no limit. Absent in older results. */
  readonly limitPerSecond?: number | null;
  readonly isComplete: boolean;
  /** What ended the batch before its last row was answered; null if nothing did. Absent in older results. */
  readonly trouble?: BatchTrouble | null;
  /** Of each row's last attempt; 0 means no answer. */
  readonly statuses: Readonly<Record<string, number>>;
  /** By kind. */
  readonly errors: Readonly<Record<string, number>>;
  /** By kind: a row that failed so. Absent in older results. */
  readonly examples?: Readonly<Record<string, RowExample>>;
}

/** A row that failed, and its whole error. */
export interface RowExample {
  readonly row: number;
  /** In the input; absent unless rows may be left out, and for rows that an earlier run has sent. */
  readonly line?: number;
  readonly error: string;
}
