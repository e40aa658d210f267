import type { Options } from 'yargs';
import { METRICS, type Metric } from '../../protocol/metric.ts';
import { FEWEST_ROUNDS, MOST_ROUNDS } from '../compare/paired.ts';
import { fewestRoundsFor } from '../compare/pairs.ts';
import type { RunOptions } from '../plan/options.ts';
import { Problems } from '../plan/problems.ts';
import { COMPARISON_FORMS, type ComparisonForm } from '../reporters/comparison-text.ts';
import { quoted } from '../text/quoted.ts';
import { comparisonFormFrom } from './output-form.ts';
import type { Parsed } from './parsed.ts';
import { RUN_OPTIONS } from './run-options.ts';

const DEFAULT_ROUNDS = 8;
const DEFAULT_MARGIN = '3%';
const LARGEST_MARGIN_PERCENT = 50;
const FEWEST = 2;
const DEFAULT_DURATION = '2s';
const DEFAULT_WARMUP = '500ms';

// A comparison has no rules of its own to keep but --fail-if.
const {
  output: _output,
  repeat: _repeat,
  threshold: _threshold,
  'abort-on': _abortOn,
  samples: _samples,
  'step-summary': _stepSummary,
  'dry-run': _dryRun,
  once: _once,
  mode,
  ...LOAD_OPTIONS
} = RUN_OPTIONS;

const JUDGING = {
  rounds: {
    type: 'string',
    describe: `Rounds, ${FEWEST} to ${MOST_ROUNDS}; fewer than ${FEWEST_ROUNDS} can show no difference`,
    defaultDescription: `${DEFAULT_ROUNDS}, or what many arms need`,
  },
  margin: {
    type: 'string',
    describe: 'Differences below this do not matter',
    defaultDescription: DEFAULT_MARGIN,
  },
  output: {
    alias: 'o',
    type: 'string',
    describe: `Form of the result on stdout: ${COMPARISON_FORMS.join(', ')}`,
    defaultDescription: 'text',
  },
} as const satisfies Readonly<Record<string, Options>>;

/** Of `volley modes`: a run's, but for the mode. */
export const MODES_OPTIONS: Readonly<Record<string, Options>> = {
  ...LOAD_OPTIONS,
  workers: { ...LOAD_OPTIONS.workers, describe: 'Workers of threads and processes; several as 1,2,4' },
  ...metricOption('throughput'),
  ...JUDGING,
};

/** Of `volley demo`, whose load is its own. */
export const DEMO_OPTIONS: Readonly<Record<'rounds', Options>> = { rounds: JUDGING.rounds };

/** Of `volley compare`: a run's, and what is to fail. */
export const COMPARE_OPTIONS: Readonly<Record<string, Options>> = {
  ...LOAD_OPTIONS,
  mode,
  ...metricOption('p50'),
  ...JUDGING,
  'fail-if': { type: 'string', describe: 'Exit with 1 if b is slower, or different: slower, different' },
  force: { type: 'boolean', describe: 'Compare saved results although their plans differ' },
};

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
  sentences: string[],
): Judging {
  const defaultRounds = Math.max(DEFAULT_ROUNDS, fewestRoundsFor(comparisons));
  const problems = new Problems();
  const rounds = problems.count('--rounds', parsed.last('rounds') ?? defaultRounds, FEWEST, MOST_ROUNDS);
  const metric = problems.choice('--metric', parsed.last('metric') ?? defaultMetric, METRICS);
  const margin = marginFrom(parsed.last('margin') ?? DEFAULT_MARGIN, problems);
  sentences.push(...problems.sentences);
  const form = comparisonFormFrom(parsed.last('output'), sentences);
  return {
    rounds: rounds ?? defaultRounds,
    metric: metric ?? defaultMetric,
    form,
    margin,
  };
}

/** Rounds of two seconds where nothing else was said, so that eight of each arm take minutes, not hours. */
export function withShortRounds(options: RunOptions): RunOptions {
  const endsByItself = options.requests !== undefined || options.stages !== undefined;
  return {
    ...options,
    duration: options.duration ?? (endsByItself ? undefined : DEFAULT_DURATION),
    warmup: options.warmup ?? DEFAULT_WARMUP,
  };
}

function marginFrom(text: string, problems: Problems): number {
  const percent = Number(/^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1]);
  if (percent > 0 && percent <= LARGEST_MARGIN_PERCENT) return percent / 100;
  problems.add(
    `--margin ${quoted(text)}: give a percentage above 0 and up to ${LARGEST_MARGIN_PERCENT}%, such as 3%.`,
  );
  return 0;
}

function metricOption(byDefault: Metric): Readonly<Record<string, Options>> {
  return {
    metric: {
      type: 'string',
      describe: `What decides: ${METRICS.join(', ')}`,
      defaultDescription: byDefault,
    },
  };
}
