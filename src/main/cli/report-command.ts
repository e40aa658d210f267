import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { isComparison, readSaved } from '../files/result-file.ts';
import { savedPathOf } from '../history/run-folder.ts';
import { COMPARISON_REPORTERS } from '../reporters/comparison-text.ts';
import { REPORTERS } from '../reporters/reporters.ts';
import { comparisonFormFrom, outputFormFrom } from './output-form.ts';
import type { Parsed } from './parsed.ts';
import { showingFrom } from './showing.ts';

/** `volley report <result>`: prints a saved result again. */
export async function reportCommand(parsed: Parsed, problems: string[]): Promise<ExitCode> {
  const output = parsed.last('output') ?? 'text';
  const given = parsed.positionals[0];
  if (given === undefined)
    problems.push('No result was given: say which file, for instance volley report result.json.');
  if (problems.length > 0 || given === undefined) throw new VolleyError(ERROR_CODES.usage, problems);
  const path = await savedPathOf(given);
  const { view } = showingFrom(parsed);
  const saved = await readSaved(path);
  if (isComparison(saved)) {
    const form = comparisonFormFrom(output, problems);
    if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
    process.stdout.write(render(path, () => COMPARISON_REPORTERS[form](saved, view)));
  } else {
    const form = outputFormFrom(output, problems);
    if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
    process.stdout.write(render(path, () => REPORTERS[form](saved, view)));
  }
  return EXIT_CODES.ok;
}

/** A field that is missing or of another type shows when it is used. */
function render(path: string, toText: () => string): string {
  try {
    return toText();
  } catch {
    throw new VolleyError(
      ERROR_CODES.resultFile,
      `The result '${path}' cannot be used: a part of it is missing or of another kind; save one with --out.`,
    );
  }
}
