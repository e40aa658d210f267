import { METRICS, type Metric } from '../../protocol/metric.ts';
import { MOST_ROUNDS } from '../compare/paired.ts';
import { fewestRoundsFor } from '../compare/pairs.ts';
import { DEFAULT_ROUND_DURATION, DEFAULT_ROUND_WARMUP } from '../plan/defaults.ts';
import type { RunOptions } from '../plan/options.ts';
import { Problems, type Told } from '../plan/problems.ts';
import { given, phrase, the } from '../plan/words.ts';
import type { ComparisonForm } from '../reporters/comparison-text.ts';
import { DEFAULT_MARGIN, DEFAULT_ROUNDS, FEWEST_ROUNDS_AT_ALL } from './command-tables.ts';
import { comparisonFormFrom } from './output-form.ts';
import type { Parsed } from './parsed.ts';

const LARGEST_MARGIN_PERCENT = 50;

export interface Judging {
  readonly rounds: number;
  /** As a ratio: 0.03 is 3 %. */
  readonly margin: number;
  readonly metric: Metric;
  readonly form: ComparisonForm;
}

/** Reads how arms are to be compared; problems are added to the list. */
export function judgingFrom(
  parsed: Parsed,
  defaultMetric: Metric,
  comparisons: number,
  sentences: Told[],
): Judging {
  const defaultRounds = Math.max(DEFAULT_ROUNDS, fewestRoundsFor(comparisons));
  const problems = new Problems();
  const rounds = problems.count(
    'rounds',
    parsed.last('rounds') ?? defaultRounds,
    FEWEST_ROUNDS_AT_ALL,
    MOST_ROUNDS,
  );
  const metric = problems.choice('metric', parsed.last('metric') ?? defaultMetric, METRICS);
  const margin = marginFrom(parsed.last('margin') ?? DEFAULT_MARGIN, problems);
  sentences.push(...problems.list);
  const form = comparisonFormFrom(parsed.last('output'), sentences);
  return {
    rounds: rounds ?? defaultRounds,
    metric: metric ?? defaultMetric,
    form,
    margin,
  };
}

/** Short rounds where nothing else was said. */
export function withShortRounds(options: RunOptions): RunOptions {
  const endsByItself = options.requests !== undefined || options.stages !== undefined;
  return {
    ...options,
    duration: options.duration ?? (endsByItself ? undefined : DEFAULT_ROUND_DURATION),
    warmup: options.warmup ?? DEFAULT_ROUND_WARMUP,
  };
}

function marginFrom(text: string, problems: Problems): number {
  const percent = Number(/^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1]);
  if (percent > 0 && percent <= LARGEST_MARGIN_PERCENT) return percent / 100;
  problems.add(
    phrase`${the('margin')} ${given(text)}: give a percentage above 0 and up to ${LARGEST_MARGIN_PERCENT}%, such as 3%.`,
  );
  return 0;
}
