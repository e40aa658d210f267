import type { SampleBlock } from '../../protocol/samples.ts';
import type { Summary } from '../../protocol/summary.ts';
import { type OutputFile, resultFileOf } from '../files/input-files.ts';
import { ResultFile } from '../files/result-file.ts';
import { type SampledRun, SamplesFile, samplesProblem } from '../files/samples-file.ts';
import { keepResult } from '../history/keep-result.ts';
import { openRunFolder } from '../history/run-folder.ts';
import { REPORTERS } from '../reporters/reporters.ts';
import { PAGE_OPTION, pagePathFrom, writePage } from './page-file.ts';
import type { Parsed } from './parsed.ts';
import { say } from './say.ts';
import { StepSummary, stepSummaryFileOf, stepSummaryPathFrom } from './step-summary.ts';
import { isWritten } from './written.ts';

interface OutputPaths {
  readonly out: string | null;
  readonly html: string | null;
  readonly samples: string | null;
  readonly stepSummary: string | null;
  /** Whether the result is kept with earlier ones. */
  readonly save: boolean;
}

/** Reads which files to write; problems are added to the list. */
export function outputPathsFrom(parsed: Parsed, problems: string[]): OutputPaths {
  const out = parsed.last('out') ?? null;
  const html = pagePathFrom(parsed, problems);
  const samples = parsed.last('samples') ?? null;
  const problem = samples === null ? null : samplesProblem(samples);
  if (problem !== null) problems.push(problem);
  if (out === '') problems.push("--out '': give the name of a file.");
  return {
    out,
    html,
    samples,
    stepSummary: stepSummaryPathFrom(parsed, problems),
    save: parsed.flag('save'),
  };
}

/** The same files, for the check against those that are read. */
export function outputFilesOf({ out, html, samples, stepSummary }: Omit<OutputPaths, 'save'>): OutputFile[] {
  return [
    ...resultFileOf(out ?? undefined),
    ...resultFileOf(html ?? undefined, PAGE_OPTION),
    ...(samples === null ? [] : [{ option: '--samples', path: samples }]),
    ...stepSummaryFileOf(stepSummary),
  ];
}

/** Files that a run writes in addition to what it prints. All of them are opened before anything is sent. */
export class RunOutputs {
  #result: ResultFile | null = null;
  #page: ResultFile | null = null;
  #stepSummary: StepSummary | null = null;
  #samples: SamplesFile | null = null;
  #isKept = false;

  /** @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN, or VOLLEY_USAGE if another run is writing one of them */
  static async open(paths: OutputPaths, run: SampledRun): Promise<RunOutputs> {
    const outputs = new RunOutputs();
    try {
      if (paths.save) await openRunFolder();
      outputs.#isKept = paths.save;
      if (paths.out !== null) outputs.#result = await ResultFile.open(paths.out);
      if (paths.html !== null) outputs.#page = await ResultFile.open(paths.html, PAGE_OPTION);
      if (paths.stepSummary !== null) outputs.#stepSummary = await StepSummary.open(paths.stepSummary);
      if (paths.samples !== null) outputs.#samples = await SamplesFile.open(paths.samples, run, say);
    } catch (error) {
      await outputs.discard();
      throw error;
    }
    return outputs;
  }

  addSamples(block: SampleBlock, worker: number): void {
    this.#samples?.add(block, worker);
  }

  /** Writes what is left. `isSaved`: the result itself was written, if it was to have a file. */
  async finish(summary: Summary): Promise<{ isSaved: boolean; isComplete: boolean }> {
    const hasSamples = (await this.#samples?.close()) ?? true;
    const isSaved = await isWritten(this.#result?.commit(REPORTERS.json(summary)));
    const isShown = await isWritten(this.#page === null ? undefined : writePage(this.#page, summary));
    const isAppended = await isWritten(this.#stepSummary?.append(REPORTERS.markdown(summary)));
    const isKept = await isWritten(this.#isKept ? keepResult(summary) : undefined);
    return { isSaved, isComplete: hasSamples && isSaved && isShown && isAppended && isKept };
  }

  /** Closes and deletes the files after a run without a result. */
  async discard(): Promise<void> {
    await this.#samples?.close();
    await this.#stepSummary?.close();
    await this.#result?.discard();
    await this.#page?.discard();
  }
}
