import type { RowCells, RowsMode } from '../../../protocol/request.ts';
import { ROWS_MODES } from '../../../protocol/request.ts';
import { DEFAULT_ROWS_MODE } from '../defaults.ts';
import { readPrompts } from '../models/prompts.ts';
import {
  parseSharedPrefix,
  parseSynthetic,
  type Synthetic,
  syntheticPrompts,
} from '../models/synthetic-prompts.ts';
import { readTrace } from '../models/trace.ts';
import type { RunOptions } from '../options.ts';
import { Problems } from '../problems.ts';
import { type ReadRows, ROWS_KEPT } from '../rows-kept.ts';
import { given, phrase, the } from '../words.ts';
import { readRows } from './rows.ts';
import { type RowsForm, rowsFormOf } from './rows-form.ts';

const MOST_PROMPTS = 1_000_000_000_000;
const SLOWEST = 0.001;
const FASTEST = 1_000;

/** The rows of a run, and how they are used. */
interface RowsOfRun extends ReadRows {
  readonly mode: RowsMode;
}

/**
 * Reads what rows the options ask for; null if none, or if a problem has been noted.
 *
 * @param comeLater whether rows come later that are not read here
 */
export function parseRows(options: RunOptions, comeLater: boolean, problems: Problems): RowsOfRun | null {
  const { rowsMode, speed, trace } = options;
  if (speed !== undefined && trace === undefined)
    problems.add(phrase`${the('speed')} ${given(speed)} without ${the('trace')}: name the trace to replay.`);
  const form = rowsFormOf(options, problems);
  const mode = problems.choice('rows-mode', rowsMode ?? DEFAULT_ROWS_MODE, ROWS_MODES);
  if (!asksForRows(options)) {
    if (rowsMode !== undefined)
      problems.add(phrase`${the('rows-mode')} ${given(rowsMode)} without ${the('rows')}: name the file.`);
    if (!comeLater) refuseWithoutRows(options, problems);
    return null;
  }
  const kept = options[ROWS_KEPT];
  const key = keyOf(options);
  const read = kept?.rows.get(key) ?? cellsOf(options, form, problems);
  if (read === null) return null;
  kept?.rows.set(key, read);
  return mode === null ? null : { mode, ...read };
}

/** Whether options name rows in any form. */
export function asksForRows({ rows, prompts, syntheticPrompts, trace }: RunOptions): boolean {
  return [rows, prompts, syntheticPrompts, trace].some((said) => said !== undefined);
}

/** Tells rows from others. */
function keyOf(options: RunOptions): string {
  const { rows, prompts, delimiter, skipBadRows, syntheticPrompts, sharedPrefix, trace } = options;
  const { speed, preset, requests, seed } = options;
  const madeUp = [syntheticPrompts, sharedPrefix, trace];
  const ofThose = madeUp.some((said) => said !== undefined)
    ? [speed, preset === undefined, requests, seed]
    : [];
  return JSON.stringify([rows, prompts, delimiter, skipBadRows, ...madeUp, ...ofThose]);
}

/** Reads the rows from a file, or makes up prompts. */
function cellsOf(options: RunOptions, form: RowsForm, problems: Problems): ReadRows | null {
  const { rows, prompts, syntheticPrompts: lengths, sharedPrefix, requests, trace, seed = 0 } = options;
  const most = requests === undefined ? null : new Problems().count('requests', requests, 1, MOST_PROMPTS);
  if (trace !== undefined) {
    const speed = parseSpeed(options.speed, problems);
    // A preset has a place for prompts; without one the trace holds whole requests.
    const holds = options.preset === undefined ? 'requests' : 'prompts';
    const shared = parseSharedPrefix(sharedPrefix, problems) ?? 0;
    // No time is too far away at a speed that is wrong itself.
    const how = {
      holds,
      speed: speed ?? Number.POSITIVE_INFINITY,
      most,
      seed: Number(seed),
      shared,
    } as const;
    const read = readTrace(trace, how, form, problems);
    return read === null ? null : { ...read, skipped: form.skipped };
  }
  const cells =
    rows !== undefined
      ? readRows(rows, form, problems)
      : prompts !== undefined
        ? readPrompts(prompts, form, problems)
        : madeUp(parseSynthetic(lengths, sharedPrefix, problems), most, Number(seed));
  return cells === null ? null : { cells, skipped: form.skipped };
}

function madeUp(synthetic: Synthetic | null, most: number | null, seed: number): RowCells | null {
  return synthetic === null ? null : syntheticPrompts(synthetic, most, seed);
}

/** Null if a problem has been noted. */
function parseSpeed(speed: RunOptions['speed'], problems: Problems): number | null {
  const factor = Number(speed ?? 1);
  if (factor >= SLOWEST && factor <= FASTEST) return factor;
  problems.add(
    phrase`${the('speed')} ${given(speed)}: give how much faster than recorded, from ${SLOWEST} to ${FASTEST}, such as 2 or 0.5.`,
  );
  return null;
}

function refuseWithoutRows({ delimiter, skipBadRows }: RunOptions, problems: Problems): void {
  if (delimiter !== undefined)
    problems.add(phrase`${the('delimiter')} ${given(delimiter)} without ${the('rows')}: name the file.`);
  if (skipBadRows === true)
    problems.add(phrase`${the('skip-bad-rows')} without ${the('rows')}: name the file.`);
}
