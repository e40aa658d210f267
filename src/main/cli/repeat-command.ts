import { METRICS, type Metric } from '../../protocol/comparison.ts';
import type { ExitCode } from '../../protocol/exit-codes.ts';
import { FEWEST_ROUNDS, MOST_ROUNDS } from '../compare/paired.ts';
import { Problems } from '../plan/problems.ts';
import { completePlan, readOptions } from '../plan/resolve.ts';
import { measureAndPrint } from './measure-rounds.ts';
import { comparisonFormFrom } from './output-form.ts';
import type { Parsed } from './parsed.ts';
import { runOptionsFrom } from './run-options.ts';

const FEWEST = 2;
// Nothing is compared, so none of them decides anything.
const [HEADLINE]: readonly Metric[] = METRICS;

/** `volley <url> --repeat N`: the same run N times, each in a process of its own, in one result. */
export async function repeatCommand(parsed: Parsed, problems: string[]): Promise<ExitCode> {
  const counts = new Problems();
  const rounds = counts.count('--repeat', parsed.last('repeat') ?? '', FEWEST, MOST_ROUNDS) ?? FEWEST;
  problems.push(...counts.sentences);
  const form = comparisonFormFrom(parsed.last('output'), problems);
  const plan = await completePlan(await readOptions(runOptionsFrom(parsed, problems), problems));
  return measureAndPrint({
    kind: 'repeat',
    arms: [{ name: 'run', plan }],
    judging: { rounds, form, metric: HEADLINE ?? 'throughput', margin: 0 },
    outPath: parsed.last('out'),
    pair: () => [],
    conclude: () =>
      rounds < FEWEST_ROUNDS
        ? [`${rounds} rounds: a 95 % interval needs at least ${FEWEST_ROUNDS}.`]
        : ['Intervals hold for the middle of rounds like these, at 95 %.'],
  });
}
