import type { Comparison } from '../../protocol/comparison.ts';
import { ERROR_CODES, reasonOf, VolleyError, writeErrorCodeOf } from '../../protocol/errors.ts';
import { FIRST_LATENCY_KINDS } from '../../protocol/latency.ts';
import { SCHEMA_VERSION, type Summary } from '../../protocol/summary.ts';
import type { Sweep, SweepLevel } from '../../protocol/sweep.ts';
import { cut } from '../text/quoted.ts';
import type { FileLock } from './file-lock.ts';
import { lockOutput, unfinishedPathOf } from './output-lock.ts';
import { isPage, resultInPage } from './page-result.ts';
import { openReplaced, type WrittenFile } from './replaced-file.ts';
import { withAllLatencies } from './saved-latencies.ts';
import { wrongPart, wrongPartOfComparison, wrongPartOfSweep } from './saved-shape.ts';
import { savedText } from './saved-text.ts';

/** A result file, locked while the run lasts. */
export class ResultFile {
  readonly #option: string;
  readonly #path: string;
  #file: WrittenFile;
  readonly #lock: FileLock | null;

  private constructor(option: string, path: string, file: WrittenFile, lock: FileLock | null) {
    this.#option = option;
    this.#path = path;
    this.#file = file;
    this.#lock = lock;
  }

  /**
   * Opens the file before the load starts, so that a path that cannot be written is reported early.
   *
   * @param option the option that named it
   * @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN, or VOLLEY_USAGE if another run is writing it
   */
  static async open(path: string, option = '--out'): Promise<ResultFile> {
    let lock: FileLock | null = null;
    try {
      lock = await lockOutput(option, path);
      return new ResultFile(option, path, await openReplaced(option, path, unfinishedPathOf), lock);
    } catch (error) {
      await lock?.release();
      throw error instanceof VolleyError ? error : cannotWrite(option, path, error);
    }
  }

  /**
   * Gives the file a text that remains if this process dies; a later one replaces it. A pipe or a device only gets the
   * last one.
   *
   * @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN
   */
  async saveSoFar(text: string): Promise<void> {
    if (!this.#file.isReplaced) return;
    try {
      await this.#file.append(text);
      await this.#file.commit();
    } catch (error) {
      await this.#file.discard();
      throw cannotWrite(this.#option, this.#path, error);
    } finally {
      this.#file = await openReplaced(this.#option, this.#path, unfinishedPathOf);
    }
  }

  /** Writes the text and gives the file its name. */
  async commit(text: string): Promise<void> {
    try {
      await this.#file.append(text);
      await this.#file.commit();
      await this.#lock?.release();
    } catch (error) {
      await this.discard();
      throw cannotWrite(this.#option, this.#path, error);
    }
  }

  /** Deletes what has been written. */
  async discard(): Promise<void> {
    await this.#file.discard();
    await this.#lock?.release();
  }
}

/** Whether a saved result has several rounds or arms. */
export function isComparison(saved: Summary | Comparison): saved is Comparison {
  return 'arms' in saved;
}

/**
 * Reads a saved result of one run or of several: JSON, or a page that holds it.
 *
 * @throws VolleyError VOLLEY_RESULT_FILE if it cannot be read or is not a result of this schema version
 */
export async function readSaved(path: string): Promise<Summary | Comparison> {
  const saved = await readReportable(path);
  if (isSweep(saved))
    throw unusableAt(path)('it is a sweep, in which each level has its own result: volley report shows it');
  return saved;
}

/** Whether a saved result is that of a sweep. */
export function isSweep(saved: Summary | Comparison | Sweep): saved is Sweep {
  return 'levels' in saved;
}

/** Makes the error for a saved result that cannot be used. */
export function unusableAt(path: string): (why: string) => VolleyError {
  return (why) => new VolleyError(ERROR_CODES.resultFile, `The result '${path}' cannot be used: ${why}.`);
}

/**
 * The same, but also reads sweeps.
 *
 * @throws VolleyError VOLLEY_RESULT_FILE if it cannot be read or is not a result of this schema version
 */
export async function readReportable(path: string): Promise<Summary | Comparison | Sweep> {
  const unusable = unusableAt(path);
  let text = await savedText(path, unusable);
  if (isPage(text)) text = textInPage(text, unusable);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unusable('it is not JSON; save one with --out');
  }
  const other = otherTool(value);
  if (other !== null) throw unusable(other);
  if (Array.isArray(value) && value.every((run) => isRecord(run) && run['p50Ratio'] !== undefined))
    throw unusable(
      'it is a list of results (of volley runs -o json or volley runs --html): give one of those it lists',
    );
  if (!isRecord(value) || value['schemaVersion'] === undefined)
    throw unusable('it is not a result of volley; save one with --out');
  if (value['schemaVersion'] !== SCHEMA_VERSION) {
    throw unusable(
      `it has schema version ${cut(JSON.stringify(value['schemaVersion']))}, and this volley reads ${SCHEMA_VERSION}`,
    );
  }
  if (Array.isArray(value['arms'])) return checkedComparison(value, unusable);
  if (Array.isArray(value['levels'])) return checkedSweep(value, unusable);
  const missing = missingFields(value);
  if (missing.length > 0) throw unusable(`it lacks ${missing.join(', ')}`);
  const wrong = wrongPart(value);
  if (wrong !== null) throw unusable(`${wrong}; save one with --out`);
  return withAllLatencies(value as unknown as Summary);
}

/** Why another tool's result cannot be read; null if it is not one. */
function otherTool(value: unknown): string | null {
  if (!isRecord(value)) return null;
  if (isOfK6(value))
    return 'it is a summary of k6, which has only a few percentiles, and no distribution, no figures over time and no lower bounds, so volley cannot judge it; run the same load with volley (docs/moving.md)';
  if (isRecord(value['latencies']) && 'status_codes' in value)
    return 'it is a report of vegeta, which has only a few percentiles, and no distribution, no figures over time and no lower bounds, so volley cannot judge it; run the same load with volley (docs/moving.md)';
  return null;
}

/** The form of --summary-export and handleSummary, or the machine-readable one with a schema version of its own. */
function isOfK6({ metrics, root_group, results, metadata }: Readonly<Record<string, unknown>>): boolean {
  if (isRecord(metrics) && ('http_req_duration' in metrics || isRecord(root_group))) return true;
  return (
    isRecord(results) &&
    (Array.isArray(results['metrics']) ||
      (isRecord(metadata) && ('k6Version' in metadata || 'k6_version' in metadata)))
  );
}

/** Reads the JSON that a page holds. */
function textInPage(page: string, unusable: (why: string) => VolleyError): string {
  let text: string | null;
  try {
    text = resultInPage(page);
  } catch {
    throw unusable('it is a page whose result is damaged; save one with --html or --out');
  }
  if (text === null)
    throw unusable('it is a page that holds no result of volley; save one with --html or --out');
  return text;
}

function checkedComparison(
  value: Readonly<Record<string, unknown>>,
  unusable: (why: string) => VolleyError,
): Comparison {
  const missing = [
    ...['tool'].filter((field) => !isRecord(value[field])),
    ...['pairs', 'conclusions', 'notes'].filter((field) => !Array.isArray(value[field])),
  ];
  if (missing.length > 0) throw unusable(`it lacks ${missing.join(', ')}`);
  const wrong = wrongPartOfComparison(value);
  if (wrong !== null) throw unusable(`${wrong}; save one with --out`);
  const comparison = value as unknown as Comparison;
  if (comparison.arms.length === 0) throw unusable('it has no arms; save one with --out');
  for (const { name, rounds } of comparison.arms) {
    const lacking = rounds.flatMap((round) => missingFields(round as unknown as Record<string, unknown>));
    if (lacking.length > 0) throw unusable(`a round of ${name} lacks ${lacking.join(', ')}`);
    for (const round of rounds) {
      const wrong = wrongPart(round);
      if (wrong !== null) throw unusable(`in a round of ${name}, ${wrong}; save one with --out`);
    }
  }
  const arms = comparison.arms.map((arm) => ({
    ...arm,
    rounds: arm.rounds.map((round) => withAllLatencies(round)),
  }));
  return { ...comparison, arms };
}

function checkedSweep(
  value: Readonly<Record<string, unknown>>,
  unusable: (why: string) => VolleyError,
): Sweep {
  const wrong = wrongPartOfSweep(value);
  if (wrong !== null) throw unusable(`${wrong}; save one with --out`);
  const sweep = value as unknown as Sweep;
  const { generatorLimit = null } = sweep;
  const limited = generatorLimit?.measured;
  for (const { level, summary } of limited === undefined ? sweep.levels : [...sweep.levels, limited]) {
    const lacking = missingFields(summary as unknown as Record<string, unknown>);
    if (lacking.length > 0) throw unusable(`level ${level} lacks ${lacking.join(', ')}`);
    const part = wrongPart(summary);
    if (part !== null) throw unusable(`in level ${level}, ${part}; save one with --out`);
  }
  const whole = (level: SweepLevel): SweepLevel => ({ ...level, summary: withAllLatencies(level.summary) });
  return {
    ...sweep,
    levels: sweep.levels.map(whole),
    generatorLimit:
      generatorLimit === null || limited === undefined
        ? generatorLimit
        : { ...generatorLimit, measured: whole(limited) },
  };
}

const OBJECTS = [
  'tool',
  'plan',
  'requests',
  'rate',
  'latencyMs',
  'connections',
  'bytes',
  'statuses',
  'generator',
  'series',
];
const LISTS = ['degradedReasons', 'histogram', 'errors', 'workers', 'thresholds'];

function missingFields(value: Readonly<Record<string, unknown>>): string[] {
  const latencies = isRecord(value['latencyMs']) ? value['latencyMs'] : {};
  return [
    ...[...OBJECTS, ...LISTS].filter((field) => value[field] === undefined),
    ...FIRST_LATENCY_KINDS.filter((kind) => latencies[kind] === undefined).map((kind) => `latencyMs.${kind}`),
  ];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The error for a file that cannot be written, with the system's message. */
export function cannotWrite(option: string, path: string, error: unknown): VolleyError {
  return new VolleyError(
    writeErrorCodeOf(error),
    `${option} '${path}' cannot be written (${reasonOf(error)}): choose a file in a folder that can be written to and has room.`,
  );
}
