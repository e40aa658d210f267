import { existsSync } from 'node:fs';
import type { Pair } from '../../protocol/comparison.ts';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { ExitCode } from '../../protocol/exit-codes.ts';
import { isInDoubt, outcomeOf } from '../compare/conclusions.ts';
import { targetsExperiment } from '../compare/experiment.ts';
import { compareSaved } from '../compare/saved.ts';
import { noteInput, withoutOverwriting } from '../files/input-files.ts';
import { savedPathsOf } from '../history/kept-results.ts';
import { namesKeptRun } from '../history/run-folder.ts';
import { namesWhere } from '../plan/option-table/run-table.ts';
import { type RunOptions, SET_FOR_RUN } from '../plan/options.ts';
import type { Told } from '../plan/problems.ts';
import { placeholderNames } from '../plan/requests/placeholders.ts';
import { choiceSentence } from '../text/nearest.ts';
import { withoutCredentials } from '../text/quoted.ts';
import { bareTimeNotes } from './bare-times.ts';
import { FAILURES } from './command-tables.ts';
import { type Judging, judgingFrom } from './comparison-options.ts';
import { ComparisonOutputs, comparisonPathsFrom } from './comparison-outputs.ts';
import { measureAndPrint, printComparison } from './measure-rounds.ts';
import { fileInPlaceOfUrl } from './misplaced-words.ts';
import type { Parsed } from './parsed.ts';
import { resultFilesOf } from './result-files.ts';
import { runOptionsFrom } from './run-options.ts';
import { say } from './say.ts';
import { showingFrom } from './showing.ts';

type Failure = (typeof FAILURES)[number];

/** Options of a run that also apply to saved results. */
const OF_RESULTS: ReadonlySet<string> = new Set(['output', 'out', 'html', 'step-summary']);

/** `volley compare <a> <b>`: two targets in interleaved rounds, or two saved results. */
export async function compareCommand(parsed: Parsed, problems: Told[]): Promise<ExitCode> {
  const judging = judgingFrom(parsed, 'p50', 1, problems);
  const failIf = failureFrom(parsed.last('fail-if'), problems);
  const [a, b] = parsed.positionals;
  if (a === undefined || b === undefined) {
    problems.push('Two arguments are needed: give two URLs, or two results saved by --out.');
    throw new VolleyError(ERROR_CODES.usage, problems);
  }
  const missing = [a, b].filter(isMissingResult);
  if (missing.length > 0) {
    problems.push(...missing.map((file) => `The result '${file}' cannot be read: there is no such file.`));
    throw new VolleyError(ERROR_CODES.usage, problems);
  }
  const saved = [a, b].filter((text) => existsSync(text) || namesKeptRun(text));
  if (saved.length === 2) return compareFiles(parsed, a, b, judging, failIf, problems);
  if (saved.length === 1) {
    problems.push(`'${saved[0]}' is a file, and the other is not: give two URLs, or two saved results.`);
    throw new VolleyError(ERROR_CODES.usage, problems);
  }
  return compareTargets(parsed, a, b, judging, failIf, problems);
}

/** Whether a word is the name of a result that is not there, and no URL. */
function isMissingResult(word: string): boolean {
  return /\.json$/i.test(word) && fileInPlaceOfUrl(word) !== null && !existsSync(word) && !namesKeptRun(word);
}

async function compareTargets(
  parsed: Parsed,
  a: string,
  b: string,
  judging: Judging,
  failIf: Failure | null,
  problems: Told[],
): Promise<ExitCode> {
  if (parsed.flag('force')) problems.push('--force is for saved results: leave it out to measure two URLs.');
  const options = runOptionsFrom(parsed, problems);
  const paths = comparisonPathsFrom(parsed, problems);
  const experiment = await withoutOverwriting(resultFilesOf(paths), () =>
    targetsExperiment(
      ofArm(options, a, b),
      ofArm(options, b, a),
      [withoutCredentials(a), withoutCredentials(b)],
      judging,
      problems,
    ),
  );
  const showing = showingFrom(parsed);
  bareTimeNotes(parsed).forEach(showing.note);
  return measureAndPrint({
    ...experiment,
    form: judging.form,
    showing,
    paths,
    isFailure: (pairs) => fails(pairs, judging, failIf),
    isInDoubt: (pairs) => pairs.some((pair) => isInDoubt(pair, judging.metric)),
  });
}

/** A variable that only the other arm's URL uses is not reported as unused in this one. */
function ofArm(options: RunOptions, url: string, other: string): RunOptions {
  const used = placeholderNames(other);
  const set = options[SET_FOR_RUN]?.filter((name) => !used.includes(name));
  return { ...options, url, [SET_FOR_RUN]: set };
}

async function compareFiles(
  parsed: Parsed,
  givenA: string,
  givenB: string,
  judging: Judging,
  failIf: Failure | null,
  problems: Told[],
): Promise<ExitCode> {
  for (const name of [...namesWhere(({ commands }) => commands.includes('compare')), 'rounds']) {
    if (OF_RESULTS.has(name) || parsed.all(name).length === 0) continue;
    problems.push(`--${name} has no effect on saved results: leave it out.`);
  }
  const paths = comparisonPathsFrom(parsed, problems);
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
  const [a = givenA, b = givenB] = await savedPathsOf([givenA, givenB], say);
  const comparison = await withoutOverwriting(resultFilesOf(paths), () => {
    noteInput(a);
    noteInput(b);
    return compareSaved(a, b, judging, parsed.flag('force'));
  });
  const printed = { form: judging.form, view: showingFrom(parsed).view };
  return printComparison(comparison, printed, await ComparisonOutputs.open(paths), {
    isFailure: fails(comparison.pairs, judging, failIf),
    isInDoubt: comparison.pairs.some((pair) => isInDoubt(pair, judging.metric)),
  });
}

function fails(pairs: readonly Pair[], { metric }: Judging, failIf: Failure | null): boolean {
  if (failIf === null) return false;
  return pairs.some((pair) => {
    const outcome = outcomeOf(pair, metric);
    // Where nothing was answered, or something else than before, nothing shows that it is well.
    return (
      (pair.answersDiffer ?? null) !== null ||
      outcome === 'worse' ||
      outcome === 'nothing' ||
      outcome === 'both-fail' ||
      (failIf === 'different' && outcome === 'better')
    );
  });
}

function failureFrom(text: string | undefined, problems: Told[]): Failure | null {
  if (text === undefined) return null;
  const failure = FAILURES.find((known) => known === text);
  if (failure === undefined) problems.push(choiceSentence('--fail-if', text, FAILURES));
  return failure ?? null;
}
