/** The part of a plan that determines the columns of its records. */
interface Recorded {
  readonly mix: readonly unknown[];
  readonly scenarios?: unknown;
  /** Null or absent where answers are read as a whole. */
  readonly stream?: unknown;
}

/** Who counted the tokens of a row, by the number in its column; null if they were not counted. */
export const TOKEN_COUNTERS = [null, 'server', 'events'] as const;
export type TokenCounter = (typeof TOKEN_COUNTERS)[number];

/** Whether a row keeps the objectives, by the number in its column; null where there are none, and of what was not sent. */
export const JUDGEMENTS = [null, false, true] as const;

const ofStreams = ({ stream }: Recorded): boolean => stream !== undefined && stream !== null;

interface Column {
  readonly array: typeof Float64Array | typeof Uint16Array | typeof Uint8Array;
  /** Absent: every run has the column. */
  readonly onlyIn?: (run: Recorded) => boolean;
}

/**
 * What is recorded per request: one row, in columns. Milliseconds; NaN where a mark was never reached.
 * Wide columns come first so that all are aligned.
 */
const COLUMNS = {
  /** Intended start, relative to the start of the measured window; negative in the warm-up. */
  intendedMs: { array: Float64Array },
  startLagMs: { array: Float64Array },
  /** Until the first byte was written, or, as a lower bound, until the end. */
  waitMs: { array: Float64Array },
  /** NaN if no response head arrived. */
  firstByteMs: { array: Float64Array },
  /** NaN if no byte of the request was written. */
  serviceMs: { array: Float64Array },
  /** Bytes of the response's body. */
  bodyBytes: { array: Float64Array },
  /** Of a stream, each from when the request was due: the first token, the first that is not reasoning, the last one. */
  ttftMs: { array: Float64Array, onlyIn: ofStreams },
  ttfoMs: { array: Float64Array, onlyIn: ofStreams },
  e2eMs: { array: Float64Array, onlyIn: ofStreams },
  /** From the first token event to the second, and the longest time between two. */
  ttstMs: { array: Float64Array, onlyIn: ofStreams },
  longestGapMs: { array: Float64Array, onlyIn: ofStreams },
  /** NaN where it is not known. */
  tokens: { array: Float64Array, onlyIn: ofStreams },
  tokenEvents: { array: Float64Array, onlyIn: ofStreams },
  /** Zero if no head arrived. */
  status: { array: Uint16Array },
  /** Index in the plan's mix; for a scenario's request, the number of its name. */
  request: { array: Uint16Array, onlyIn: ({ mix, scenarios }) => mix.length > 1 || scenarios !== undefined },
  outcome: { array: Uint8Array },
  /** A place in `TOKEN_COUNTERS`. */
  tokensBy: { array: Uint8Array, onlyIn: ofStreams },
  /** A place in `JUDGEMENTS`. */
  isGood: { array: Uint8Array, onlyIn: ofStreams },
} as const satisfies Record<string, Column>;

type ColumnName = keyof typeof COLUMNS;
type OptionalName = {
  [Name in ColumnName]: (typeof COLUMNS)[Name] extends { onlyIn: unknown } ? Name : never;
}[ColumnName];
type ArrayOf<Name extends ColumnName> = InstanceType<(typeof COLUMNS)[Name]['array']>;

/** The columns of a run's records, in block order. */
export type RowLayout = readonly ColumnName[];

/** The columns of a block; columns that only some runs have may be missing. */
export type SampleColumns = {
  readonly [Name in Exclude<ColumnName, OptionalName>]: ArrayOf<Name>;
} & { readonly [Name in OptionalName]?: ArrayOf<Name> };

/** Rows in columns over one ArrayBuffer: transferred between threads, copied between processes. */
export interface SampleBlock {
  readonly buffer: ArrayBuffer;
  readonly layout: RowLayout;
  /** Capacity in rows; with the layout it determines where each column begins. */
  readonly capacity: number;
  /** Rows in use. */
  readonly count: number;
}

/** The columns that a run's records need. */
export function layoutOf(run: Recorded): RowLayout {
  return (Object.keys(COLUMNS) as ColumnName[]).filter((name) => {
    const { onlyIn }: Column = COLUMNS[name];
    return onlyIn === undefined || onlyIn(run);
  });
}

/** Bytes of a block's buffer for `capacity` rows. */
export function blockByteLength(layout: RowLayout, capacity: number): number {
  return layout.reduce((sum, name) => sum + capacity * COLUMNS[name].array.BYTES_PER_ELEMENT, 0);
}

/** Views of a block's columns. */
export function columnsOf({
  buffer,
  layout,
  capacity,
}: Pick<SampleBlock, 'buffer' | 'layout' | 'capacity'>): SampleColumns {
  let offset = 0;
  const views = layout.map((name) => {
    const view = new COLUMNS[name].array(buffer, offset, capacity);
    offset += view.byteLength;
    return [name, view];
  });
  return Object.fromEntries(views) as SampleColumns;
}
