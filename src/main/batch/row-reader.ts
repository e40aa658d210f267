import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { CsvError, type Parser, parse } from 'csv-parse';
import type { WrongRow } from '../../protocol/batch.ts';
import { messageOf } from '../../protocol/errors.ts';
import { textOfJson } from '../../requests/exact-json.ts';
import { checkColumns, checkDelimiter } from '../plan/requests/columns.ts';
import { csvSentence, firstLineOf, isQuoting } from '../plan/requests/csv-rows.ts';
import { objectIn } from '../plan/requests/json-rows.ts';
import { COMMA, type RowsForm, type SkippedRows } from '../plan/requests/rows-form.ts';
import { quoted } from '../text/quoted.ts';
import type { RowSource } from './dealer.ts';
import { FailedRecords } from './failed-records.ts';
import { InputError, lineBlocks } from './line-blocks.ts';
import type { Format, InputRow, Records, RowValues } from './row.ts';

const BYTE_ORDER_MARK = '\uFEFF';
const MARK_BYTES = Buffer.byteLength(BYTE_ORDER_MARK);
const SNIFFED_BYTES = 1_024;
/** Limit on the rows of one read, in characters: beyond it no further row is read. */
const MOST_READ_LENGTH = 4 * 2 ** 20;
const CELL_END = '\u001F';
const PLAIN: RowsForm = { delimiter: COMMA, isDelimiterAssumed: false, skipped: null };

/** Reads rows on demand: the rest stays in the file or pipe. */
export class RowReader implements RowSource {
  readonly #records: Records;
  readonly format: Format;
  /** Rows skipped so far; null if skipping is not allowed. */
  readonly skipped: SkippedRows | null;
  /** It begins with a byte order mark, as CSV files of spreadsheets may. */
  readonly hasMark: boolean;
  /** Number of rows read so far. */
  count = 0;
  /** Checks each row as it is read, and throws if it is not acceptable. */
  onRow: (row: InputRow) => void = () => {};
  /** CRC-32 of all cells read so far: inputs that differ there have the same digest once in four billion. */
  digest = 0;
  #first: RowValues | null = null;

  private constructor(records: Records, format: Format, skipped: SkippedRows | null, hasMark: boolean) {
    this.#records = records;
    this.format = format;
    this.skipped = skipped;
    this.hasMark = hasMark;
  }

  /**
   * Opens a stream and reads the names of the columns.
   *
   * @param format null for JSONL if the first character is `{`, else CSV
   * @param form how to read rows, and whether to skip bad ones
   * @param isOnlyFailed the stream is the output of a batch, of which only failed rows are read
   * @throws InputError that names the line
   */
  static async open(
    stream: AsyncIterable<Buffer>,
    format: Format | null,
    form: RowsForm = PLAIN,
    isOnlyFailed = false,
  ): Promise<RowReader> {
    const blocks = lineBlocks(stream);
    const { value: first } = await blocks.next();
    const isJson =
      format === null
        ? first?.subarray(0, SNIFFED_BYTES).toString('utf8').trimStart().startsWith('{') === true
        : format === 'jsonl';
    const all = withFirst(first ?? Buffer.alloc(0), blocks);
    const records = isJson ? await JsonRecords.open(all, form.skipped) : await CsvRecords.open(all, form);
    return new RowReader(
      isOnlyFailed ? new FailedRecords(records) : records,
      isJson ? 'jsonl' : 'csv',
      form.skipped,
      first?.subarray(0, MARK_BYTES).toString('utf8') === BYTE_ORDER_MARK,
    );
  }

  get columns(): readonly string[] {
    return this.#records.columns;
  }

  /**
   * Whether there is a row, which the next read returns. Waits for it; to be called before the first read.
   *
   * @throws InputError that names the line
   */
  async hasRows(): Promise<boolean> {
    this.#first = this.#records.now() ?? (await this.#records.next());
    return this.#first !== null;
  }

  /** @throws InputError that names the line */
  async next(most: number): Promise<readonly InputRow[]> {
    const rows: InputRow[] = [];
    // One digest over the whole read costs a third of one per row, with the same result.
    let text = '';
    try {
      while (rows.length < most && text.length < MOST_READ_LENGTH) {
        const read =
          this.#takeFirst() ?? this.#records.now() ?? (rows.length === 0 ? await this.#records.next() : null);
        if (read === null) break;
        const { cells, values, line } = read;
        for (let at = 0; at < cells.length; at++) text += at === 0 ? cells[at] : CELL_END + cells[at];
        const number = ++this.count;
        const row = line === undefined ? { number, cells, values } : { number, cells, values, line };
        this.onRow(row);
        rows.push(row);
      }
    } finally {
      // Also if a line cannot be read: the rows before it count.
      this.digest = crc32(text, this.digest);
    }
    return rows;
  }

  #takeFirst(): RowValues | null {
    const first = this.#first;
    this.#first = null;
    return first;
  }
}

async function* withFirst(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

class CsvRecords implements Records {
  readonly columns: readonly string[];
  readonly #rows: CsvRows;

  private constructor(columns: readonly string[], rows: CsvRows) {
    this.columns = columns;
    this.#rows = rows;
  }

  static async open(blocks: AsyncIterable<Buffer>, form: RowsForm): Promise<CsvRecords> {
    const rows = new CsvRows(blocks, form);
    const columns = (await rows.next()) ?? [];
    if (columns.length === 0) throw new InputError('there is no line of column names', 'no-columns');
    asInputError(() => checkDelimiter(columns.join(form.delimiter), form), 'columns', 1);
    asInputError(() => checkColumns(columns), 'columns', 1);
    return new CsvRecords(columns, rows);
  }

  now(): RowValues | null {
    return this.#rowOf(this.#rows.now());
  }

  async next(): Promise<RowValues | null> {
    return this.#rowOf(await this.#rows.next());
  }

  #rowOf(cells: readonly string[] | null): RowValues | null {
    if (cells === null) return null;
    const line = this.#rows.lineOf(cells);
    return line === undefined ? { cells, values: cells } : { cells, values: cells, line };
  }
}

/** Reads the parser's records without a promise for each. */
class CsvRows {
  readonly #parser: Parser;
  readonly #lines = new WeakMap<readonly string[], number>();
  #error: Error | null = null;
  #columnCount = 0;
  #lastSkipped = 0;
  #hasEnded = false;
  #wake: () => void = () => {};

  constructor(blocks: AsyncIterable<Buffer>, { delimiter, skipped }: RowsForm) {
    this.#parser = parse({
      bom: true,
      delimiter,
      skip_empty_lines: true,
      ...(skipped === null
        ? {}
        : {
            skip_records_with_error: true,
            on_skip: (error) => this.#skip(error, skipped),
            on_record: (record: string[], { lines }: { readonly lines: number }) => {
              this.#lines.set(record, firstLineOf({ lines, record }, 1));
              return record;
            },
          }),
    });
    const source = Readable.from(blocks);
    const failed = (error: Error): void => {
      this.#error ??= error;
      this.#wake();
    };
    source.on('error', failed);
    this.#parser.on('error', failed);
    this.#parser.on('readable', () => this.#wake());
    this.#parser.on('end', () => {
      this.#hasEnded = true;
      this.#wake();
    });
    source.pipe(this.#parser);
  }

  now(): string[] | null {
    return this.#parser.read() as string[] | null;
  }

  /** The line in which a record begins; known if rows may be left out. */
  lineOf(record: readonly string[]): number | undefined {
    return this.#lines.get(record);
  }

  #skip(error: CsvError | undefined, skipped: SkippedRows): undefined {
    const bad = error ?? {};
    // The first line defines the columns of the others.
    if (isQuoting(bad) || this.#parser.info.records === 0) throw error;
    const line = firstLineOf(bad, 1);
    // One record may have two errors.
    if (line > this.#lastSkipped) skipped.add(line);
    this.#lastSkipped = line;
  }

  async next(): Promise<string[] | null> {
    for (;;) {
      const record = this.now();
      if (record !== null) this.#columnCount = record.length;
      if (record !== null || this.#hasEnded) return record;
      if (this.#error !== null) throw readable(this.#error, this.#columnCount);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function readable(error: Error, columnCount: number): Error {
  if (!(error instanceof CsvError)) return error;
  const wrong = error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH' ? 'cell-count' : 'quotes';
  // The line of the opening quote is unknown.
  const line = error.code === 'CSV_QUOTE_NOT_CLOSED' ? null : firstLineOf(error, 1);
  return new InputError(csvSentence(error, columnCount, null), wrong, { line });
}

class JsonRecords implements Records {
  readonly columns: readonly string[];
  readonly #lines: JsonLines;
  readonly #names: ReadonlySet<string>;
  readonly #skipped: SkippedRows | null;
  #first: Readonly<Record<string, unknown>> | null;

  private constructor(
    first: Readonly<Record<string, unknown>> | null,
    lines: JsonLines,
    skipped: SkippedRows | null,
  ) {
    this.#first = first;
    this.#skipped = skipped;
    this.columns = Object.keys(first ?? {});
    this.#names = new Set(this.columns);
    this.#lines = lines;
  }

  static async open(blocks: AsyncIterable<Buffer>, skipped: SkippedRows | null): Promise<JsonRecords> {
    const lines = new JsonLines(blocks, skipped);
    const first = await lines.next();
    const records = new JsonRecords(first, lines, skipped);
    asInputError(() => checkColumns(records.columns), 'columns', lines.line);
    return records;
  }

  now(): RowValues | null {
    for (;;) {
      const record = this.#takeFirst() ?? this.#lines.now();
      const row = record === null ? null : this.#rowOrSkipped(record);
      if (record === null || row !== null) return row;
    }
  }

  async next(): Promise<RowValues | null> {
    for (;;) {
      const record = this.#takeFirst() ?? (await this.#lines.next());
      const row = record === null ? null : this.#rowOrSkipped(record);
      if (record === null || row !== null) return row;
    }
  }

  /** Null if the row was skipped. */
  #rowOrSkipped(record: Readonly<Record<string, unknown>>): RowValues | null {
    return orSkipped(() => this.#row(record), this.#lines.line, this.#skipped);
  }

  #takeFirst(): Readonly<Record<string, unknown>> | null {
    const first = this.#first;
    this.#first = null;
    return first;
  }

  #row(record: Readonly<Record<string, unknown>>): RowValues {
    const { columns } = this;
    const missing = columns.find((column) => !Object.hasOwn(record, column));
    if (missing !== undefined)
      throw new InputError(
        `line ${this.#lines.line} lacks ${quoted(missing)}, which the first row has`,
        'columns',
        { line: this.#lines.line },
      );
    const extra = Object.keys(record).find((name) => !this.#names.has(name));
    if (extra !== undefined)
      throw new InputError(
        `line ${this.#lines.line} has ${quoted(extra)}, which the first row does not have`,
        'columns',
        { line: this.#lines.line },
      );
    const values = columns.map((column) => record[column]);
    const row = { cells: values.map(textOfJson), values };
    return this.#skipped === null ? row : { ...row, line: this.#lines.line };
  }
}

/** Reads an object from each non-empty line. */
class JsonLines {
  /** The number of the line last read. */
  line = 0;
  readonly #blocks: AsyncIterator<Buffer>;
  readonly #skipped: SkippedRows | null;
  #waiting: readonly string[] = [];
  #at = 0;

  constructor(blocks: AsyncIterable<Buffer>, skipped: SkippedRows | null) {
    this.#blocks = blocks[Symbol.asyncIterator]();
    this.#skipped = skipped;
  }

  now(): Readonly<Record<string, unknown>> | null {
    while (this.#at < this.#waiting.length) {
      const text = this.#waiting[this.#at++] ?? '';
      this.line++;
      if (text.trim() === '') continue;
      const read = orSkipped(
        () => asInputError(() => objectIn(text, this.line), 'not-json', this.line),
        this.line,
        this.#skipped,
      );
      if (read !== null) return read;
    }
    return null;
  }

  async next(): Promise<Readonly<Record<string, unknown>> | null> {
    for (;;) {
      const record = this.now();
      if (record !== null) return record;
      const { value, done } = await this.#blocks.next();
      if (done === true) return null;
      const text = value.toString('utf8').replace(/\n$/, '');
      this.#waiting = (this.line === 0 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).split(
        '\n',
      );
      this.#at = 0;
    }
  }
}

/** Returns what was read; null if the line is bad and was skipped. */
function orSkipped<T>(read: () => T, line: number, skipped: SkippedRows | null): T | null {
  if (skipped === null) return read();
  try {
    return read();
  } catch {
    skipped.add(line);
    return null;
  }
}

function asInputError<T>(read: () => T, wrong: WrongRow, line: number): T {
  try {
    return read();
  } catch (error) {
    throw new InputError(messageOf(error), wrong, { line });
  }
}
