import { CELLS_MARK, isPackedHistograms, packHistograms, unpackHistograms } from './packed-histograms.ts';

/** In front of the columns that stand for a list of rows; what holds the word itself is left as it is. */
const MARK = 'volley:rows';
/** The key of histograms. */
const CELLS = 'cells';

/** A list of objects: which shape each has, the keys of each shape, and the values of each key in order of the rows. */
interface Columns {
  readonly [MARK]: readonly number[];
  readonly shapes: readonly (readonly string[])[];
  readonly columns: readonly (readonly unknown[])[];
}

/** The JSON of a value with lists of objects as columns, which compress better: what is alike stands together. */
export function textByColumns(value: unknown): string {
  const text = JSON.stringify(value);
  if (text.includes(MARK) || text.includes(CELLS_MARK)) return text;
  return JSON.stringify({ [MARK]: [], of: byColumns(JSON.parse(text)) });
}

/**
 * The JSON that {@link textByColumns} was given; other JSON as it is.
 *
 * @throws Error if columns are damaged
 */
export function textByRows(text: string): string {
  if (!text.startsWith(`{"${MARK}"`)) return text;
  const { of } = JSON.parse(text) as { readonly of?: unknown };
  return JSON.stringify(byRows(of));
}

function byColumns(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (!Array.isArray(value)) return mapped(value, byColumns);
  if (value.length < 2 || !value.every(isRow)) return value.map(byColumns);
  const shapes = new Map<string, { readonly index: number; readonly keys: readonly string[] }>();
  const columns = new Map<string, unknown[]>();
  const rows = value.map((row) => {
    const keys = Object.keys(row);
    const name = JSON.stringify(keys);
    const shape = shapes.get(name) ?? { index: shapes.size, keys };
    shapes.set(name, shape);
    for (const key of keys) {
      const column = columns.get(key);
      if (column === undefined) columns.set(key, [row[key]]);
      else column.push(row[key]);
    }
    return shape.index;
  });
  return {
    [MARK]: rows,
    shapes: [...shapes.values()].map(({ keys }) => keys),
    columns: [...columns].map(
      ([key, column]) => (key === CELLS ? packHistograms(column) : null) ?? byColumns(column),
    ),
  };
}

function byRows(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (Array.isArray(value)) return value.map(byRows);
  if (isPackedHistograms(value)) return unpackHistograms(value);
  if (!(MARK in value)) return mapped(value, byRows);
  const { [MARK]: rows, shapes, columns } = value as unknown as Columns;
  const names = [...new Set(shapes.flat())];
  const columnOf = new Map(names.map((name, index) => [name, byRows(columns[index])]));
  const taken = new Map<string, number>();
  return rows.map((shape) =>
    Object.fromEntries(
      (shapes[shape] ?? []).map((key) => {
        const at = taken.get(key) ?? 0;
        const column = columnOf.get(key);
        // Each value is used once, so a small file cannot claim to be a large one.
        if (!Array.isArray(column) || at >= column.length) throw new Error(`a value of ${key} is missing`);
        taken.set(key, at + 1);
        return [key, column[at]];
      }),
    ),
  );
}

function mapped(value: object, change: (inner: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)]));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value);
}
