import { readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { messageOf } from '../../../protocol/errors.ts';
import type { RowCells } from '../../../protocol/request.ts';
import { readInput, whyUnread } from '../../files/input-files.ts';
import { adviceOnEncoding } from '../../files/other-encoding.ts';
import { LARGEST_INPUT_BYTES } from '../../files/read-up-to.ts';
import { isNameless } from '../../files/stdin.ts';
import type { Problems } from '../problems.ts';
import { given, phrase, the, type Words } from '../words.ts';
import { WrongColumns } from './columns.ts';
import { csvRows } from './csv-rows.ts';
import { jsonRows } from './json-rows.ts';
import { RowsError } from './row-problems.ts';
import { COMMA, type RowsForm } from './rows-form.ts';

const WHOLE_JSON =
  "it is JSON, not CSV: give one object in each line, in a file that ends in .jsonl (of a list jq -c '.[]' makes them)";

/** Reads a whole CSV or JSONL file; null if a problem has been noted. */
export function readRows(path: string, form: RowsForm, problems: Problems): RowCells | null {
  return readTable('rows', path, problems, (text) => {
    const isJson = isJsonLines(path, text);
    if (isJson) refuseDelimiter(form, problems);
    return isJson ? jsonRows(text, form.skipped) : rowsOfCsv(text, form);
  });
}

/** Reads the whole file that an option names, and makes rows of its text; null if a problem has been noted. */
export function readTable(
  option: string,
  path: string,
  problems: Problems,
  rowsIn: (text: string) => RowCells,
): RowCells | null {
  const bytes = readBytes(option, path, problems);
  if (bytes === null) return null;
  // Removes the file's byte order mark, but only the first one.
  const text = decode(bytes);
  if (text === null) {
    problems.add(
      phrase`${the(option)} ${given(path)} line ${firstBadLine(bytes)} is not UTF-8: ${adviceOnEncoding(bytes)}.`,
    );
    return null;
  }
  try {
    const rows = rowsIn(text);
    if (rows.rowCount > 0) return rows;
    problems.add(
      option === 'rows'
        ? phrase`${the('rows')} ${given(path)} has no rows: give a line of column names and at least one row.`
        : phrase`${the(option)} ${given(path)} has none: give at least one.`,
    );
  } catch (error) {
    for (const sentence of sentencesOf(error) ?? [messageOf(error)])
      problems.add(phrase`${the(option)} ${given(path)}: ${sentence}.`);
  }
  return null;
}

/**
 * What is wrong with the lines of a file of rows, one sentence each without its full stop; none if it is correct, or
 * if it is not a file that can be read as a whole.
 */
export function wrongLinesOf(path: string, form: RowsForm): readonly (string | Words)[] {
  try {
    const stats = statSync(path);
    const isReadable = stats.isFile() && stats.size <= LARGEST_INPUT_BYTES;
    const text = isReadable ? decode(readFileSync(path)) : null;
    if (text === null) return [];
    if (isJsonLines(path, text)) jsonRows(text, form.skipped);
    else rowsOfCsv(text, form);
    return [];
  } catch (error) {
    return sentencesOf(error) ?? [];
  }
}

/** What is wrong with rows; null if something else is. */
function sentencesOf(error: unknown): readonly (string | Words)[] | null {
  if (error instanceof WrongColumns) return [error.words];
  return error instanceof RowsError ? error.sentences : null;
}

/** Notes a problem if a delimiter is given for rows that have none. */
export function refuseDelimiter({ delimiter }: RowsForm, problems: Problems): void {
  if (delimiter !== COMMA)
    problems.add(
      phrase`${the('delimiter')} ${given(delimiter)} with rows of JSON: only CSV has one: leave it out.`,
    );
}

/** What CSV is expected of may be JSON, of which the lines themselves say nothing that helps. */
function rowsOfCsv(text: string, form: RowsForm): RowCells {
  try {
    return csvRows(text, form);
  } catch (error) {
    if (!(error instanceof RowsError) || !/^\s*[[{]/.test(text)) throw error;
    throw new RowsError([WHOLE_JSON]);
  }
}

/** By the name; input without a name by how it begins. */
function isJsonLines(path: string, text: string): boolean {
  if (isNameless(path)) return text.trimStart().startsWith('{');
  return ['.jsonl', '.ndjson'].includes(extname(path).toLowerCase());
}

function readBytes(option: string, path: string, problems: Problems): Buffer | null {
  try {
    return readInput(path);
  } catch (error) {
    problems.add(phrase`${the(option)} ${given(path)} ${whyUnread(error, ', or use volley batch')}`);
    return null;
  }
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
