import { quoted } from '../text/quoted.ts';
import { InputError } from './line-blocks.ts';
import { ANSWER_COLUMNS } from './record.ts';
import type { Records, RowValues } from './row.ts';

const [FIRST_OF_ANSWER] = ANSWER_COLUMNS;

/** The failed rows in a batch's output, without the columns that the batch added. */
export class FailedRecords implements Records {
  readonly columns: readonly string[];
  readonly #records: Records;
  readonly #errorAt: number;

  /** @throws InputError if it is not the output of a batch */
  constructor(records: Records) {
    const { columns } = records;
    const missing = ANSWER_COLUMNS.find((name) => !columns.includes(name));
    if (missing !== undefined)
      throw new InputError(
        `there is no column ${quoted(missing)}: --retry-failed reads what volley batch wrote with --out`,
        'other-input',
      );
    this.columns = columns.slice(0, columns.indexOf(FIRST_OF_ANSWER));
    this.#records = records;
    this.#errorAt = columns.indexOf('volley_error');
  }

  now(): RowValues | null {
    for (let row = this.#records.now(); row !== null; row = this.#records.now())
      if (this.#hasFailed(row)) return this.#own(row);
    return null;
  }

  async next(): Promise<RowValues | null> {
    for (
      let row = await this.#records.next();
      row !== null;
      row = this.#records.now() ?? (await this.#records.next())
    )
      if (this.#hasFailed(row)) return this.#own(row);
    return null;
  }

  #hasFailed({ cells, values }: RowValues): boolean {
    return (values[this.#errorAt] ?? null) !== null && cells[this.#errorAt] !== '';
  }

  #own({ cells, values, ...place }: RowValues): RowValues {
    const count = this.columns.length;
    return { ...place, cells: cells.slice(0, count), values: values.slice(0, count) };
  }
}
