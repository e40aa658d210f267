import { quoted } from '../../text/quoted.ts';
import { isOptionWord, phrase, the, type Words } from '../words.ts';
import type { RowsForm } from './rows-form.ts';

const MOST_NAMED = 10;

/** Columns that cannot be used; the problem is not in a row. */
export class WrongColumns extends Error {
  /** The same, for the reader's own terms. */
  readonly words: Words;

  constructor(words: Words) {
    super(words.map((word) => (isOptionWord(word) ? word.option : String(word))).join(''));
    this.words = words;
  }
}

/** Delimiters that spreadsheets use in some countries. */
const OTHER_DELIMITERS = [
  [';', "';'"],
  ['\t', 'tab'],
] as const;

/** @throws WrongColumns if the first line of a file seems to be separated by something other than a comma */
export function checkDelimiter(firstLine: string, { delimiter, isDelimiterAssumed }: RowsForm): void {
  if (!isDelimiterAssumed || firstLine.includes(delimiter)) return;
  const [, other] = OTHER_DELIMITERS.find(([separator]) => firstLine.includes(separator)) ?? [];
  if (other !== undefined)
    throw new WrongColumns(
      phrase`the first line has ${other} and no comma: name the separator of its cells (${the('delimiter')} ${other}, or ${the('delimiter')} ',')`,
    );
}

/**
 * For a file with bad lines whose first line is a single cell.
 *
 * @throws WrongColumns if that line seems to be separated by something else
 */
export function checkSingleColumn(firstLine: string, { delimiter }: RowsForm): void {
  const [, other] =
    OTHER_DELIMITERS.find(([separator]) => separator !== delimiter && firstLine.includes(separator)) ?? [];
  if (other !== undefined)
    throw new WrongColumns(
      phrase`the first line has ${other} and no '${delimiter}': name the separator of its cells, as in ${the('delimiter')} ${other}`,
    );
}

const OF_EXCEL = /^sep=/i;

/** @throws WrongColumns that names the columns */
export function checkColumns(columns: readonly string[]): void {
  if (OF_EXCEL.test(columns[0] ?? ''))
    throw new WrongColumns(['the first line is a note that only Excel reads (sep=): leave it out']);
  const empty = columns.flatMap((name, index) => (name.trim() === '' ? [index + 1] : []));
  if (empty.length > 0) {
    const named = empty.slice(0, MOST_NAMED).join(' and ');
    throw new WrongColumns([`column ${named} has no name: name every column in the first line`]);
  }
  const seen = new Set<string>();
  for (const name of columns) {
    if (seen.has(name))
      throw new WrongColumns([`two columns are called ${quoted(name)}: give each a name of its own`]);
    seen.add(name);
  }
}
