import type { SampleBlock } from '../../protocol/samples.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { OutputFile } from '../files/input-files.ts';
import { type SampledRun, SamplesFile, samplesProblem } from '../files/samples-file.ts';
import { keepResult } from '../history/keep-result.ts';
import { openRunFolder } from '../history/run-folder.ts';
import { REPORTERS } from '../reporters/reporters.ts';
import type { Parsed } from './parsed.ts';
import { ResultFiles, type ResultPaths, resultFilesOf, resultPathsFrom } from './result-files.ts';
import { say } from './say.ts';
import { isWritten } from './written.ts';

interface OutputPaths extends ResultPaths {
  readonly samples: string | null;
  /** Whether the result is kept with earlier ones. */
  readonly save: boolean;
}

/** Reads which files to write; problems are added to the list. */
export function outputPathsFrom(parsed: Parsed, problems: string[]): OutputPaths {
  const samples = parsed.last('samples') ?? null;
  const problem = samples === null ? null : samplesProblem(samples);
  if (problem !== null) problems.push(problem);
  return { ...resultPathsFrom(parsed, problems), samples, save: parsed.flag('save') };
}

/** The same files, for the check against those that are read. */
export function outputFilesOf({ samples, ...paths }: Omit<OutputPaths, 'save'>): OutputFile[] {
  return [...resultFilesOf(paths), ...(samples === null ? [] : [{ option: '--samples', path: samples }])];
}

/** Files that a run writes in addition to what it prints. All of them are opened before anything is sent. */
export class RunOutputs {
  readonly #files: ResultFiles;
  readonly #samples: SamplesFile | null;
  readonly #isKept: boolean;

  private constructor(files: ResultFiles, samples: SamplesFile | null, isKept: boolean) {
    this.#files = files;
    this.#samples = samples;
    this.#isKept = isKept;
  }

  /** @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN, or VOLLEY_USAGE if another run is writing one of them */
  static async open(paths: OutputPaths, run: SampledRun): Promise<RunOutputs> {
    if (paths.save) await openRunFolder();
    const files = await ResultFiles.open(paths);
    try {
      const samples = paths.samples === null ? null : await SamplesFile.open(paths.samples, run, say);
      return new RunOutputs(files, samples, paths.save);
    } catch (error) {
      await files.discard();
      throw error;
    }
  }

  addSamples(block: SampleBlock, worker: number): void {
    this.#samples?.add(block, worker);
  }

  /** Writes what is left. `isSaved`: the result itself was written, if it was to have a file. */
  async finish(summary: Summary): Promise<{ isSaved: boolean; isComplete: boolean }> {
    const hasSamples = (await this.#samples?.close()) ?? true;
    const { isSaved, isComplete } = await this.#files.write({
      json: () => REPORTERS.json(summary),
      markdown: () => REPORTERS.markdown(summary),
      page: summary,
    });
    const isKept = await isWritten(this.#isKept ? keepResult(summary) : undefined);
    return { isSaved, isComplete: hasSamples && isComplete && isKept };
  }

  /** Closes and deletes the files after a run without a result. */
  async discard(): Promise<void> {
    await this.#samples?.close();
    await this.#files.discard();
  }
}
