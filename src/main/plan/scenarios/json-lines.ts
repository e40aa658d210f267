import type { RowCells } from '../../../protocol/request.ts';
import { RowTableBuilder } from '../../../requests/row-table.ts';
import { readInput, whyUnread } from '../../files/input-files.ts';
import type { Problems } from '../problems.ts';
import { given, phrase, the } from '../words.ts';

/** Reads a file with one JSON value per line, each of which is a row; null if a problem has been noted. */
export function readLines(path: string, problems: Problems): RowCells | null {
  let text: string;
  try {
    text = readInput(path).toString('utf8');
  } catch (error) {
    problems.add(phrase`${the('rows')} ${given(path)} ${whyUnread(error)}`);
    return null;
  }
  const table = new RowTableBuilder(['json']);
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      JSON.parse(line);
    } catch {
      problems.add(phrase`${the('rows')} ${given(path)}: line ${index + 1} is not JSON.`);
      return null;
    }
    table.add([line]);
  }
  if (table.rowCount === 0)
    problems.add(phrase`${the('rows')} ${given(path)} has no rows: give at least one line.`);
  return table.build();
}
