import type { Comparison } from '../../protocol/comparison.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Sweep } from '../../protocol/sweep.ts';
import { type OutputFile, resultFileOf } from '../files/input-files.ts';
import { ResultFile } from '../files/result-file.ts';
import type { Told } from '../plan/problems.ts';
import { PAGE_OPTION, pageOf, pagePathFrom, writePage } from './page-file.ts';
import type { Parsed } from './parsed.ts';
import { StepSummary, stepSummaryFileOf, stepSummaryPathFrom } from './step-summary.ts';
import { isWritten } from './written.ts';

/** Where a result is written in addition to what is printed; null where it is not. */
export interface ResultPaths {
  readonly out: string | null;
  readonly html: string | null;
  readonly stepSummary: string | null;
}

/** A result in the forms of its files. */
interface ResultTexts {
  json(): string;
  markdown(): string;
  readonly page: Summary | Comparison | Sweep;
}

/** Reads which files to write; problems are added to the list. */
export function resultPathsFrom(parsed: Parsed, problems: Told[]): ResultPaths {
  const out = parsed.last('out') ?? null;
  if (out === '') problems.push("--out '': give the name of a file.");
  if (out === '-') problems.push("--out '-': give the name of a file; -o json prints the result on stdout.");
  return { out, ...shownPathsFrom(parsed, problems) };
}

/** The same where the result itself is not written: the `--out` of a batch has its rows. */
export function shownPathsFrom(parsed: Parsed, problems: Told[]): Omit<ResultPaths, 'out'> {
  return { html: pagePathFrom(parsed, problems), stepSummary: stepSummaryPathFrom(parsed, problems) };
}

/** The same files, for the check against those that are read. */
export function resultFilesOf({ out, html, stepSummary }: ResultPaths): OutputFile[] {
  return [
    ...resultFileOf(out ?? undefined),
    ...resultFileOf(html ?? undefined, PAGE_OPTION),
    ...stepSummaryFileOf(stepSummary),
  ];
}

/** The files of a result. All of them are opened before anything is sent. */
export class ResultFiles {
  #result: ResultFile | null = null;
  #page: ResultFile | null = null;
  #stepSummary: StepSummary | null = null;

  /** @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN, or VOLLEY_USAGE if another run is writing one of them */
  static async open({ out, html, stepSummary }: ResultPaths): Promise<ResultFiles> {
    const files = new ResultFiles();
    try {
      if (out !== null) files.#result = await ResultFile.open(out);
      if (html !== null) files.#page = await ResultFile.open(html, PAGE_OPTION);
      if (stepSummary !== null) files.#stepSummary = await StepSummary.open(stepSummary);
      return files;
    } catch (error) {
      await files.discard();
      throw error;
    }
  }

  /** Writes a result that may be followed by a later one, so that it remains if volley is killed; says so if it cannot. */
  async saveSoFar({ json, page }: ResultTexts): Promise<void> {
    const file = this.#page;
    await isWritten(this.#result?.saveSoFar(json()));
    await isWritten(file === null ? undefined : pageOf(page).then((text) => file.saveSoFar(text)));
  }

  /** Writes all files. `isSaved`: the result itself was written, if it was to have a file. */
  async write({ json, markdown, page }: ResultTexts): Promise<{ isSaved: boolean; isComplete: boolean }> {
    const isSaved = await isWritten(this.#result?.commit(json()));
    const isShown = await isWritten(this.#page === null ? undefined : writePage(this.#page, page));
    const isAppended = await isWritten(this.#stepSummary?.append(markdown()));
    return { isSaved, isComplete: isSaved && isShown && isAppended };
  }

  /** Closes and deletes all files but that of the result itself: there is nothing to show. */
  async discardShown(): Promise<void> {
    await this.#page?.discard();
    await this.#stepSummary?.close();
    this.#page = null;
    this.#stepSummary = null;
  }

  /** Closes and deletes the files where there is no result. */
  async discard(): Promise<void> {
    await this.#result?.discard();
    await this.discardShown();
  }
}
