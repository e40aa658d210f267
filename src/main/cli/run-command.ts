import type { ExitCode } from '../../protocol/exit-codes.ts';
import { exitCodeOf, whyNothingSucceeded } from '../exit-code.ts';
import type { RunOptions } from '../plan/options.ts';
import { completePlan, readOptions } from '../plan/resolve.ts';
import { showProgress } from '../reporters/live.ts';
import { REPORTERS } from '../reporters/reporters.ts';
import { startPlan } from '../run.ts';
import { handleInterrupts } from './interrupts.ts';
import { outputFormFrom } from './output-form.ts';
import type { Parsed } from './parsed.ts';
import { runOptionsFrom } from './run-options.ts';
import { outputPathsFrom, RunOutputs } from './run-outputs.ts';

/** What a plan file says that no option can. */
export type Planned = Pick<RunOptions, 'url' | 'mix' | 'variables'>;

/** `volley <url>`: checks everything, runs, prints the result. */
export async function runCommand(
  parsed: Parsed,
  problems: string[],
  planned: Planned = {},
): Promise<ExitCode> {
  const options = withPlanned(runOptionsFrom(parsed, problems), planned);
  if (parsed.last('repeat') !== undefined) {
    return (await import('./repeat-command.ts')).repeatCommand(parsed, options, problems);
  }
  const form = outputFormFrom(parsed.last('output'), problems);
  const paths = outputPathsFrom(parsed, problems);
  if (parsed.flag('dry-run') && parsed.flag('once'))
    problems.push('--dry-run and --once: one sends nothing, the other a request: give one of them.');
  const plan = await completePlan(await readOptions(options, problems));
  if (parsed.flag('dry-run')) return (await import('./once-command.ts')).printDryRun(plan);
  if (parsed.flag('once')) return (await import('./once-command.ts')).sendAndPrint(plan);
  const outputs = await RunOutputs.open(
    paths,
    plan.mix.map(({ name }) => name),
    note,
  );

  const run = startPlan(plan, {}, (batch, worker) => outputs.addSamples(batch, worker));
  const removeHandlers = handleInterrupts(run, note);
  try {
    await showProgress(run, process.stderr);
    const summary = await run.summary;
    const { isSaved, isComplete } = await outputs.finish(summary);
    process.stdout.write(REPORTERS[isSaved ? form : 'json'](summary));
    const why = whyNothingSucceeded(summary);
    if (why !== null) note(why);
    return exitCodeOf(summary, !isComplete);
  } catch (error) {
    await outputs.discard();
    throw error;
  } finally {
    removeHandlers();
  }
}

function withPlanned(options: RunOptions, { url, mix, variables }: Planned): RunOptions {
  return {
    ...options,
    url: options.url ?? url,
    mix,
    // What is said on the command line comes first.
    variables: { ...variables, ...options.variables },
  };
}

function note(line: string): void {
  process.stderr.write(`volley: ${line}\n`);
}
