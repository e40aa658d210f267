import { MOST_ROUNDS } from '../../protocol/comparison.ts';
import { METRICS, type Metric } from '../../protocol/comparison-finding.ts';
import { DEFAULT_MARGIN, DEFAULT_ROUNDS } from '../plan/defaults.ts';
import { Problems, type Told } from '../plan/problems.ts';
import { given, phrase, the } from '../plan/words.ts';
import type { Judged } from './experiment.ts';
import { FEWEST_ROUNDS_AT_ALL } from './paired.ts';
import { fewestRoundsFor } from './pairs.ts';

const LARGEST_MARGIN_PERCENT = 50;

/** Options for how arms are compared. A numeric margin is a ratio: 0.03 is 3 %. */
export interface JudgingOptions {
  readonly rounds?: number | string | undefined;
  readonly metric?: string | undefined;
  readonly margin?: number | string | undefined;
}

/** Reads the criteria for comparing arms; adds problems to the list. */
export function judgedBy(
  options: JudgingOptions,
  defaultMetric: Metric,
  comparisons: number,
  found: Told[],
): Judged {
  const fewestRounds = fewestRoundsFor(comparisons);
  const defaultRounds = Math.max(DEFAULT_ROUNDS, fewestRounds);
  const problems = new Problems();
  const rounds = problems.count('rounds', options.rounds ?? defaultRounds, FEWEST_ROUNDS_AT_ALL, MOST_ROUNDS);
  const metric = problems.choice('metric', options.metric ?? defaultMetric, METRICS);
  const margin = marginOf(options.margin ?? DEFAULT_MARGIN, problems);
  found.push(...problems.list);
  return { rounds: rounds ?? defaultRounds, fewestRounds, metric: metric ?? defaultMetric, margin };
}

function marginOf(value: number | string, problems: Problems): number {
  const percent =
    typeof value === 'number' ? value * 100 : Number(/^(\d+(?:\.\d+)?) ?%$/.exec(String(value))?.[1]);
  if (percent > 0 && percent <= LARGEST_MARGIN_PERCENT) return percent / 100;
  problems.add(
    phrase`${the('margin')} ${given(value)}: give a percentage above 0 and up to ${LARGEST_MARGIN_PERCENT}%, such as 3%.`,
  );
  return 0;
}
