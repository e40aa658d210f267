import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { ExitCode } from '../../protocol/exit-codes.ts';
import type { Parsed } from './parsed.ts';
import { runCommand } from './run-command.ts';

/** `volley replay <trace> <url>`: a run whose requests are due at the times recorded in a trace. */
export async function replayCommand(parsed: Parsed, problems: string[]): Promise<ExitCode> {
  const [trace, url] = parsed.positionals;
  if (trace === undefined || url === undefined) {
    problems.push(
      'Two arguments are needed: give a trace, and the URL to send it to, as in volley replay trace.jsonl http://127.0.0.1:8000 --preset openai-chat.',
    );
    throw new VolleyError(ERROR_CODES.usage, problems);
  }
  if (parsed.last('trace') !== undefined)
    problems.push('--trace with volley replay: the trace is its first argument: leave --trace out.');
  return runCommand(parsed.withDefaults({ trace: [trace] }, [url]), problems);
}
