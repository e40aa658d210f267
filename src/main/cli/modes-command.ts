import type { ExitCode } from '../../protocol/exit-codes.ts';
import { modeArms, pairModes, recommend } from '../compare/modes.ts';
import { resultFileOf, withoutOverwriting } from '../files/input-files.ts';
import { asWritten, type Expanded, expandSources } from '../plan/expand.ts';
import type { RunOptions } from '../plan/options.ts';
import type { Told } from '../plan/problems.ts';
import { checkExpanded, checkOptions, completePlan } from '../plan/resolve.ts';
import { type Judging, judgingFrom, withShortRounds } from './comparison-options.ts';
import { type Experiment, measureAndPrint } from './measure-rounds.ts';
import type { Parsed } from './parsed.ts';
import { runOptionsFrom } from './run-options.ts';

/** `volley modes <url>`: the same load in every mode, in interleaved rounds. */
export async function modesCommand(parsed: Parsed, problems: Told[]): Promise<ExitCode> {
  const experiment = await withoutOverwriting(resultFileOf(parsed.last('out')), () =>
    modesExperiment(parsed, problems),
  );
  return measureAndPrint(experiment);
}

async function modesExperiment(parsed: Parsed, problems: Told[]): Promise<Experiment> {
  const expanded = await expandSources(runOptionsFrom(parsed, problems), problems);
  const options = withShortRounds(expanded.options);
  // The best arm is compared with each of the others: sequential, inline, and both pools for each count.
  const comparisons = 1 + 2 * workerCountsOf(options.workers).length;
  const judging = judgingFrom(parsed, 'throughput', comparisons, problems);
  return experimentOf({ ...expanded, options }, judging, parsed.last('out'), problems);
}

/** Checks everything, measures, and prints the table and what follows from it. */
export async function compareModes(
  options: RunOptions,
  judging: Judging,
  outPath: string | undefined,
  problems: readonly string[],
): Promise<ExitCode> {
  return measureAndPrint(await experimentOf(asWritten(options), judging, outPath, problems));
}

async function experimentOf(
  expanded: Expanded,
  judging: Judging,
  outPath: string | undefined,
  problems: readonly Told[],
): Promise<Experiment> {
  const { options } = expanded;
  const workerCounts = workerCountsOf(options.workers);
  // Every problem that one arm has the others have too: they are told once.
  for (const workers of workerCounts) {
    checkExpanded({ ...expanded, options: { ...options, mode: 'threads', workers } }, problems);
  }
  const isOpen = options.rate !== undefined || options.every !== undefined || options.stages !== undefined;
  const alone = { concurrency: 1, streams: undefined, ...(isOpen ? { maxInFlight: 1 } : {}) };
  const arms = await modeArms(workerCounts, async ({ mode, workers, isSequential }) =>
    completePlan(checkOptions({ ...options, mode, workers, ...(isSequential ? alone : {}) })),
  );
  return {
    kind: 'modes',
    arms,
    judging,
    outPath,
    pair: (measured) => pairModes(measured, judging.metric, judging.margin),
    conclude: (pairs) => recommend(pairs, judging.metric),
  };
}

function workerCountsOf(workers: RunOptions['workers']): (string | undefined)[] {
  return workers === undefined
    ? [undefined]
    : String(workers)
        .split(',')
        .map((count) => count.trim());
}
