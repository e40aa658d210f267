/** What must hold of every result (docs/metrics.md). */
export type Identity =
  | 'scheduled-sum'
  | 'sent-sum'
  | 'outcomes-sum'
  | 'errors-sum'
  | 'errors-by-kind'
  | 'statuses-sum'
  | 'latency-count'
  | 'response-bounds'
  | 'service-or-wait'
  | 'first-bytes'
  | 'histogram-sum'
  | 'series-sum'
  | 'mix-sum'
  | 'mix-latencies'
  | 'records-arrived';

/**
 * The figures of each code: milliseconds where a name ends in `Ms`, shares from 0 to 1 where it ends in `Share`, else
 * counts and names. docs/findings.md has the same table.
 */
export interface FindingFigures {
  /** Degraded: what a worker process or thread had not sent yet is missing; a batch gives its rows to the others. */
  readonly 'worker-lost': { readonly worker: number; readonly because: string; readonly isBatch: boolean };
  /** The longest time in which a worker could do nothing at all. */
  readonly 'stood-still': { readonly stoodStillMs: number };
  readonly 'requests-failed-here': {
    readonly failed: number;
    readonly sent: number;
    readonly codes: readonly string[];
  };
  readonly 'requests-dropped': { readonly dropped: number };
  readonly 'requests-unfinished': { readonly unfinished: number };
  readonly 'requests-not-started': { readonly notStarted: number };
  /** `of` is the latency, kind of failure, field or worker that it is about; null where it is about all. */
  readonly 'identity-violated': {
    readonly identity: Identity;
    readonly of: string | null;
    readonly left: number;
    readonly right: number;
  };
  /** What was said while the options were read, in words already. */
  readonly 'option-note': { readonly text: string };
  readonly 'response-beyond-service': Readonly<Record<'responseMs' | 'serviceMs', number>>;
  readonly 'cold-start': {
    readonly slow: number;
    readonly count: number;
    readonly startMs: number;
    readonly longestMs: number;
    readonly laterP99Ms: number;
  };
}

export type FindingCode = keyof FindingFigures;

/** Something that was found, for a reporter to put into words. */
export type Finding<Code extends FindingCode = FindingCode> = {
  [Known in Code]: { readonly code: Known; readonly figures: FindingFigures[Known] };
}[Code];
