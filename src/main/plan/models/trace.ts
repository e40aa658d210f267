import { createRandom } from '../../../metrics/random.ts';
import type { RowCells } from '../../../protocol/request.ts';
import { MS_PER_HOUR } from '../../../protocol/units.ts';
import { textOfJson } from '../../../requests/exact-json.ts';
import { shown } from '../../../requests/invalid-request.ts';
import { cellOf, RowTableBuilder } from '../../../requests/row-table.ts';
import { formatSpan } from '../../text/format.ts';
import type { Problems } from '../problems.ts';
import { csvRows } from '../requests/csv-rows.ts';
import { objectIn } from '../requests/json-rows.ts';
import { RowProblems } from '../requests/row-problems.ts';
import { readTable } from '../requests/rows.ts';
import type { RowsForm } from '../requests/rows-form.ts';
import { type EntryReader, type Fields, plainNumber, type TraceEntry, valueIn } from './trace-entry.ts';
import { PromptsOfTrace } from './trace-prompts.ts';
import { REQUESTS_OF_TRACE } from './trace-requests.ts';

/** Every worker keeps all requests in memory. */
const MOST_BYTES = 128 * 2 ** 20;
const PROMPT_STREAM = 2 ** 46;
const TIME = ['timestamp', 'time', 'arrival_time'];
/** As long as the stages of an open load may last. */
const LONGEST_HOURS = 168;
/** Larger numbers of milliseconds are no longer exact. */
const LATEST_MS = Number.MAX_SAFE_INTEGER;
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;
/** Without a year and a time of day, dates are seen in almost anything: in `-5`, for example. */
const DATE_WITH_TIME = /\d{4}.*\d:\d\d|\d:\d\d.*\d{4}/;

/** Requests as they were recorded. */
export interface Trace {
  /** Ordered by time. */
  readonly cells: RowCells;
  /** When each request is due, counted from the first one. */
  readonly timesMs: readonly number[];
}

/** How a trace is replayed. */
interface TraceOptions {
  /** Lengths of prompts for a model, or whole requests. */
  readonly holds: 'prompts' | 'requests';
  /** Factor by which the replay is faster than the recording. */
  readonly speed: number;
  /** Only this many requests from the start; null for all. */
  readonly most: number | null;
  readonly seed: number;
  /** How many words all prompts that are made up begin with. */
  readonly shared: number;
}

interface TimedEntry extends TraceEntry {
  readonly line: number;
  /** As it is in the trace. */
  readonly timestamp: unknown;
  readonly timeMs: number;
}

/** Reads a whole trace; null if a problem has been noted. */
export function readTrace(
  path: string,
  { holds, speed, most, seed, shared }: TraceOptions,
  form: RowsForm,
  problems: Problems,
): Trace | null {
  let timesMs: readonly number[] = [];
  const reader = holds === 'prompts' ? new PromptsOfTrace(shared, seed) : REQUESTS_OF_TRACE;
  const cells = readTable('trace', path, problems, (text) => {
    const all = entriesIn(text, reader, form).sort((a, b) => a.timeMs - b.timeMs);
    const entries = most === null ? all : all.slice(0, most);
    checkSize(entries);
    checkSpan(entries, speed);
    const firstMs = entries[0]?.timeMs ?? 0;
    timesMs = entries.map(({ timeMs }) => (timeMs - firstMs) / speed);
    const table = new RowTableBuilder(reader.columns, Math.max(1, entries.length));
    for (const [index, entry] of entries.entries())
      table.add(entry.cells(createRandom(seed, PROMPT_STREAM + index)));
    return table.build();
  });
  return cells === null ? null : { cells, timesMs };
}

function entriesIn(text: string, reader: EntryReader, form: RowsForm): TimedEntry[] {
  const problems = new RowProblems();
  const entries: TimedEntry[] = [];
  for (const [number, fields] of fieldsIn(text, reader, form, problems)) {
    const entry = timedEntryIn(fields, number, reader);
    if (typeof entry !== 'string') entries.push(entry);
    else if (form.skipped === null) problems.add(`line ${number} ${entry}`);
    else form.skipped.add(number);
  }
  problems.throwIfAny();
  return entries;
}

function fieldsIn(
  text: string,
  reader: EntryReader,
  form: RowsForm,
  problems: RowProblems,
): (readonly [number, Fields])[] {
  if (text.trimStart().startsWith('{')) {
    return text.split('\n').flatMap((line, at) => {
      if (line.trim() === '') return [];
      try {
        return [[at + 1, named(Object.entries(objectIn(line, at + 1, reader.example)))] as const];
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
function timedEntryIn(fields: Fields, line: number, reader: EntryReader): TimedEntry | string {
  const timestamp = valueIn(fields, TIME);
  if (timestamp === undefined) return 'has no timestamp: give milliseconds, or a date with its time';
  const timeMs = timeIn(plainNumber(timestamp));
  if (timeMs === null)
    return `has the timestamp ${shown(textOfJson(timestamp))}: give milliseconds from 0 to ${LATEST_MS}, or a date with its time`;
  const entry = reader.entryIn(fields);
  return typeof entry === 'string' ? entry : { line, timestamp, timeMs, ...entry };
}

function timeIn(value: unknown): number | null {
  const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
  if (typeof number === 'number') return number >= 0 && number <= LATEST_MS ? number : null;
  const date = typeof number === 'string' && DATE_WITH_TIME.test(number) ? Date.parse(number) : Number.NaN;
  return Number.isNaN(date) ? null : date;
}

/** Refuses requests that are due later than any load lasts; they are ordered by time. */
function checkSpan(entries: readonly TimedEntry[], speed: number): void {
  const [first] = entries;
  if (first === undefined) return;
  const late = entries.find(({ timeMs }) => (timeMs - first.timeMs) / speed > LONGEST_HOURS * MS_PER_HOUR);
  if (late === undefined) return;
  const after = formatSpan((late.timeMs - first.timeMs) / speed);
  throw new Error(
    `line ${late.line} has the timestamp ${shown(textOfJson(late.timestamp))}, ${after} after that of line ${first.line}, and ${LONGEST_HOURS} h is the most: replay it faster, or ask for fewer requests`,
  );
}

function checkSize(entries: readonly TimedEntry[]): void {
  const size = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  if (size > MOST_BYTES)
    throw new Error(
      `its requests have some ${Math.ceil(size / 2 ** 20)} MiB, and may have ${MOST_BYTES / 2 ** 20}: ask for fewer (-n)`,
    );
}
