import { ERROR_CODES, messageOf, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { REPORTERS } from '../reporters/reporters.ts';
import { readResult } from '../result-file.ts';
import { outputFormFrom } from './output-form.ts';
import type { Parsed } from './parsed.ts';

/** `volley report <result>`: prints a saved result again. */
export async function reportCommand(parsed: Parsed, problems: string[]): Promise<ExitCode> {
  const form = outputFormFrom(parsed.last('output'), problems);
  const path = parsed.positionals[0];
  if (path === undefined)
    problems.push('No result was given: say which file, for instance volley report result.json.');
  if (problems.length > 0 || path === undefined) throw new VolleyError(ERROR_CODES.usage, problems);
  const summary = await readResult(path);
  process.stdout.write(render(path, () => REPORTERS[form](summary)));
  return EXIT_CODES.ok;
}

/** A field that is missing or of another type shows when it is used. */
function render(path: string, toText: () => string): string {
  try {
    return toText();
  } catch (error) {
    throw new VolleyError(
      ERROR_CODES.resultFile,
      `The result '${path}' cannot be used: a part of it is missing (${messageOf(error)}); save one with --out.`,
    );
  }
}
