import { createRequire } from 'node:module';
import type { RowCells } from '../../../protocol/request.ts';
import { RowTableBuilder } from '../../../requests/row-table.ts';
import { checkColumns, checkDelimiter, checkSingleColumn } from './columns.ts';
import { RowProblems } from './row-problems.ts';
import type { RowsForm } from './rows-form.ts';

const require = createRequire(import.meta.url);

/** The fields of the parser's errors that are used. */
interface CsvError {
  readonly code?: unknown;
  /** The parser's line. */
  readonly lines?: unknown;
  readonly record?: unknown;
}

/**
 * Reads CSV with column names in its first line (RFC 4180); the text has no byte order mark.
 *
 * @throws RowsError with all bad lines that are not skipped
 */
export function csvRows(text: string, form: RowsForm): RowCells {
  const { delimiter, skipped } = form;
  const firstLine = text.slice(0, text.search(/[\r\n]|$/));
  checkDelimiter(firstLine, form);
  // Loaded only for CSV files.
  const { parse } = require('csv-parse/sync') as typeof import('csv-parse/sync');
  const problems = new RowProblems();
  let table: RowTableBuilder | null = null;
  let columnCount = 0;
  let lastLine = 0;
  let lastTold = '';
  const lost = new Error('nothing after it can be read reliably');
  const options: import('csv-parse/sync').Options = {
    delimiter,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      const bad = error ?? {};
      const isLost = isQuoting(bad) || columnCount === 0;
      const sentence = csvSentence(bad, columnCount, lastLine);
      // A record may be reported twice.
      if ((isLost || skipped === null) && sentence !== lastTold) problems.add(sentence);
      lastTold = sentence;
      if (isLost) throw lost;
      const line = firstLineOf(bad, lastLine + 1);
      if (line > lastLine) skipped?.add(line);
      lastLine = lineOf(bad, lastLine);
      return undefined;
    },
    on_record: (record: readonly string[], { lines }) => {
      lastLine = lines;
      if (table === null) {
        checkColumns(record);
        columnCount = record.length;
        table = new RowTableBuilder(record);
      } else {
        table.add(record);
      }
      return null;
    },
  };
  try {
    parse(text, options);
  } catch (error) {
    if (error !== lost) throw error;
  }
  if (problems.hasAny && columnCount === 1) checkSingleColumn(firstLine, form);
  problems.throwIfAny();
  return (table ?? new RowTableBuilder([])).build();
}

/**
 * What is wrong with a record, and where.
 *
 * @param columnCount columns in the first line; 0 before it
 * @param lastLine the last line of the previous record; null if unknown
 */
export function csvSentence(error: CsvError, columnCount: number, lastLine: number | null): string {
  const line = lineOf(error, (lastLine ?? 0) + 1);
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH': {
      const cells: readonly unknown[] = Array.isArray(error.record) ? error.record : [];
      const wanted = columnCount === 1 ? '1 column' : `${columnCount} columns`;
      return `line ${firstLineOf(error, line)} has ${cells.length === 1 ? '1 cell' : `${cells.length} cells`}, and the first line names ${wanted}`;
    }
    case 'CSV_QUOTE_NOT_CLOSED':
      return lastLine === null
        ? 'a quote is opened and never closed'
        : `a quote is opened in line ${lastLine + 1} or after it, and never closed`;
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `line ${line} has text after a closing quote: write a quote within quotes twice`;
    case 'INVALID_OPENING_QUOTE':
      return `line ${line} has a quote in a cell that does not begin with one: put the cell into quotes, and write a quote within them twice`;
    default:
      return `line ${line} is not CSV`;
  }
}

/** The line in which a bad record begins. */
export function firstLineOf(error: CsvError, otherwise: number): number {
  const cells: readonly unknown[] = Array.isArray(error.record) ? error.record : [];
  return lineOf(error, otherwise) - cells.reduce((sum: number, cell) => sum + lineEndsIn(String(cell)), 0);
}

/** After a quote that is not closed, or closed too early, nothing can be trusted: such a row cannot be skipped. */
export function isQuoting({ code }: CsvError): boolean {
  return code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_INVALID_CLOSING_QUOTE';
}

function lineOf({ lines }: CsvError, otherwise: number): number {
  return typeof lines === 'number' ? lines : otherwise;
}

function lineEndsIn(text: string): number {
  return text.split('\n').length - 1;
}
