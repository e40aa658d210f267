import type { Arm, Comparison, Pair } from '../../protocol/comparison.ts';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { brokenRuleNotes, failingNotes } from '../compare/comparison.ts';
import { type Experiment, startExperiment, tooFewRounds } from '../compare/experiment.ts';
import { failingTogether } from '../compare/failing-together.ts';
import type { PlannedArm } from '../compare/rounds.ts';
import { namingOf } from '../plan/terms.ts';
import { baselineSentences } from '../reporters/baseline-text.ts';
import { announcement } from '../reporters/comparison-text.ts';
import { RoundsLive } from '../reporters/rounds-live.ts';
import type { View } from '../reporters/view.ts';
import { failsByVerdict, isOnErrors, worstOf } from '../summary/exit-code.ts';
import { comparisonSentence } from '../text/conclusions.ts';
import { quoted } from '../text/quoted.ts';
import { ComparisonOutputs, type ComparisonPaths } from './comparison-outputs.ts';
import { handleInterrupts } from './interrupts.ts';
import { dialling, noteElsewhere, type TargetCommand, withTarget } from './on-port/on-port.ts';
import { printedRounds, type RoundsForm } from './output-form.ts';
import { say } from './say.ts';
import type { Showing } from './showing.ts';

/** Approximate time to start a coordinator process and its workers, to connect and to end. */
const AROUND_A_ROUND_MS = 350;

/** An experiment, and how its result is handled. */
interface Measured extends Experiment {
  readonly form: RoundsForm;
  readonly showing: Showing;
  readonly paths: ComparisonPaths;
  /** The command that runs the target; null or undefined if it is already running. */
  readonly target?: TargetCommand | null;
  /** Adds the comparison with an earlier result. */
  held?(comparison: Comparison): Comparison;
  /** Whether the result fails the command. */
  isFailure?(pairs: readonly Pair[]): boolean;
  /** Whether the conclusion is doubtful enough to be pointed out. */
  isInDoubt?(pairs: readonly Pair[]): boolean;
}

/** Measures in rounds, shows progress on stderr and prints the result. */
export async function measureAndPrint(experiment: Measured): Promise<ExitCode> {
  const { arms, paths, showing, target = null } = experiment;
  const outputs = await ComparisonOutputs.open(paths);
  // Said before hours of measuring that could prove nothing.
  for (const finding of tooFewRounds(experiment))
    say(comparisonSentence(finding, namingOf(arms[0]?.plan.writtenIn)));
  noteElsewhere(
    arms.map(({ plan }) => plan),
    target,
    showing.note,
  );
  try {
    return await withTarget(target, showing.note, (on) => {
      const dialled = arms.map((arm) => ({ ...arm, plan: dialling(arm.plan, on) }));
      return measure({ ...experiment, arms: dialled }, longestRoundMs(arms), outputs);
    });
  } catch (error) {
    await outputs.discard();
    // What an earlier run wrote there would pass for this one's.
    if (error instanceof VolleyError && error.code === ERROR_CODES.noAnswer)
      for (const option of notWritten(paths)) say(`${option} was not written: there is nothing to show.`);
    throw error;
  }
}

function notWritten({ out, html, save }: ComparisonPaths): string[] {
  return [
    ...(out === null ? [] : [`--out ${quoted(out)}`]),
    ...(html === null ? [] : [`--html ${quoted(html)}`]),
    ...(save ? ['The result of --save'] : []),
  ];
}

async function measure(
  experiment: Measured,
  eachMs: number | null,
  outputs: ComparisonOutputs,
): Promise<ExitCode> {
  const { arms, judged, form, showing } = experiment;
  showing.note(announcement(arms.length, judged.rounds, eachMs));
  const live =
    showing.live === null ? null : new RoundsLive(showing.live, arms.length, judged.rounds, eachMs);
  const { result, stop } = startExperiment(experiment, (underWay) => live?.show(underWay));
  const removeHandlers = handleInterrupts({ stop, abort: stop }, showing.note);
  try {
    const measured = await result().finally(() => live?.clear());
    const comparison = measured.arms.length === 0 ? measured : (experiment.held?.(measured) ?? measured);
    const { pairs } = comparison;
    return await printComparison(comparison, { form, view: showing.view }, outputs, {
      isFailure: experiment.isFailure?.(pairs) ?? false,
      isInDoubt: experiment.isInDoubt?.(pairs) ?? false,
    });
  } finally {
    removeHandlers();
  }
}

/** Saves and prints a comparison; returns the exit code. */
export async function printComparison(
  comparison: Comparison,
  { form, view }: Pick<Measured, 'form'> & { readonly view: View },
  outputs: ComparisonOutputs,
  { isFailure, isInDoubt }: { readonly isFailure: boolean; readonly isInDoubt: boolean },
): Promise<ExitCode> {
  const { isSaved, isComplete } = await outputs.finish(comparison);
  if (comparison.arms.length > 0)
    process.stdout.write(await printedRounds(comparison, isSaved ? form : 'json', view));
  else say('stopped before every arm had completed a round: there is nothing to show.');
  if (form !== 'text' || !process.stdout.isTTY)
    for (const sentence of [
      ...comparison.arms.flatMap(brokenRuleNotes).map((note) => comparisonSentence(note)),
      ...comparison.arms.flatMap(failingNotes).map((note) => comparisonSentence(note)),
      ...comparison.arms.flatMap(failingTogether).map((note) => comparisonSentence(note)),
      ...(isFailure || isInDoubt ? comparison.conclusions : []),
      ...baselineSentences(comparison.baseline ?? undefined),
    ])
      say(sentence);
  const degraded = comparison.arms.some(({ rounds }) => rounds.some((round) => round.degraded));
  return worstOf([
    comparison.interrupted ? EXIT_CODES.interrupted : EXIT_CODES.ok,
    isComplete ? EXIT_CODES.ok : EXIT_CODES.notWritten,
    degraded ? EXIT_CODES.degraded : EXIT_CODES.ok,
    isFailure ||
    comparison.baseline?.isFailure === true ||
    comparison.arms.some(hasBrokenRule) ||
    judgedArms(comparison).some(isFailing)
      ? EXIT_CODES.failed
      : EXIT_CODES.ok,
  ]);
}

function hasBrokenRule({ rounds }: Arm): boolean {
  return rounds.some(({ thresholds }) => thresholds.some(({ ok }) => !ok));
}

/** The arms that can fail the command: of two targets only the second, since the first is the reference. */
function judgedArms({ kind, arms }: Comparison): readonly Arm[] {
  return kind === 'compare' ? arms.slice(1) : arms;
}

/** By the same rule as a single run, in any round, or in all of them together. */
function isFailing(arm: Arm): boolean {
  const { rounds } = arm;
  const mayFail = rounds.some(({ thresholds }) =>
    thresholds.some((rule) => isOnErrors(rule) && rule.isImplied !== true),
  );
  return rounds.some(failsByVerdict) || (!mayFail && failingTogether(arm).length > 0);
}

/** Null if a round ends only after a number of requests. */
function longestRoundMs(arms: readonly PlannedArm[]): number | null {
  const lengths = arms.map(({ plan }) =>
    plan.stop.durationMs === null ? null : plan.warmupMs + plan.stop.durationMs + AROUND_A_ROUND_MS,
  );
  return lengths.some((length) => length === null) ? null : Math.max(...lengths.map(Number));
}
