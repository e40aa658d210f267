import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { codeOf, messageOf } from '../../../protocol/errors.ts';
import type { RowCells } from '../../../protocol/request.ts';
import { parseExactJson, textOfJson } from '../../../requests/exact-json.ts';
import { RowTableBuilder } from '../../../requests/row-table.ts';
import { type Problems, quoted } from '../problems.ts';

const require = createRequire(import.meta.url);

/** Rows are kept in memory by every worker. */
const LARGEST_FILE_BYTES = 256 * 2 ** 20;

/** Reads a CSV or JSONL file whole; null where a problem has been noted. */
export function readRows(path: string, problems: Problems): RowCells | null {
  const bytes = readBytes(path, problems);
  if (bytes === null) return null;
  const text = decode(bytes);
  if (text === null) {
    problems.add(`--rows ${quoted(path)} line ${firstBadLine(bytes)} is not UTF-8: save the file as UTF-8.`);
    return null;
  }
  try {
    const rows = ['.jsonl', '.ndjson'].includes(extname(path).toLowerCase())
      ? fromJsonLines(text)
      : fromCsv(text);
    if (rows.rowCount > 0) return rows;
    problems.add(`--rows ${quoted(path)} has no rows: give a line of column names and at least one row.`);
  } catch (error) {
    problems.add(`--rows ${quoted(path)}: ${messageOf(error).replace(/\.$/, '')}.`);
  }
  return null;
}

function readBytes(path: string, problems: Problems): Buffer | null {
  try {
    const { size } = statSync(path);
    if (size <= LARGEST_FILE_BYTES) return readFileSync(path);
    problems.add(
      `--rows ${quoted(path)} has ${size.toLocaleString('en')} bytes: give at most ${LARGEST_FILE_BYTES.toLocaleString('en')}, or use volley batch.`,
    );
  } catch (error) {
    problems.add(
      `--rows ${quoted(path)} cannot be read (${codeOf(error) || messageOf(error)}): check the path.`,
    );
  }
  return null;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function firstBadLine(bytes: Buffer): number {
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf('\n', from);
    const to = end < 0 ? bytes.length : end + 1;
    if (decode(bytes.subarray(from, to)) === null) return line;
    from = to;
  }
  return line;
}

/** @throws Error with the line */
function fromCsv(text: string): RowCells {
  // Loaded for a CSV file alone.
  const { parse } = require('csv-parse/sync') as typeof import('csv-parse/sync');
  let records: readonly string[][];
  try {
    records = parse(text, { bom: true, skip_empty_lines: true });
  } catch (error) {
    throw new Error(messageOf(error));
  }
  const [columns = [], ...rows] = records;
  checkColumns(columns);
  const table = new RowTableBuilder(columns);
  for (const row of rows) table.add(row);
  return table.build();
}

/** @throws Error with the line */
function fromJsonLines(text: string): RowCells {
  let table: RowTableBuilder | null = null;
  let columns: readonly string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const row = objectIn(line, index + 1);
    if (table === null) {
      columns = Object.keys(row);
      checkColumns(columns);
      table = new RowTableBuilder(columns);
    }
    const missing = columns.find((column) => !Object.hasOwn(row, column));
    if (missing !== undefined)
      throw new Error(`line ${index + 1} lacks ${quoted(missing)}, which the first row has`);
    table.add(columns.map((column) => textOfJson(row[column])));
  }
  return (table ?? new RowTableBuilder([])).build();
}

/** @throws Error with the line */
export function objectIn(line: string, number: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseExactJson(line);
  } catch (error) {
    throw new Error(`line ${number} is not JSON: ${messageOf(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`line ${number} is no JSON object: give one with a field for each column`);
  return value as Readonly<Record<string, unknown>>;
}

/** @throws Error that names the columns */
export function checkColumns(columns: readonly string[]): void {
  const empty = columns.flatMap((name, index) => (name.trim() === '' ? [index + 1] : []));
  if (empty.length > 0)
    throw new Error(`column ${empty.join(' and ')} has no name: name every column in the first line`);
  const twice = columns.filter((name, index) => columns.indexOf(name) !== index);
  if (twice.length > 0)
    throw new Error(`two columns are called ${quoted(twice[0])}: give each a name of its own`);
}
