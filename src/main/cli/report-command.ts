import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
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
  process.stdout.write(REPORTERS[form](await readResult(path)));
  return EXIT_CODES.ok;
}
