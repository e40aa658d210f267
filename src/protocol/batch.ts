import type { Rate } from './load.ts';
import type { RowCells, Template } from './request.ts';

/** A value that a row's answer is asked for: a name in the output, a path into JSON. */
export interface Selection {
  readonly name: string;
  readonly path: string;
}

/** How one request is sent for each row. Every quantity is global. */
export interface BatchPlan {
  /** Attempts beyond the first one; 0 where the method must not be repeated. */
  readonly retries: number;
  /** Rows that a worker asks for at a time; null: as many as it takes some milliseconds to send. */
  readonly chunkRows: number | null;
  /** Attempts are started no faster; null for no limit. */
  readonly rate: Rate | null;
  readonly select: readonly Selection[];
  /** Where bodies of good answers go; null where they are not kept. */
  readonly saveBody: BodyPlace | null;
}

/** A folder, and a file name for each row. */
export interface BodyPlace {
  readonly folder: string;
  readonly name: Template;
  /** How files begin that are not complete: a batch that is resumed finds its own ones by it. */
  readonly unfinishedPrefix: string;
}

/** Rows on their way to a worker. */
export interface RowChunk {
  /** Of each row, from 1. */
  readonly numbers: Float64Array;
  readonly cells: RowCells;
}

/** What has become of a row, after the last attempt. */
export interface RowAnswer {
  readonly row: number;
  /** Zero where no complete response came. */
  readonly status: number;
  /** Service time of the last attempt; null where it was never sent. */
  readonly latencyMs: number | null;
  readonly attempts: number;
  /** What went wrong; an empty text where nothing did. */
  readonly error: string;
  /** One for each selection, as JSON text; null where the answer has none. */
  readonly values: readonly (string | null)[];
}

/** Between a coordinator that deals rows and its workers. */
export type DealtMessage =
  | { readonly type: 'rows'; readonly chunk: RowChunk }
  /** Answers with values of this length, told in `answers`, are written: there is room for others. */
  | { readonly type: 'answers-written'; readonly valuesLength: number }
  /** Every row has been answered: the worker is done. */
  | { readonly type: 'no-more-rows' };

export type RowMessage =
  /** The worker's queue runs low: it takes up to `rows` more. */
  | { readonly type: 'wants-rows'; readonly rows: number }
  | {
      readonly type: 'answers';
      readonly answers: readonly RowAnswer[];
      /** Characters of their values; null where they are few, and nobody waits for word that they are written. */
      readonly valuesLength: number | null;
    }
  /** A body could not be saved: going on would lose more. */
  | { readonly type: 'not-saved'; readonly message: string };

/** What became of the rows, as the JSON result of a batch has it. */
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

/** Why a batch ended before its last row was answered; docs/batch.md has the codes. */
export type BatchTrouble =
  | {
      readonly code: 'rows-unreadable';
      readonly figures: {
        /** Null where the system says what is wrong, with `error`. */
        readonly wrong: WrongRow | null;
        readonly line: number | null;
        readonly row: number | null;
        /** The system's code, such as EIO. */
        readonly error: string | null;
      };
    }
  | { readonly code: 'output-not-written'; readonly figures: { readonly error: string } }
  | { readonly code: 'reader-gone'; readonly figures: Readonly<Record<never, never>> };

export interface BatchRows {
  /** Null where nobody knows, as of stdin. */
  readonly total: number | null;
  /** Rows that could not be read, and were left out. Absent in older results. */
  readonly skipped?: number;
  /** Lines of the first of them. Absent in older results. */
  readonly skippedLines?: readonly number[];
  readonly done: number;
  /** Answered by an earlier run. */
  readonly doneBefore: number;
  readonly ok: number;
  readonly failed: number;
  readonly retries: number;
  /** That a lost worker held and others have sent. */
  readonly returned: number;
  /** Answers that said that requests come too fast. */
  readonly rateLimitReplies: number;
  readonly isComplete: boolean;
  /** What has ended it before the last row was answered; null where nothing did. Absent in older results. */
  readonly trouble?: BatchTrouble | null;
  /** Of each row's last attempt; 0 stands for no answer. */
  readonly statuses: Readonly<Record<string, number>>;
  /** By kind. */
  readonly errors: Readonly<Record<string, number>>;
}
