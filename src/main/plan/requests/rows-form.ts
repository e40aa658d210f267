import { formatCount } from '../../text/format.ts';
import type { RunOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { given, phrase, the } from '../words.ts';

/** What separates cells where nothing else is said. */
export const COMMA = ',';

/** How a file of rows is read. */
export interface RowsForm {
  /** What separates the cells of CSV: one character. */
  readonly delimiter: string;
  /** Whether nobody said so. */
  readonly isDelimiterAssumed: boolean;
  /** Takes up what cannot be read; null where that ends the reading. */
  readonly skipped: SkippedRows | null;
}

const MOST_NAMED = 10;
const TAB = '\t';
const TAB_NAMES: ReadonlySet<string> = new Set(['tab', '\\t', TAB]);

/** Rows that were left out since they cannot be read. */
export class SkippedRows {
  count = 0;
  /** Lines of the first ones. */
  readonly lines: number[] = [];

  add(line: number): void {
    this.count++;
    if (this.lines.length < MOST_NAMED) this.lines.push(line);
  }

  /** How many they are, and where; null where there are none. */
  get sentence(): string | null {
    if (this.count === 0) return null;
    const more = this.count - this.lines.length;
    const lines = `${this.count === 1 ? 'line' : 'lines'} ${this.lines.map(String).join(', ')}`;
    const rows = this.count === 1 ? '1 bad row was' : `${formatCount(this.count)} bad rows were`;
    return `${rows} left out: ${lines}${more > 0 ? ` and ${formatCount(more)} more` : ''}.`;
  }
}

/** How rows are to be read; a problem is noted where the delimiter can be none. */
export function rowsFormOf(
  { delimiter, skipBadRows }: Pick<RunOptions, 'delimiter' | 'skipBadRows'>,
  problems: Problems,
): RowsForm {
  const known = TAB_NAMES.has(delimiter ?? COMMA) ? TAB : (delimiter ?? COMMA);
  // A letter or digit would part words; a quote and a line end have a meaning of their own.
  if (known !== TAB && !/^[^\p{L}\p{N}\p{C}\s"]$/u.test(known))
    problems.add(
      phrase`${the('delimiter')} ${given(delimiter)}: give one character such as ';' or '|', or tab.`,
    );
  return {
    delimiter: known,
    isDelimiterAssumed: delimiter === undefined,
    skipped: skipBadRows === true ? new SkippedRows() : null,
  };
}
