import { quoted } from '../../text/quoted.ts';

const MOST_NAMED = 10;

/** Columns that nothing can be filled in from; no row is at fault. */
export class WrongColumns extends Error {}

/** @throws WrongColumns that names the columns */
export function checkColumns(columns: readonly string[]): void {
  const empty = columns.flatMap((name, index) => (name.trim() === '' ? [index + 1] : []));
  if (empty.length > 0) {
    const named = empty.slice(0, MOST_NAMED).join(' and ');
    throw new WrongColumns(`column ${named} has no name: name every column in the first line`);
  }
  const seen = new Set<string>();
  for (const name of columns) {
    if (seen.has(name))
      throw new WrongColumns(`two columns are called ${quoted(name)}: give each a name of its own`);
    seen.add(name);
  }
}
