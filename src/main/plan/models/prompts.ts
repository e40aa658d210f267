import { extname } from 'node:path';
import type { RowCells } from '../../../protocol/request.ts';
import { RowTableBuilder } from '../../../requests/row-table.ts';
import { isNameless } from '../../files/stdin.ts';
import { quoted } from '../../text/quoted.ts';
import type { Problems } from '../problems.ts';
import { csvRows } from '../requests/csv-rows.ts';
import { jsonRows } from '../requests/json-rows.ts';
import { RowProblems } from '../requests/row-problems.ts';
import { readTable } from '../requests/rows.ts';
import { COMMA, type RowsForm, type SkippedRows } from '../requests/rows-form.ts';
import { given, phrase, the } from '../words.ts';

const EXAMPLE = '{"prompt":"Why?"}';
const COLUMN = 'prompt';

/** Reads a whole file of prompts as rows with a column `prompt`; null if a problem has been noted. */
export function readPrompts(path: string, form: RowsForm, problems: Problems): RowCells | null {
  return readTable('prompts', path, problems, (text) => {
    const format = formatOf(path, text, form);
    if (format !== 'csv' && form.delimiter !== COMMA)
      problems.add(
        phrase`${the('delimiter')} ${given(form.delimiter)} with ${the('prompts')}: only CSV has one: leave it out.`,
      );
    switch (format) {
      case 'txt':
        return promptLines(text);
      case 'json':
        return listedPrompts(text, form.skipped);
      case 'jsonl':
        return withPrompts(
          isOfRows(text) ? jsonRows(text, form.skipped, EXAMPLE) : promptsByLine(text, form.skipped),
        );
      case 'csv':
        return withPrompts(csvRows(text, form));
    }
  });
}

type Format = 'txt' | 'json' | 'jsonl' | 'csv';
const BY_NAME: Readonly<Record<string, Format>> = {
  '.txt': 'txt',
  '.json': 'json',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
};

/** By the name; input without a name by how it begins. */
function formatOf(path: string, text: string, { delimiter }: RowsForm): Format {
  if (!isNameless(path)) return BY_NAME[extname(path).toLowerCase()] ?? 'csv';
  const begin = text.trimStart();
  if (begin.startsWith('[')) return 'json';
  if (begin.startsWith('{')) return 'jsonl';
  const [header = ''] = begin.split('\n', 1);
  return header.split(delimiter).some((name) => name.trim() === COLUMN) ? 'csv' : 'txt';
}

function promptLines(text: string): RowCells {
  const table = new RowTableBuilder([COLUMN]);
  for (const line of text.split('\n')) if (line.trim() !== '') table.add([line.replace(/\r$/, '')]);
  return table.build();
}

function withPrompts(rows: RowCells): RowCells {
  if (rows.rowCount > 0 && !rows.columns.includes(COLUMN))
    throw new Error(
      `it has no column ${quoted(COLUMN)} (only ${rows.columns.map(quoted).join(', ')}): give that name to the column with the prompts`,
    );
  return rows;
}

/** Whether the rows are JSON objects with a prompt, which may have other columns too. */
function isOfRows(text: string): boolean {
  const [first = ''] = text.trimStart().split('\n', 1);
  const value = parsed(first);
  return typeof value === 'object' && value !== null && COLUMN in value;
}

/** Reads one conversation per line, as in batches of OpenAI's API. */
function promptsByLine(text: string, skipped: SkippedRows | null): RowCells {
  const lines = text.split('\n').flatMap((line, at) => (line.trim() === '' ? [] : [[line, at + 1] as const]));
  return tableOf(
    lines.map(([line, number]) => [promptIn(parsed(line)), number]),
    'line',
    skipped,
  );
}

/** Reads a list of texts, of objects with a prompt, or of conversations. */
function listedPrompts(text: string, skipped: SkippedRows | null): RowCells {
  const value = parsed(text);
  if (!Array.isArray(value))
    throw new Error('it is not a JSON list: give a list of prompts or conversations');
  return tableOf(
    value.map((entry, at) => [promptIn(entry), at + 1]),
    'entry',
    skipped,
  );
}

function tableOf(
  prompts: readonly (readonly [prompt: string | null, number: number])[],
  what: string,
  skipped: SkippedRows | null,
): RowCells {
  const problems = new RowProblems();
  const table = new RowTableBuilder([COLUMN]);
  for (const [prompt, number] of prompts) {
    if (prompt !== null) table.add([prompt]);
    else if (skipped !== null) skipped.add(number);
    else
      problems.add(
        `${what} ${number} has no prompt: give a text, an object with prompt, or a conversation in which a user says something`,
      );
  }
  problems.throwIfAny();
  return table.build();
}

const CONVERSATIONS = ['conversations', 'conversation', 'messages', 'body'] as const;
const ASKERS: ReadonlySet<unknown> = new Set(['human', 'user']);

/** The first prompt in an entry; null without one. */
function promptIn(entry: unknown): string | null {
  if (typeof entry === 'string') return entry.trim() === '' ? null : entry;
  if (typeof entry !== 'object' || entry === null) return null;
  const fields = entry as Readonly<Record<string, unknown>>;
  if (Array.isArray(entry)) return firstAsked(entry);
  if (typeof fields[COLUMN] === 'string') return promptIn(fields[COLUMN]);
  for (const name of CONVERSATIONS) if (fields[name] !== undefined) return promptIn(fields[name]);
  return null;
}

/** ShareGPT uses `from` and `value`, the chat APIs `role` and `content`. */
function firstAsked(turns: readonly unknown[]): string | null {
  for (const turn of turns) {
    if (typeof turn !== 'object' || turn === null) continue;
    const { from, role, value, content } = turn as Readonly<Record<string, unknown>>;
    const said = textOf(value ?? content);
    if (ASKERS.has(from ?? role) && said.trim() !== '') return said;
  }
  return null;
}

/** The text of a message, whose content may be a list of parts: images and the like are left out. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) =>
      typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string'
        ? part.text
        : '',
    )
    .filter((text) => text !== '')
    .join('\n');
}

/** Undefined if it is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
