import { batchJson, renderBatch } from '../batch/batch-text.ts';
import type { BatchResult } from '../batch/run-batch.ts';
import { type OutputFile, resultFileOf } from '../files/input-files.ts';
import { ResultFile } from '../files/result-file.ts';
import type { Told } from '../plan/problems.ts';
import { PAGE_OPTION, pagePathFrom, writePage } from './page-file.ts';
import type { Parsed } from './parsed.ts';
import { StepSummary, stepSummaryFileOf, stepSummaryPathFrom } from './step-summary.ts';
import { isWritten } from './written.ts';

/** What a batch writes in addition to its rows and to what it prints. */
interface BatchPaths {
  readonly html: string | null;
  readonly stepSummary: string | null;
}

/** Reads which files to write; problems are added to the list. */
export function batchPathsFrom(parsed: Parsed, problems: Told[]): BatchPaths {
  return { html: pagePathFrom(parsed, problems), stepSummary: stepSummaryPathFrom(parsed, problems) };
}

/** The same files, for the check against those that are read. */
export function batchFilesOf({ html, stepSummary }: BatchPaths): OutputFile[] {
  return [...resultFileOf(html ?? undefined, PAGE_OPTION), ...stepSummaryFileOf(stepSummary)];
}

/** Files about a whole batch. All of them are opened before anything is sent. */
export class BatchOutputs {
  #page: ResultFile | null = null;
  #stepSummary: StepSummary | null = null;

  /** @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN, or VOLLEY_USAGE if another run is writing one of them */
  static async open({ html, stepSummary }: BatchPaths): Promise<BatchOutputs> {
    const outputs = new BatchOutputs();
    try {
      if (html !== null) outputs.#page = await ResultFile.open(html, PAGE_OPTION);
      if (stepSummary !== null) outputs.#stepSummary = await StepSummary.open(stepSummary);
      return outputs;
    } catch (error) {
      await outputs.discard();
      throw error;
    }
  }

  /** Writes the files; false, after it has said why, if one could not be written. */
  async finish(result: BatchResult, areFailuresAllowed: boolean): Promise<boolean> {
    const isShown = await isWritten(
      this.#page === null ? undefined : writePage(this.#page, batchJson(result)),
    );
    const isAppended = await isWritten(
      this.#stepSummary?.append(renderBatch(result, 'markdown', areFailuresAllowed)),
    );
    return isShown && isAppended;
  }

  /** Closes and deletes the files of a batch without a result. */
  async discard(): Promise<void> {
    await this.#page?.discard();
    await this.#stepSummary?.close();
  }
}
