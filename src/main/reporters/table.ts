import { cutApart, widthOf } from '../text/cell-width.ts';

/** Rows under a heading; the first column and columns of words are left-aligned, those of figures right-aligned. */
export interface Table {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The headings of columns with words, besides the first one. */
  readonly words?: readonly string[];
}

const GAP = '  ';
const NARROWEST_NAME = 12;

export function renderPlainTable(table: Table): string {
  const lines = [table.heading, ...table.rows];
  const widths = widthsOf(lines);
  const line = (cells: readonly string[]): string => padded(cells, widths, table).join(GAP).trimEnd();
  return lines.map(line).join('\n');
}

export function renderMarkdownTable(table: Table): string {
  const escaped = [table.heading, ...table.rows].map((cells) =>
    cells.map((cell) => cell.replaceAll('|', '\\|')),
  );
  const widths = widthsOf(escaped);
  const line = (cells: readonly string[]): string => `| ${padded(cells, widths, table).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    hasWords(table, column) ? '-'.repeat(Math.max(1, width)) : `${'-'.repeat(Math.max(1, width - 1))}:`,
  );
  const [first = [], ...others] = escaped;
  return [line(first), `| ${rule.join(' | ')} |`, ...others.map(line)].join('\n');
}

/** Drops the named columns, in order, until the table fits. */
export function fitted(table: Table, width: number, lessImportant: readonly string[]): Table {
  const [first, ...others] = lessImportant;
  const widest = Math.max(...renderPlainTable(table).split('\n').map(widthOf));
  if (widest <= width || first === undefined) return table;
  return fitted(without(table, first), width, others);
}

/**
 * Shortens the names in the first column until the table fits, as far as they can still be told apart; if that is not
 * enough, drops the named columns, in order.
 */
export function namesFitted(table: Table, width: number, lessImportant: readonly string[] = []): Table {
  const { heading, rows } = table;
  const widths = widthsOf([heading, ...rows]);
  const surplus = widths.reduce((sum, column) => sum + column + GAP.length, -GAP.length) - width;
  if (surplus <= 0) return table;
  const room = Math.max(NARROWEST_NAME, (widths[0] ?? 0) - surplus);
  const [first, ...others] = lessImportant;
  if (first !== undefined && (widths[0] ?? 0) - room < surplus)
    return namesFitted(without(table, first), width, others);
  const names = cutApart(
    rows.map(([name = '']) => name),
    room,
  );
  return { ...table, rows: rows.map(([name = '', ...cells], index) => [names[index] ?? name, ...cells]) };
}

function without(table: Table, name: string): Table {
  const column = table.heading.indexOf(name);
  if (column < 0) return table;
  const rest = (cells: readonly string[]): string[] => cells.filter((_, index) => index !== column);
  return { ...table, heading: rest(table.heading), rows: table.rows.map(rest) };
}

function hasWords({ heading, words = [] }: Table, column: number): boolean {
  return column === 0 || words.includes(heading[column] ?? '');
}

function widthsOf(lines: readonly (readonly string[])[]): number[] {
  return (lines[0] ?? []).map((_, column) => Math.max(...lines.map((cells) => widthOf(cells[column] ?? ''))));
}

/** A row may have fewer cells than the heading. */
function padded(cells: readonly string[], widths: readonly number[], table: Table): string[] {
  return cells.map((cell, column) => {
    const blanks = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
    return hasWords(table, column) ? cell + blanks : blanks + cell;
  });
}
