import type { Comparison } from '../../protocol/comparison.ts';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import type { Summary } from '../../protocol/summary.ts';
import { noteInput, resultFileOf, withoutOverwriting } from '../files/input-files.ts';
import { isComparison, ResultFile, readSaved } from '../files/result-file.ts';
import { savedPathOf } from '../history/run-folder.ts';
import { RUN_TABLE } from '../plan/option-table/run-table.ts';
import { COMPARISON_REPORTERS } from '../reporters/comparison-text.ts';
import { REPORTERS } from '../reporters/reporters.ts';
import { repeatedOptions } from './command-options.ts';
import { comparisonFormFrom, outputFormFrom } from './output-form.ts';
import { PAGE_OPTION, pagePathFrom, writePage } from './page-file.ts';
import type { Parsed } from './parsed.ts';
import { showingFrom } from './showing.ts';

/** `volley report <result>`: prints a saved result again, and writes it as a page. */
export async function reportCommand(parsed: Parsed, problems: string[]): Promise<ExitCode> {
  const given = parsed.positionals[0];
  if (given === undefined)
    problems.push('No result was given: say which file, for instance volley report result.json.');
  problems.push(...repeatedOptions(parsed, { html: RUN_TABLE.html }));
  const pagePath = pagePathFrom(parsed, problems);
  if (problems.length > 0 || given === undefined) throw new VolleyError(ERROR_CODES.usage, problems);
  const path = await savedPathOf(given);
  const saved = await withoutOverwriting(resultFileOf(pagePath ?? undefined, PAGE_OPTION), () => {
    noteInput(path);
    return readSaved(path);
  });
  const text = textOf(path, saved, parsed);
  if (pagePath !== null) await writeSaved(path, saved, pagePath);
  process.stdout.write(text);
  return EXIT_CODES.ok;
}

function textOf(path: string, saved: Summary | Comparison, parsed: Parsed): string {
  const output = parsed.last('output') ?? 'text';
  const { view } = showingFrom(parsed);
  const problems: string[] = [];
  const toText = isComparison(saved)
    ? (() => {
        const form = comparisonFormFrom(output, problems);
        return () => COMPARISON_REPORTERS[form](saved, view);
      })()
    : (() => {
        const form = outputFormFrom(output, problems);
        return () => REPORTERS[form](saved, view);
      })();
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
  return rendered(path, toText);
}

async function writeSaved(path: string, saved: Summary | Comparison, pagePath: string): Promise<void> {
  if (isComparison(saved))
    throw new VolleyError(
      ERROR_CODES.usage,
      `${PAGE_OPTION} '${pagePath}': '${path}' has rounds: a page is of one run.`,
    );
  await writePage(await ResultFile.open(pagePath, PAGE_OPTION), saved);
}

/** A field that is missing or of another type shows when it is used. */
function rendered(path: string, toText: () => string): string {
  try {
    return toText();
  } catch {
    throw new VolleyError(
      ERROR_CODES.resultFile,
      `The result '${path}' cannot be used: a part of it is missing or of another kind; save one with --out.`,
    );
  }
}
