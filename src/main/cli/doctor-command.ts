import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { examine } from '../doctor/examine.ts';
import type { Told } from '../plan/problems.ts';
import { renderDiagnosis } from '../reporters/doctor-text.ts';
import { LiveLine } from '../reporters/live-line.ts';
import { resultJson } from '../reporters/result-json.ts';
import { handleInterrupts } from './interrupts.ts';
import { doctorFormFrom } from './output-form.ts';
import type { Parsed } from './parsed.ts';
import { say } from './say.ts';
import { showingFrom } from './showing.ts';

/** `volley doctor`: checks what this machine can measure, by measurements whose results are known. */
export async function doctorCommand(parsed: Parsed, problems: Told[]): Promise<ExitCode> {
  const form = doctorFormFrom(parsed.last('output'), problems);
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
  const { view, live } = showingFrom(parsed);
  const line = live === null ? null : new LiveLine(live);
  const over = new AbortController();
  const abort = (): void => over.abort();
  const removeHandlers = handleInterrupts({ stop: abort, abort }, () => {});
  try {
    if (line?.isRenewed === false) line.show('volley: looking at this machine for some ten seconds');
    const diagnosis = await examine((step) => {
      if (line?.isRenewed === true) line.show(`looking at ${step} (some ten seconds in all)`);
    }, over.signal);
    line?.clear();
    if (diagnosis === null) {
      say('interrupted: there is no result.');
      return EXIT_CODES.interrupted;
    }
    process.stdout.write(form === 'json' ? resultJson(diagnosis) : renderDiagnosis(diagnosis, view));
    return diagnosis.exitCode;
  } finally {
    removeHandlers();
  }
}
