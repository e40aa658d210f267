import type { Comparison } from '../../protocol/comparison.ts';
import { keepResult } from '../history/keep-result.ts';
import { openRunFolder } from '../history/run-folder.ts';
import type { Told } from '../plan/problems.ts';
import { COMPARISON_REPORTERS } from '../reporters/comparison-text.ts';
import type { Parsed } from './parsed.ts';
import { ResultFiles, type ResultPaths, resultPathsFrom } from './result-files.ts';
import { isWritten } from './written.ts';

/** What a comparison writes in addition to what it prints. */
export interface ComparisonPaths extends ResultPaths {
  /** Whether the result is kept with earlier ones. */
  readonly save: boolean;
}

/** Reads which files to write; problems are added to the list. */
export function comparisonPathsFrom(parsed: Parsed, problems: Told[]): ComparisonPaths {
  return { ...resultPathsFrom(parsed, problems), save: parsed.flag('save') };
}

/** Files of a comparison. All of them are opened before anything is sent. */
export class ComparisonOutputs {
  readonly #files: ResultFiles;
  readonly #isKept: boolean;

  private constructor(files: ResultFiles, isKept: boolean) {
    this.#files = files;
    this.#isKept = isKept;
  }

  /** @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN, or VOLLEY_USAGE if another run is writing one of them */
  static async open({ save, ...paths }: ComparisonPaths): Promise<ComparisonOutputs> {
    if (save) await openRunFolder();
    return new ComparisonOutputs(await ResultFiles.open(paths), save);
  }

  /** Writes the files. `isSaved`: the result itself was written wherever it was to be. */
  async finish(comparison: Comparison): Promise<{ isSaved: boolean; isComplete: boolean }> {
    // If it was stopped before every arm had a round, there is nothing to keep or to show.
    const hasRounds = comparison.arms.length > 0;
    if (!hasRounds) await this.#files.discardShown();
    const { isSaved, isComplete } = await this.#files.write({
      json: () => COMPARISON_REPORTERS.json(comparison),
      markdown: () => COMPARISON_REPORTERS.markdown(comparison),
      page: comparison,
    });
    const isKept = await isWritten(this.#isKept && hasRounds ? keepResult(comparison) : undefined);
    return { isSaved: isSaved && isKept, isComplete: isComplete && isKept };
  }

  /** Deletes the files after a comparison without a result. */
  discard(): Promise<void> {
    return this.#files.discard();
  }
}
