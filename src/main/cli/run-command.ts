import { messageOf } from '../../protocol/errors.ts';
import type { ExitCode } from '../../protocol/exit-codes.ts';
import { exitCodeOf, whyNothingSucceeded } from '../exit-code.ts';
import { completePlan, readOptions } from '../plan/resolve.ts';
import { showProgress } from '../reporters/live.ts';
import { REPORTERS } from '../reporters/reporters.ts';
import { ResultFile } from '../result-file.ts';
import { startPlan } from '../run.ts';
import { handleInterrupts } from './interrupts.ts';
import { outputFormFrom } from './output-form.ts';
import type { Parsed } from './parsed.ts';
import { runOptionsFrom } from './run-options.ts';

/** `volley <url>`: checks everything, runs, prints the result. */
export async function runCommand(parsed: Parsed, problems: string[]): Promise<ExitCode> {
  if (parsed.last('repeat') !== undefined) {
    return (await import('./repeat-command.ts')).repeatCommand(parsed, problems);
  }
  const form = outputFormFrom(parsed.last('output'), problems);
  const options = runOptionsFrom(parsed, problems);
  const plan = await completePlan(await readOptions(options, problems));
  const outPath = parsed.last('out');
  const file = outPath === undefined ? null : await ResultFile.open(outPath);

  const run = startPlan(plan);
  const removeHandlers = handleInterrupts(run, note);
  try {
    await showProgress(run, process.stderr);
    const summary = await run.summary;
    let couldNotWrite = false;
    try {
      await file?.commit(REPORTERS.json(summary));
    } catch (error) {
      couldNotWrite = true;
      note(messageOf(error));
    }
    process.stdout.write(REPORTERS[couldNotWrite ? 'json' : form](summary));
    const why = whyNothingSucceeded(summary);
    if (why !== null) note(why);
    return exitCodeOf(summary, couldNotWrite);
  } catch (error) {
    await file?.discard();
    throw error;
  } finally {
    removeHandlers();
  }
}

function note(line: string): void {
  process.stderr.write(`volley: ${line}\n`);
}
