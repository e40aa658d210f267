import { formatCount } from '../../text/format.ts';
import type { RunOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { given, phrase, the } from '../words.ts';

/** The default delimiter. */
export const COMMA = ',';

/** How a file of rows is read. */
export interface RowsForm {
  /** The delimiter of CSV cells: one character. */
  readonly delimiter: string;
  /** Whether it is the default. */
  readonly isDelimiterAssumed: boolean;
  /** Collects rows that cannot be read; null if such a row is an error. */
  readonly skipped: SkippedRows | null;
}

const MOST_NAMED = 10;
const TAB = '\t';
const TAB_NAMES: ReadonlySet<string> = new Set(['tab', '\\t', TAB]);

/** Rows that were skipped because they cannot be read. */
export class SkippedRows {
  count = 0;
  /** Line numbers of the first ones. */
  readonly lines: number[] = [];

  add(line: number): void {
    this.count++;
    if (this.lines.length < MOST_NAMED) this.lines.push(line);
  }

  /** Their number and lines, as a sentence; null without any. */
  get sentence(): string | null {
    if (this.count === 0) return null;
    const more = this.count - this.lines.length;
    const lines = `${this.count === 1 ? 'line' : 'lines'} ${this.lines.map(String).join(', ')}`;
    const rows = this.count === 1 ? '1 bad row was' : `${formatCount(this.count)} bad rows were`;
    return `${rows} left out: ${lines}${more > 0 ? ` and ${formatCount(more)} more` : ''}.`;
  }
}

/** Reads how rows are read; notes a problem if the delimiter is not allowed. */
export function rowsFormOf(
  { delimiter, skipBadRows }: Pick<RunOptions, 'delimiter' | 'skipBadRows'>,
  problems: Problems,
): RowsForm {
  const known = TAB_NAMES.has(delimiter ?? COMMA) ? TAB : (delimiter ?? COMMA);
  // Letters and digits would split words; quotes and line ends have their own meaning. Not asked of the comma: V8 takes
  // 2 ms for an expression with such classes.
  if (known !== TAB && known !== COMMA && !/^[^\p{L}\p{N}\p{C}\s"]$/u.test(known))
    problems.add(
      phrase`${the('delimiter')} ${given(delimiter)}: give one character such as ';' or '|', or tab.`,
    );
  return {
    delimiter: known,
    isDelimiterAssumed: delimiter === undefined,
    skipped: skipBadRows === true ? new SkippedRows() : null,
  };
}
