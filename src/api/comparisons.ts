import {
  type Experiment,
  modesExperiment,
  startExperiment,
  targetsExperiment,
} from '../main/compare/experiment.ts';
import { type JudgingOptions, judgedBy } from '../main/compare/judging.ts';
import { rereading } from '../main/files/input-files.ts';
import { inLibraryTerms, plainOptions } from '../main/plan/from-library.ts';
import type { RunOptions } from '../main/plan/library-options.ts';
import type { RunOptions as PlainOptions } from '../main/plan/options.ts';
import type { Told } from '../main/plan/problems.ts';
import type { RunControl } from '../main/run/run-handle.ts';
import { quoted, withoutCredentials } from '../main/text/quoted.ts';
import type { Comparison } from '../protocol/comparison.ts';
import type { Metric } from '../protocol/comparison-finding.ts';
import { ERROR_CODES, VolleyError } from '../protocol/errors.ts';
import { checkedControl } from './control.ts';
import { isUrl, takenOptions } from './given-options.ts';

/** Options of a comparison, in addition to the load of each round. */
export interface ComparisonOptions extends RunOptions {
  /** Rounds of each arm, 2 to 20; by default 8, or more if many arms need it. */
  readonly rounds?: number | string | undefined;
  /** The metric that decides; by default `p50` of two targets, and `throughput` of modes. */
  readonly metric?: Metric | undefined;
  /** Differences below this do not matter: `3%`, or as a ratio 0.03. */
  readonly margin?: number | string | undefined;
}

/** What a comparison has beside options of a run. */
const JUDGING: readonly (keyof JudgingOptions)[] = ['rounds', 'metric', 'margin'];

/** Callbacks and signals that watch and stop a comparison. */
export interface ComparisonControl extends RunControl {
  /** Called before each round of each arm. */
  readonly onRound?: ((round: { readonly round: number; readonly arm: string }) => void) | undefined;
}

/**
 * Measures two targets in interleaved rounds, each in a process of its own: is B faster or slower than A? A target is a
 * URL, or options that say where it differs from `options`.
 *
 * @throws VolleyError VOLLEY_USAGE (every problem), VOLLEY_UNKNOWN_HOST, VOLLEY_NO_ANSWER or VOLLEY_WORKER_START
 */
export async function compare(
  a: string | URL | RunOptions,
  b: string | URL | RunOptions,
  options: ComparisonOptions = {},
  control: ComparisonControl = {},
): Promise<Comparison> {
  const checked = checkedControl(control, ['signal', 'onRound']);
  checkTargets({ a, b });
  const { load, judging } = parted(options);
  const [ofA, ofB] = [withTarget(load, a, 'a'), withTarget(load, b, 'b')];
  const experiment = await inTermsOf(ofA, () => {
    const problems: Told[] = [];
    const plain = [plainOptions(ofA, problems, JUDGING), plainOptions(ofB, problems, JUDGING)] as const;
    const sources = [sourceOf(plain[0]), sourceOf(plain[1])] as const;
    return targetsExperiment(...plain, sources, judgedBy(judging, 'p50', 1, problems), problems);
  });
  return measured(experiment, checked);
}

/**
 * Runs one load sequentially, in one event loop, over threads and over processes, in interleaved rounds, to find
 * which is best for it.
 *
 * @throws VolleyError as `compare` does
 */
export async function modes(
  options: ComparisonOptions,
  control: ComparisonControl = {},
): Promise<Comparison> {
  const checked = checkedControl(control, ['signal', 'onRound']);
  const { load, judging } = parted(options);
  const experiment = await inTermsOf(load, () => {
    const problems: Told[] = [];
    return modesExperiment(plainOptions(load, problems, JUDGING), problems, (comparisons) =>
      judgedBy(judging, 'throughput', comparisons, problems),
    );
  });
  return measured(experiment, checked);
}

function checkTargets(targets: Readonly<Record<'a' | 'b', unknown>>): void {
  const problems = Object.entries(targets).flatMap(([name, target]) =>
    typeof target === 'string' || (typeof target === 'object' && target !== null && !isList(target))
      ? []
      : `The target ${name} is ${quoted(target)}: give a URL, or options.`,
  );
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
}

/** A Proxy that was revoked is neither a list nor anything else. */
function isList(target: object): boolean {
  try {
    return Array.isArray(target);
  } catch {
    return false;
  }
}

function parted(options: ComparisonOptions): { load: RunOptions; judging: JudgingOptions } {
  const { rounds, metric, margin, ...load } = takenOptions(options, 'options');
  return { load, judging: { rounds, metric, margin } };
}

function withTarget(load: RunOptions, target: string | URL | RunOptions, name: string): RunOptions {
  if (typeof target === 'string' || isUrl(target)) return { ...load, url: target };
  return { ...load, ...takenOptions(target, `target ${name}`) };
}

/** What says where to send requests, as far as it holds no secret. */
function sourceOf({ url, har, urls }: PlainOptions): string {
  return typeof url === 'string' ? withoutCredentials(url) : (har ?? urls ?? 'its requests');
}

async function inTermsOf(options: RunOptions, read: () => Promise<Experiment>): Promise<Experiment> {
  try {
    return await rereading(read);
  } catch (error) {
    throw inLibraryTerms(error, options);
  }
}

async function measured(experiment: Experiment, { signal, onRound }: ComparisonControl): Promise<Comparison> {
  const { result, stop } = startExperiment(experiment, (start) => onRound?.(start));
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop);
  try {
    return await result();
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
