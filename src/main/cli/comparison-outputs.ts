import type { Comparison } from '../../protocol/comparison.ts';
import { type OutputFile, resultFileOf } from '../files/input-files.ts';
import { ResultFile } from '../files/result-file.ts';
import { keepResult } from '../history/keep-result.ts';
import { openRunFolder } from '../history/run-folder.ts';
import type { Told } from '../plan/problems.ts';
import { COMPARISON_REPORTERS } from '../reporters/comparison-text.ts';
import { PAGE_OPTION, pagePathFrom, writePage } from './page-file.ts';
import type { Parsed } from './parsed.ts';
import { StepSummary, stepSummaryFileOf, stepSummaryPathFrom } from './step-summary.ts';
import { isWritten } from './written.ts';

/** What a comparison writes in addition to what it prints. */
export interface ComparisonPaths {
  readonly out: string | null;
  readonly html: string | null;
  readonly stepSummary: string | null;
  /** Whether the result is kept with earlier ones. */
  readonly save: boolean;
}

/** Reads which files to write; problems are added to the list. */
export function comparisonPathsFrom(parsed: Parsed, problems: Told[]): ComparisonPaths {
  return {
    out: parsed.last('out') ?? null,
    html: pagePathFrom(parsed, problems),
    stepSummary: stepSummaryPathFrom(parsed, problems),
    save: parsed.flag('save'),
  };
}

/** The same files, for the check against those that are read. */
export function comparisonFilesOf({ out, html, stepSummary }: ComparisonPaths): OutputFile[] {
  return [
    ...resultFileOf(out ?? undefined),
    ...resultFileOf(html ?? undefined, PAGE_OPTION),
    ...stepSummaryFileOf(stepSummary),
  ];
}

/** Files of a comparison. All of them are opened before anything is sent. */
export class ComparisonOutputs {
  #result: ResultFile | null = null;
  #page: ResultFile | null = null;
  #stepSummary: StepSummary | null = null;
  #isKept = false;

  /** @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN, or VOLLEY_USAGE if another run is writing one of them */
  static async open({ out, html, stepSummary, save }: ComparisonPaths): Promise<ComparisonOutputs> {
    const outputs = new ComparisonOutputs();
    try {
      if (save) await openRunFolder();
      outputs.#isKept = save;
      if (out !== null) outputs.#result = await ResultFile.open(out);
      if (html !== null) outputs.#page = await ResultFile.open(html, PAGE_OPTION);
      if (stepSummary !== null) outputs.#stepSummary = await StepSummary.open(stepSummary);
    } catch (error) {
      await outputs.discard();
      throw error;
    }
    return outputs;
  }

  /** Writes the files. `isSaved`: the result itself was written wherever it was to be. */
  async finish(comparison: Comparison): Promise<{ isSaved: boolean; isComplete: boolean }> {
    // If it was stopped before every arm had a round, there is nothing to keep or to show.
    const hasRounds = comparison.arms.length > 0;
    if (!hasRounds) await this.#page?.discard();
    const isSaved = await isWritten(this.#result?.commit(COMPARISON_REPORTERS.json(comparison)));
    const isKept = await isWritten(this.#isKept && hasRounds ? keepResult(comparison) : undefined);
    const isShown = await isWritten(
      this.#page !== null && hasRounds ? writePage(this.#page, comparison) : undefined,
    );
    const isAppended = await isWritten(
      hasRounds
        ? this.#stepSummary?.append(COMPARISON_REPORTERS.markdown(comparison))
        : this.#stepSummary?.close(),
    );
    return { isSaved: isSaved && isKept, isComplete: isSaved && isKept && isShown && isAppended };
  }

  /** Deletes the files after a comparison without a result. */
  async discard(): Promise<void> {
    await this.#result?.discard();
    await this.#page?.discard();
    await this.#stepSummary?.close();
  }
}
