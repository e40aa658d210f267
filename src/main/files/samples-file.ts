import { closeSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { extname } from 'node:path';
import { reasonOf, VolleyError } from '../../protocol/errors.ts';
import { responseMsOf } from '../../protocol/latency.ts';
import { OUTCOMES } from '../../protocol/report.ts';
import {
  columnsOf,
  JUDGEMENTS,
  type SampleBlock,
  type SampleColumns,
  TOKEN_COUNTERS,
} from '../../protocol/samples.ts';
import { NANOS_PER_MS } from '../../protocol/units.ts';
import { csvLine } from '../text/csv-line.ts';
import type { FileLock } from './file-lock.ts';
import { lockOutput } from './output-lock.ts';
import { openWaiting } from './pipe-sink.ts';
import { cannotWrite } from './result-file.ts';

type Cell = string | number | boolean | null;
type CellOf = (columns: SampleColumns, row: number, of: { worker: number; names: readonly string[] }) => Cell;
type Columns = readonly (readonly [name: string, cellOf: CellOf])[];

/** The columns of a row, in every format. */
const COLUMNS: Columns = [
  ['intended_ms', ({ intendedMs }, row) => toNanosecond(intendedMs[row])],
  ['start_lag_ms', ({ startLagMs }, row) => toNanosecond(startLagMs[row])],
  ['wait_ms', ({ waitMs }, row) => toNanosecond(waitMs[row])],
  ['first_byte_ms', ({ firstByteMs }, row) => toNanosecond(firstByteMs[row])],
  ['service_ms', ({ serviceMs }, row) => toNanosecond(serviceMs[row])],
  ['response_ms', (columns, row) => toNanosecond(responseOf(columns, row))],
  ['status', ({ status }, row) => status[row] || null],
  ['outcome', ({ outcome }, row) => OUTCOMES[outcome[row] ?? 0] ?? null],
  ['body_bytes', ({ bodyBytes }, row) => bodyBytes[row] ?? 0],
  ['worker', (_columns, _row, { worker }) => worker],
  ['request', ({ request }, row, { names }) => names[request?.[row] ?? 0] ?? null],
];

/** Additional columns of streams. */
const STREAM_COLUMNS: Columns = [
  ['ttft_ms', ({ ttftMs }, row) => toNanosecond(ttftMs?.[row])],
  ['ttfo_ms', ({ ttfoMs }, row) => toNanosecond(ttfoMs?.[row])],
  ['ttst_ms', ({ ttstMs }, row) => toNanosecond(ttstMs?.[row])],
  ['tpot_ms', (columns, row) => toNanosecond(tpotOf(columns, row))],
  ['longest_gap_ms', ({ longestGapMs }, row) => toNanosecond(longestGapMs?.[row])],
  ['e2e_ms', ({ e2eMs }, row) => toNanosecond(e2eMs?.[row])],
  ['tokens', ({ tokens }, row) => numberOrNull(tokens?.[row])],
  ['token_events', ({ tokenEvents }, row) => tokenEvents?.[row] ?? 0],
  ['tokens_by', ({ tokensBy }, row) => TOKEN_COUNTERS[tokensBy?.[row] ?? 0] ?? null],
  ['good', ({ isGood }, row) => JUDGEMENTS[isGood?.[row] ?? 0] ?? null],
];

interface Form {
  heading(names: readonly string[]): string;
  line(names: readonly string[], cells: readonly Cell[]): string;
}

const FORMS: Readonly<Record<string, Form>> = {
  '.csv': { heading: csvLine, line: (_names, cells) => csvLine(cells.map((cell) => String(cell ?? ''))) },
  '.jsonl': {
    heading: () => '',
    line: (names, cells) =>
      `{${cells.map((cell, column) => `"${names[column]}":${JSON.stringify(cell)}`).join()}}\n`,
  },
};

/** Properties of the run that a file of samples depends on. */
export interface SampledRun {
  /** Names of the requests of the mix. */
  readonly names: readonly string[];
  /** Answers are streams of tokens. */
  readonly isStreamed: boolean;
}

/** What is wrong with the name of a file of samples; null if its format is known. */
export function samplesProblem(path: string): string | null {
  return FORMS[extname(path)] === undefined
    ? `--samples '${path}': name a file that ends in .csv or .jsonl.`
    : null;
}

/**
 * Every request of the window, one row each, written as the records arrive. Writing is synchronous, with one write
 * for each block: a slow disk delays the workers rather than filling the memory.
 */
export class SamplesFile {
  readonly #path: string;
  readonly #form: Form;
  readonly #descriptor: number;
  readonly #lock: FileLock | null;
  readonly #names: readonly string[];
  readonly #columns: Columns;
  readonly #heading: readonly string[];
  readonly #onFailure: (sentence: string) => void;
  #pending: string;
  #writtenBytes = 0;
  #rows = 0;
  #hasFailed = false;

  private constructor(
    path: string,
    { names, isStreamed }: SampledRun,
    form: Form,
    descriptor: number,
    lock: FileLock | null,
    onFailure: (sentence: string) => void,
  ) {
    this.#path = path;
    this.#names = names;
    this.#form = form;
    this.#descriptor = descriptor;
    this.#lock = lock;
    this.#onFailure = onFailure;
    this.#columns = isStreamed ? [...COLUMNS, ...STREAM_COLUMNS] : COLUMNS;
    this.#heading = this.#columns.map(([name]) => name);
    this.#pending = form.heading(this.#heading);
  }

  /**
   * Opens the file and empties it. `onFailure` is called once, if something cannot be written.
   *
   * @param path one that `samplesProblem` accepts
   * @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN, or VOLLEY_USAGE if another run is writing it
   */
  static async open(
    path: string,
    run: SampledRun,
    onFailure: (sentence: string) => void,
  ): Promise<SamplesFile> {
    const form = FORMS[extname(path)];
    if (form === undefined) throw cannotWrite('--samples', path, new Error('its format is unknown'));
    let lock: FileLock | null = null;
    try {
      lock = await lockOutput('--samples', path);
      const isPipe = statSync(path, { throwIfNoEntry: false })?.isFIFO() === true;
      const descriptor = isPipe ? await openWaiting('--samples', path) : openSync(path, 'w');
      return new SamplesFile(path, run, form, descriptor, lock, onFailure);
    } catch (error) {
      await lock?.release();
      throw error instanceof VolleyError ? error : cannotWrite('--samples', path, error);
    }
  }

  /** Writes the rows of a block, without those of the warm-up. */
  add(block: SampleBlock, worker: number): void {
    if (this.#hasFailed) return;
    const columns = columnsOf(block);
    const of = { worker, names: this.#names };
    let rows = 0;
    for (let row = 0; row < block.count; row++) {
      if ((columns.intendedMs[row] ?? 0) < 0) continue;
      const cells = this.#columns.map(([, cellOf]) => cellOf(columns, row, of));
      this.#pending += this.#form.line(this.#heading, cells);
      rows++;
    }
    this.#flush(rows);
  }

  /** Returns whether every row has been written. */
  async close(): Promise<boolean> {
    // Without any request there is still a heading.
    this.#flush(0);
    try {
      closeSync(this.#descriptor);
    } catch (error) {
      this.#fail(error);
    }
    await this.#lock?.release();
    return !this.#hasFailed;
  }

  #flush(rows: number): void {
    if (this.#hasFailed || this.#pending === '') return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    try {
      for (let offset = 0; offset < bytes.length; ) {
        offset += writeSync(this.#descriptor, bytes, offset);
      }
      this.#writtenBytes += bytes.length;
      this.#rows += rows;
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    try {
      // Leave no half row at the end.
      ftruncateSync(this.#descriptor, this.#writtenBytes);
    } catch {
      // A pipe or a device cannot be truncated.
    }
    this.#onFailure(
      `--samples '${this.#path}' ends after ${this.#rows} requests: it could not be written ` +
        `(${reasonOf(error)}). The run is not affected.`,
    );
  }
}

function responseOf({ startLagMs, waitMs, serviceMs }: SampleColumns, row: number): number {
  return responseMsOf(startLagMs[row] ?? 0, waitMs[row] ?? 0, serviceMs[row] ?? Number.NaN);
}

/** Time from the first token to the last, divided by the number of tokens after the first. */
function tpotOf({ ttftMs, e2eMs, tokens, tokenEvents }: SampleColumns, row: number): number {
  const made = tokens?.[row] ?? Number.NaN;
  if (!(made > 1) || !((tokenEvents?.[row] ?? 0) > 1)) return Number.NaN;
  return ((e2eMs?.[row] ?? Number.NaN) - (ttftMs?.[row] ?? Number.NaN)) / (made - 1);
}

function numberOrNull(value = Number.NaN): number | null {
  return Number.isNaN(value) ? null : value;
}

/** Rounds to the resolution of the clock; null for a mark that was never reached. */
function toNanosecond(valueMs = Number.NaN): number | null {
  return Number.isNaN(valueMs) ? null : Math.round(valueMs * NANOS_PER_MS) / NANOS_PER_MS;
}
