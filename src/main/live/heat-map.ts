import { CELLS_IN_ONE, type CoarseCells, middleOfCoarseMs } from '../../metrics/coarse-cells.ts';
import { lowerBoundMs } from '../../metrics/histogram.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import { formatSpan } from '../text/format.ts';
import { shortNumeral } from '../text/numerals.ts';
import { fill, type Line } from './line.ts';
import type { ShownLatency, Span } from './live-state.ts';

const LABEL_WIDTH = 8;
/** From no request to the count of the fullest field. */
const SHADES = [' ', '·', '░', '▒', '▓', '█'];
/** Steps within a power of ten; the finest that fits the lines is used. */
const STEPS = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];
const LABEL_DIGITS = 2;
const LOWEST_MS = 0.001;
/** The axis, and the fewest rows of the map. */
const FEWEST_LINES = 4;

/** How many columns of a heat map fit into a line of this width. */
export function roomOf(width: number): number {
  return Math.max(1, width - LABEL_WIDTH - 1);
}

/**
 * Latencies over time, fast ones at the bottom: the darker a field, the more requests ended there.
 *
 * @returns at most that many lines, fewer if latencies are alike; none if there is not enough room
 */
export function heatMap(columns: readonly Span[], kind: ShownLatency, width: number, lines: number): Line[] {
  if (lines < FEWEST_LINES) return [];
  const cells = columns.map(({ latencies }) => latencies[kind].cells);
  const first = Math.min(...cells.map((used) => used.cells[0] ?? Number.POSITIVE_INFINITY));
  const last = Math.max(...cells.map((used) => used.cells.at(-1) ?? Number.NEGATIVE_INFINITY));
  if (first > last) return [];
  const bounds = boundsOf(first, last, lines - 1);
  const rows = bounds.join();
  const fields = cells.map((used) => knownFieldsOf(used, bounds, rows));
  const most = Math.max(1, ...fields.flat());
  const blanks = ' '.repeat(roomOf(width) - columns.length + 1);
  return [
    ...bounds
      .map((fromMs, row): Line => {
        const shades = fields.map((counts) => shadeOf(counts[row] ?? 0, most)).join('');
        return [
          { text: fill(boundText(fromMs), LABEL_WIDTH, 'right'), tone: 'faint' },
          { text: blanks + shades },
        ];
      })
      .reverse(),
    axis(columns, blanks.length, kind),
  ];
}

/** Lower bounds of the rows; smaller values go into the first row. */
function boundsOf(firstCell: number, lastCell: number, most: number): number[] {
  const lowestMs = Math.max(LOWEST_MS, lowerBoundMs(firstCell * CELLS_IN_ONE));
  const highestMs = Math.max(LOWEST_MS, lowerBoundMs(lastCell * CELLS_IN_ONE));
  const choices = STEPS.map((steps) => stepsBetween(lowestMs, highestMs, steps));
  const fitting = choices.find(({ length }) => length <= most) ?? choices.at(-1) ?? [];
  return fitting.slice(-most);
}

/** The last step at or below the lowest value, and all steps up to the highest. */
function stepsBetween(lowestMs: number, highestMs: number, steps: readonly number[]): number[] {
  const bounds: number[] = [];
  const firstPower = Math.floor(Math.log10(lowestMs)) - 1;
  const lastPower = Math.ceil(Math.log10(highestMs)) + 1;
  for (let power = firstPower; power <= lastPower; power++)
    for (const step of steps) {
      const boundMs = Number(`${step}e${power}`);
      if (boundMs > highestMs) return bounds;
      if (boundMs <= lowestMs) bounds.length = 0;
      bounds.push(boundMs);
    }
  return bounds;
}

/** Of the spans that stay on the screen: only the newest is counted anew, until the rows change. */
const FIELDS = new WeakMap<CoarseCells, { readonly rows: string; readonly fields: readonly number[] }>();

function knownFieldsOf(used: CoarseCells, bounds: readonly number[], rows: string): readonly number[] {
  const known = FIELDS.get(used);
  if (known?.rows === rows) return known.fields;
  const fields = fieldsOf(used, bounds);
  FIELDS.set(used, { rows, fields });
  return fields;
}

/** How many values each row has; cells and bounds are both ascending. */
function fieldsOf({ cells, counts }: CoarseCells, bounds: readonly number[]): number[] {
  const fields = bounds.map(() => 0);
  let row = 0;
  for (let index = 0; index < cells.length; index++) {
    const valueMs = middleOfCoarseMs(cells[index] ?? 0);
    while ((bounds[row + 1] ?? Number.POSITIVE_INFINITY) <= valueMs) row++;
    fields[row] = (fields[row] ?? 0) + (counts[index] ?? 0);
  }
  return fields;
}

/** Based on the square root of the count, so that a single slow request among thousands stays visible. */
function shadeOf(count: number, most: number): string {
  return SHADES[Math.ceil(Math.sqrt(count / most) * (SHADES.length - 1))] ?? '';
}

function boundText(boundMs: number): string {
  if (boundMs < 1) return `${shortNumeral(boundMs * MS_PER_SECOND, LABEL_DIGITS)} µs`;
  return boundMs < MS_PER_SECOND ? `${boundMs} ms` : `${boundMs / MS_PER_SECOND} s`;
}

/** Names the latency, the first and the newest column. */
function axis(columns: readonly Span[], blanks: number, kind: ShownLatency): Line {
  const [first, last] = [columns[0], columns.at(-1)];
  if (first === undefined || last === undefined) return [];
  const begin = `${formatSpan(last.toMs - first.fromMs)} ago`;
  const end = 'now';
  const room = columns.length - begin.length - end.length;
  const text = room < 1 ? end : begin + ' '.repeat(room) + end;
  const name = fill(kind, LABEL_WIDTH, 'right');
  return [{ text: name + fill(text, blanks + columns.length, 'right'), tone: 'faint' }];
}
