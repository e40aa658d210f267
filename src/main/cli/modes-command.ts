import type { ExitCode } from '../../protocol/exit-codes.ts';
import { modesExperiment } from '../compare/experiment.ts';
import { withoutOverwriting } from '../files/input-files.ts';
import type { Told } from '../plan/problems.ts';
import { bareTimeNotes } from './bare-times.ts';
import { judgingFrom } from './comparison-options.ts';
import { comparisonPathsFrom } from './comparison-outputs.ts';
import { measureAndPrint } from './measure-rounds.ts';
import { onPort, targetCommandFrom } from './on-port/on-port.ts';
import { comparisonFormFrom } from './output-form.ts';
import type { Parsed } from './parsed.ts';
import { resultFilesOf } from './result-files.ts';
import { runOptionsFrom } from './run-options.ts';
import { showingFrom } from './showing.ts';

/** `volley modes <url>`: the same load in every mode, in interleaved rounds. */
export async function modesCommand(parsed: Parsed, problems: Told[]): Promise<ExitCode> {
  const paths = comparisonPathsFrom(parsed, problems);
  const target = targetCommandFrom(parsed, problems);
  const experiment = await withoutOverwriting(resultFilesOf(paths), () =>
    modesExperiment(onPort(runOptionsFrom(parsed, problems), target), problems, (comparisons) =>
      judgingFrom(parsed, 'throughput', comparisons, problems),
    ),
  );
  const showing = showingFrom(parsed);
  bareTimeNotes(parsed).forEach(showing.note);
  return measureAndPrint({
    ...experiment,
    target,
    form: comparisonFormFrom(parsed.last('output'), []),
    showing,
    paths,
  });
}
