import type { Comparison } from '../../protocol/comparison.ts';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Sweep } from '../../protocol/sweep.ts';
import { judgedBy } from '../compare/judging.ts';
import { compareSaved } from '../compare/saved.ts';
import { noteInput, resultFileOf, withoutOverwriting } from '../files/input-files.ts';
import { isComparison, isSweep, ResultFile, readReportable } from '../files/result-file.ts';
import { savedPathsOf } from '../history/kept-results.ts';
import { RUN_TABLE } from '../plan/option-table/run-table.ts';
import { Problems } from '../plan/problems.ts';
import { quoted } from '../text/quoted.ts';
import { repeatedOptions } from './command-options.ts';
import {
  comparisonFormFrom,
  outputFormFrom,
  printedRounds,
  printedRun,
  printedSweep,
  sweepFormFrom,
} from './output-form.ts';
import { PAGE_OPTION, pagePathFrom, writePage } from './page-file.ts';
import type { Parsed } from './parsed.ts';
import { say } from './say.ts';
import { showingFrom } from './showing.ts';

/** `volley report <result> [b]`: prints a saved result again or writes it as a page; compares two results. */
export async function reportCommand(parsed: Parsed, problems: string[]): Promise<ExitCode> {
  const [given] = parsed.positionals;
  if (given === undefined)
    problems.push('No result was given: give a file, for instance volley report result.json.');
  problems.push(...repeatedOptions(parsed, { html: RUN_TABLE.html }));
  const pagePath = pagePathFrom(parsed, problems);
  if (problems.length > 0 || given === undefined) throw new VolleyError(ERROR_CODES.usage, problems);
  const paths = await savedPathsOf(parsed.positionals, say);
  const saved = await withoutOverwriting(resultFileOf(pagePath ?? undefined, PAGE_OPTION), () => {
    for (const path of paths) noteInput(path);
    return read(paths);
  });
  if (isSweep(saved)) {
    const text = await sweepText(saved, parsed, paths);
    await writeAsPage(saved, pagePath, paths);
    process.stdout.write(text);
    return EXIT_CODES.ok;
  }
  const text = await textOf(saved, parsed, paths);
  await writeAsPage(saved, pagePath, paths);
  process.stdout.write(text);
  return EXIT_CODES.ok;
}

async function writeAsPage(
  saved: Summary | Comparison | Sweep,
  pagePath: string | null,
  paths: readonly string[],
): Promise<void> {
  if (pagePath === null) return;
  const file = await ResultFile.open(pagePath, PAGE_OPTION);
  await usable(paths, () => writePage(file, saved));
}

/** One result as it is, or two compared as `volley compare` does by default. */
function read([path = '', other]: readonly string[]): Promise<Summary | Comparison | Sweep> {
  // Results that are only shown may be of different plans: the report says so.
  return other === undefined
    ? readReportable(path)
    : compareSaved(path, other, judgedBy({}, 'p50', 1, []), true);
}

function sweepText(saved: Sweep, parsed: Parsed, paths: readonly string[]): Promise<string> {
  const problems = new Problems();
  const form = sweepFormFrom(parsed, problems);
  if (problems.size > 0) throw new VolleyError(ERROR_CODES.usage, problems.list);
  return usable(paths, () => printedSweep(saved, form, showingFrom(parsed).view));
}

function textOf(saved: Summary | Comparison, parsed: Parsed, paths: readonly string[]): Promise<string> {
  const output = parsed.last('output') ?? 'text';
  const { view } = showingFrom(parsed);
  const problems: string[] = [];
  if (isComparison(saved)) {
    const form = comparisonFormFrom(output, problems);
    if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
    return usable(paths, () => printedRounds(saved, form, view));
  }
  const form = outputFormFrom(output, problems);
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
  return usable(paths, () => printedRun(saved, form, view));
}

/** Fields that are missing or of the wrong type are noticed only when they are used. */
async function usable<T>(paths: readonly string[], use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof VolleyError) throw error;
    throw new VolleyError(
      ERROR_CODES.resultFile,
      `The result ${paths.map(quoted).join(' or ')} cannot be used: a part of it is missing or of the wrong type; save one with --out.`,
    );
  }
}
