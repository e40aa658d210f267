import type { RowAnswer } from '../../protocol/batch.ts';
import { readBack, textOfJson } from '../../requests/exact-json.ts';
import { csvCell } from '../text/csv-line.ts';
import type { Format, InputRow } from './row.ts';

const BYTE_ORDER_MARK = '\uFEFF';

/** Columns of the output between the row's own and the selected ones. */
export const ANSWER_COLUMNS = [
  'volley_status',
  'volley_latency_ms',
  'volley_attempts',
  'volley_error',
] as const;

/** An answered row, as in the journal. */
export interface AnsweredRow extends RowAnswer {
  /** The row's own values, in the order of the columns. */
  readonly own: readonly unknown[];
}

export function answeredRow({ values }: InputRow, answer: RowAnswer): AnsweredRow {
  return { ...answer, own: values };
}

interface RecordOptions {
  readonly format: Format;
  /** The row's own columns. */
  readonly columns: readonly string[];
  /** Names of the values taken from answers. */
  readonly selected: readonly string[];
  /** Replaces missing values; null gives an empty cell, or null in JSON. */
  readonly byDefault: string | null;
  /** Separates cells. */
  readonly delimiter: string;
  /** CSV begins with a byte order mark, by which spreadsheets know that it is UTF-8. */
  readonly hasMark: boolean;
  /** Puts an apostrophe in front of cells that a spreadsheet would take for a formula. */
  readonly isCsvSafe: boolean;
}

/** Formats answered rows as lines of the output. */
export class RecordWriter {
  readonly #options: RecordOptions;
  readonly #names: readonly string[];

  constructor(options: RecordOptions) {
    this.#options = options;
    this.#names = [...options.columns, ...ANSWER_COLUMNS, ...options.selected];
  }

  /** The line of column names; empty in JSONL. */
  get heading(): string {
    const { format, hasMark } = this.#options;
    return format === 'csv' ? (hasMark ? BYTE_ORDER_MARK : '') + this.#csv(this.#names) : '';
  }

  line({ own, status, latencyMs, attempts, error, values }: AnsweredRow): string {
    const { byDefault, format } = this.#options;
    const selected = values.map((value) => (value === null ? byDefault : readBack(value)));
    const answer = [status === 0 ? null : status, latencyMs, attempts];
    if (format === 'csv') return this.#csv([...own, ...answer, error, ...selected]);
    const all = [...own, ...answer, error === '' ? null : error, ...selected];
    return `${JSON.stringify(Object.fromEntries(this.#names.map((name, index) => [name, all[index]])))}\n`;
  }

  #csv(cells: readonly unknown[]): string {
    const { isCsvSafe, delimiter } = this.#options;
    let line = '';
    for (const [index, cell] of cells.entries()) {
      const text = typeof cell === 'number' ? String(cell) : textOfJson(cell);
      line += (index === 0 ? '' : delimiter) + csvCell(isCsvSafe ? withoutFormula(text) : text, delimiter);
    }
    return `${line}\n`;
  }
}

/** Spreadsheets run cells that begin like this as formulas, except plain numbers. */
function withoutFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(?:\.\d+)?$/.test(text) ? `'${text}` : text;
}
