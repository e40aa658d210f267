import { MOST_ROUNDS } from '../../protocol/comparison.ts';
import { METRICS, type Metric } from '../../protocol/comparison-finding.ts';
import type { ExitCode } from '../../protocol/exit-codes.ts';
import { FEWEST_ROUNDS } from '../compare/paired.ts';
import { noteInput, withoutOverwriting } from '../files/input-files.ts';
import { readSettled } from '../once/settled.ts';
import type { RunOptions } from '../plan/options.ts';
import { Problems, type Told } from '../plan/problems.ts';
import { completePlan } from '../plan/resolve.ts';
import { readersOfPlan } from '../plan/stdin-readers.ts';
import { baselineFrom, heldAgainst, openBaseline } from './baseline-options.ts';
import { comparisonPathsFrom } from './comparison-outputs.ts';
import { measureAndPrint } from './measure-rounds.ts';
import type { TargetCommand } from './on-port/on-port.ts';
import { comparisonFormFrom } from './output-form.ts';
import type { Parsed } from './parsed.ts';
import { resultFilesOf } from './result-files.ts';
import { say } from './say.ts';
import { showingFrom } from './showing.ts';

const FEWEST = 2;
/** Options that only apply to a single run. */
const OF_ONE_RUN = ['abort-on', 'live', 'otlp', 'samples', 'dry-run', 'once'] as const;
// Nothing is compared, so the metric decides nothing.
const [HEADLINE]: readonly Metric[] = METRICS;

/** `volley <url> --repeat N`: the same run N times, each in its own process, in one result. */
export async function repeatCommand(
  parsed: Parsed,
  options: RunOptions,
  problems: Told[],
  { target, planPath }: { readonly target: TargetCommand | null; readonly planPath: string | undefined },
): Promise<ExitCode> {
  const counts = new Problems();
  const rounds = counts.count('repeat', parsed.last('repeat') ?? '', 1, MOST_ROUNDS) ?? FEWEST;
  problems.push(...counts.list);
  for (const name of OF_ONE_RUN) {
    if (parsed.values[name] !== undefined)
      problems.push(
        `--${name} with --repeat '${parsed.last('repeat')}': it is for a single run: leave one of them out.`,
      );
  }
  const asked = baselineFrom(parsed, problems);
  const form = comparisonFormFrom(parsed.last('output'), problems);
  const paths = comparisonPathsFrom(parsed, problems);
  const plan = await withoutOverwriting(resultFilesOf(paths), async () => {
    if (planPath !== undefined) noteInput(planPath);
    return completePlan(await readSettled(options, problems, readersOfPlan(planPath), say));
  });
  const baseline = await openBaseline(asked, plan, rounds);
  return measureAndPrint({
    kind: 'repeat',
    target,
    arms: [{ name: 'run', plan }],
    judged: { rounds, fewestRounds: FEWEST_ROUNDS, metric: HEADLINE ?? 'throughput', margin: 0 },
    form,
    showing: showingFrom(parsed),
    paths,
    pair: () => [],
    held: (comparison) => heldAgainst(baseline, comparison),
    conclude: () => [
      rounds < FEWEST_ROUNDS
        ? { code: 'too-few-rounds', figures: { rounds, fewestRounds: FEWEST_ROUNDS }, remarks: [] }
        : { code: 'intervals-hold', figures: {}, remarks: [] },
    ],
  });
}
