import { createRandom, type Random } from '../../../metrics/random.ts';
import type { RowCells } from '../../../protocol/request.ts';
import { cellOf, RowTableBuilder } from '../../../requests/row-table.ts';
import type { Problems } from '../problems.ts';
import { csvRows } from '../requests/csv-rows.ts';
import { objectIn } from '../requests/json-rows.ts';
import { RowProblems } from '../requests/row-problems.ts';
import { readTable } from '../requests/rows.ts';
import type { RowsForm } from '../requests/rows-form.ts';
import { randomWords } from './synthetic-prompts.ts';

/** Every worker keeps all prompts in memory. */
const MOST_BYTES = 128 * 2 ** 20;
const BYTES_OF_A_WORD = 6;
/** Size of the block that an entry of `hash_ids` identifies: requests that share entries begin with the same text. */
const TOKENS_OF_A_BLOCK = 512;
const BLOCK_SEED = 1;
const PROMPT_STREAM = 2 ** 46;

/** Names of the fields in published traces, in lower case. */
const NAMES = {
  time: ['timestamp', 'time', 'arrival_time'],
  input: ['input_length', 'input_tokens', 'prompt_tokens', 'contexttokens', 'context_tokens'],
  output: ['output_length', 'output_tokens', 'completion_tokens', 'generatedtokens', 'generated_tokens'],
  prompt: ['prompt'],
  blocks: ['hash_ids'],
} as const;

/** Requests as they were recorded. */
export interface Trace {
  /** With the columns `prompt` and `max_tokens`, ordered by time. */
  readonly cells: RowCells;
  /** When each request is due, counted from the first one. */
  readonly timesMs: readonly number[];
}

/** How a trace is replayed. */
interface TraceOptions {
  /** Factor by which the replay is faster than the recording. */
  readonly speed: number;
  /** Only this many requests from the start; null for all. */
  readonly most: number | null;
  readonly seed: number;
}

interface Entry {
  readonly timeMs: number;
  readonly prompt: string | null;
  readonly input: number;
  readonly output: number;
  readonly blocks: readonly number[];
}

type Fields = ReadonlyMap<string, unknown>;

/** Reads a whole trace; null if a problem has been noted. */
export function readTrace(
  path: string,
  { speed, most, seed }: TraceOptions,
  form: RowsForm,
  problems: Problems,
): Trace | null {
  let timesMs: readonly number[] = [];
  const cells = readTable('trace', path, problems, (text) => {
    const all = entriesIn(text, form).sort((a, b) => a.timeMs - b.timeMs);
    const entries = most === null ? all : all.slice(0, most);
    checkSize(entries);
    const firstMs = entries[0]?.timeMs ?? 0;
    timesMs = entries.map(({ timeMs }) => (timeMs - firstMs) / speed);
    const table = new RowTableBuilder(['prompt', 'max_tokens'], Math.max(1, entries.length));
    for (const [index, entry] of entries.entries())
      table.add([promptOf(entry, createRandom(seed, PROMPT_STREAM + index)), String(entry.output)]);
    return table.build();
  });
  return cells === null ? null : { cells, timesMs };
}

function entriesIn(text: string, form: RowsForm): Entry[] {
  const problems = new RowProblems();
  const entries: Entry[] = [];
  for (const [number, fields] of fieldsIn(text, form, problems)) {
    const entry = entryIn(fields);
    if (typeof entry !== 'string') entries.push(entry);
    else if (form.skipped === null) problems.add(`line ${number} ${entry}`);
    else form.skipped.add(number);
  }
  problems.throwIfAny();
  return entries;
}

function fieldsIn(text: string, form: RowsForm, problems: RowProblems): (readonly [number, Fields])[] {
  if (text.trimStart().startsWith('{')) {
    return text.split('\n').flatMap((line, at) => {
      if (line.trim() === '') return [];
      try {
        return [[at + 1, named(Object.entries(objectIn(line, at + 1)))] as const];
      } catch (error) {
        if (form.skipped === null) problems.add(error instanceof Error ? error.message : String(error));
        else form.skipped.add(at + 1);
        return [];
      }
    });
  }
  const rows = csvRows(text, form);
  return Array.from({ length: rows.rowCount }, (_, row) => [
    row + 2,
    named(rows.columns.map((column, at) => [column, cellOf(rows, row, at)])),
  ]);
}

function named(pairs: readonly (readonly [string, unknown])[]): Fields {
  return new Map(pairs.map(([name, value]) => [name.trim().toLowerCase(), value]));
}

/** Reads an entry; returns what is wrong with it if it cannot be used. */
function entryIn(fields: Fields): Entry | string {
  const find = (what: keyof typeof NAMES): unknown =>
    NAMES[what].map((name) => fields.get(name)).find((value) => value !== undefined && value !== '');
  const timeMs = timeIn(find('time'));
  if (timeMs === null) return 'has no timestamp: give milliseconds, or a date with its time';
  const said = find('prompt');
  const prompt = typeof said === 'string' ? said : null;
  const input = countIn(find('input'));
  if (prompt === null && input === null) return 'has neither input_length nor prompt: give one of them';
  const output = countIn(find('output'));
  if (output === null) return 'has no output_length: give how many tokens the answer had';
  const blocks = find('blocks');
  return {
    timeMs,
    prompt,
    input: input ?? 0,
    output,
    blocks: Array.isArray(blocks) ? blocks.filter((id) => Number.isSafeInteger(id)) : [],
  };
}

function timeIn(value: unknown): number | null {
  const number = typeof value === 'string' && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value;
  if (typeof number === 'number') return Number.isFinite(number) && number >= 0 ? number : null;
  const date = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : date;
}

function countIn(value: unknown): number | null {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : null;
}

function checkSize(entries: readonly Entry[]): void {
  const bytes = entries.reduce(
    (sum, { prompt, input }) => sum + (prompt?.length ?? input * BYTES_OF_A_WORD),
    0,
  );
  if (bytes > MOST_BYTES)
    throw new Error(
      `its prompts have some ${Math.ceil(bytes / 2 ** 20)} MiB, and may have ${MOST_BYTES / 2 ** 20}: ask for fewer requests (-n)`,
    );
}

/** The recorded prompt, or a made-up one of its length, in which blocks with the same number have the same text. */
function promptOf({ prompt, input, blocks }: Entry, random: Random): string {
  if (prompt !== null) return prompt;
  const parts: string[] = [];
  let left = input;
  for (const block of blocks) {
    if (left <= 0) break;
    parts.push(
      randomWords(Math.min(left, TOKENS_OF_A_BLOCK), createRandom(BLOCK_SEED, PROMPT_STREAM + block)),
    );
    left -= TOKENS_OF_A_BLOCK;
  }
  if (left > 0) parts.push(randomWords(left, random));
  return parts.join(' ');
}
