/** The part of a plan that decides which columns its records have. */
interface Recorded {
  readonly mix: readonly unknown[];
  readonly scenarios?: unknown;
}

interface Column {
  readonly array: typeof Float64Array | typeof Uint16Array | typeof Uint8Array;
  /** Absent where every run has it. */
  readonly onlyIn?: (run: Recorded) => boolean;
}

/**
 * What is recorded of a request: a row is one request, in columns. Milliseconds; NaN where a mark was never reached.
 * Wide columns come first, so that each is aligned.
 */
const COLUMNS = {
  /** Intended start, relative to the start of the measured window; negative in the warm-up. */
  intendedMs: { array: Float64Array },
  startLagMs: { array: Float64Array },
  /** Until the first byte was written, or else until the end (then a lower bound). */
  waitMs: { array: Float64Array },
  /** NaN where the response's head never arrived. */
  firstByteMs: { array: Float64Array },
  /** NaN where no byte of the request was ever written. */
  serviceMs: { array: Float64Array },
  /** Bytes of the response's body. */
  bodyBytes: { array: Float64Array },
  /** Zero where no head arrived. */
  status: { array: Uint16Array },
  /** Its place in the plan's mix; of a scenario's request the number of its name. */
  request: { array: Uint16Array, onlyIn: ({ mix, scenarios }) => mix.length > 1 || scenarios !== undefined },
  outcome: { array: Uint8Array },
} as const satisfies Record<string, Column>;

type ColumnName = keyof typeof COLUMNS;
type OptionalName = {
  [Name in ColumnName]: (typeof COLUMNS)[Name] extends { onlyIn: unknown } ? Name : never;
}[ColumnName];
type ArrayOf<Name extends ColumnName> = InstanceType<(typeof COLUMNS)[Name]['array']>;

/** The columns that the records of a run have, in their order in a block. */
export type RowLayout = readonly ColumnName[];

/** The columns of a block; those that only some runs have may be missing. */
export type SampleColumns = {
  readonly [Name in Exclude<ColumnName, OptionalName>]: ArrayOf<Name>;
} & { readonly [Name in OptionalName]?: ArrayOf<Name> };

/** Rows in columns over one ArrayBuffer: transferred between threads, copied between processes. */
export interface SampleBlock {
  readonly buffer: ArrayBuffer;
  readonly layout: RowLayout;
  /** Rows that the buffer has room for: where a column begins follows from it and the layout. */
  readonly capacity: number;
  /** Rows in use. */
  readonly count: number;
}

/** Which columns a run's records need. */
export function layoutOf(run: Recorded): RowLayout {
  return (Object.keys(COLUMNS) as ColumnName[]).filter((name) => {
    const { onlyIn }: Column = COLUMNS[name];
    return onlyIn === undefined || onlyIn(run);
  });
}

/** Size in bytes of a block's buffer for `capacity` rows. */
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
