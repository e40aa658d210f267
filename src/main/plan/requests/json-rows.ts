import { messageOf } from '../../../protocol/errors.ts';
import type { RowCells } from '../../../protocol/request.ts';
import { parseExactJson, textOfJson } from '../../../requests/exact-json.ts';
import { RowTableBuilder } from '../../../requests/row-table.ts';
import { quoted } from '../../text/quoted.ts';
import { checkColumns, WrongColumns } from './columns.ts';
import { RowProblems } from './row-problems.ts';
import type { SkippedRows } from './rows-form.ts';

/**
 * Reads one JSON object per line; the first one names the columns.
 *
 * @param skipped collects the bad lines; null if there must not be any
 * @param example of a line
 * @throws RowsError with all bad lines that are not skipped
 */
export function jsonRows(text: string, skipped: SkippedRows | null, example?: string): RowCells {
  const problems = new RowProblems();
  let table: RowTableBuilder | null = null;
  let columns: readonly string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      const row = objectIn(line, index + 1, example);
      if (table === null) {
        columns = Object.keys(row);
        checkColumns(columns);
        table = new RowTableBuilder(columns);
      }
      const missing = columns.find((column) => !Object.hasOwn(row, column));
      if (missing !== undefined)
        throw new Error(`line ${index + 1} lacks ${quoted(missing)}, which the first row has`);
      table.add(columns.map((column) => textOfJson(row[column])));
    } catch (error) {
      if (skipped !== null && !(error instanceof WrongColumns)) {
        skipped.add(index + 1);
        continue;
      }
      problems.add(messageOf(error));
      // The columns of the other rows are then unknown.
      if (table === null) break;
    }
  }
  problems.throwIfAny();
  return (table ?? new RowTableBuilder([])).build();
}

/** @throws Error that names the line */
export function objectIn(
  line: string,
  number: number,
  example = '{"id":1}',
): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseExactJson(line);
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : 'is JSON that is nested too deep to be read';
    throw new Error(`line ${number} ${why}: give an object such as ${example}, in one line`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`line ${number} is not a JSON object: give one with a field for each column`);
  return value as Readonly<Record<string, unknown>>;
}
