import { type FileHandle, open } from 'node:fs/promises';
import { reasonOf, VolleyError, writeErrorCodeOf } from '../../protocol/errors.ts';
import type { OutputFile } from '../files/input-files.ts';
import type { Told } from '../plan/problems.ts';
import type { Parsed } from './parsed.ts';

const VARIABLE = 'GITHUB_STEP_SUMMARY';

/**
 * The summary file of a CI job; null if `--step-summary` was not given, and, with a problem noted, if the environment
 * does not name one.
 */
export function stepSummaryPathFrom(parsed: Parsed, problems: Told[]): string | null {
  if (!parsed.flag('step-summary')) return null;
  const path = process.env[VARIABLE] ?? '';
  if (path !== '') return path;
  problems.push(
    `--step-summary: the environment variable ${VARIABLE} is not set: name a file in it, or leave the option out.`,
  );
  return null;
}

/** The same file, for the check against those that are read. */
export function stepSummaryFileOf(path: string | null): OutputFile[] {
  return path === null ? [] : [{ option: '--step-summary', path }];
}

/** A job's summary, which earlier steps may have written to. */
export class StepSummary {
  readonly #path: string;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN */
  static async open(path: string): Promise<StepSummary> {
    try {
      return new StepSummary(path, await open(path, 'a'));
    } catch (error) {
      throw cannotAppend(path, error);
    }
  }

  /**
   * Appends Markdown and closes the file.
   *
   * @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN
   */
  async append(markdown: string): Promise<void> {
    try {
      await this.#file.writeFile(markdown);
    } catch (error) {
      throw cannotAppend(this.#path, error);
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    await this.#file.close().catch(() => {});
  }
}

function cannotAppend(path: string, error: unknown): VolleyError {
  return new VolleyError(
    writeErrorCodeOf(error),
    `--step-summary: '${path}', which ${VARIABLE} names, cannot be appended to (${reasonOf(error)}).`,
  );
}
