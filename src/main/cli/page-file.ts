import type { Comparison } from '../../protocol/comparison.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Sweep } from '../../protocol/sweep.ts';
import type { ResultFile } from '../files/result-file.ts';
import type { KeptRun } from '../history/kept-run.ts';
import type { Told } from '../plan/problems.ts';
import type { Parsed } from './parsed.ts';

export const PAGE_OPTION = '--html';

/** Path of the requested page; null without one. */
export function pagePathFrom(parsed: Parsed, problems: Told[]): string | null {
  const path = parsed.last('html') ?? null;
  if (path === '') problems.push(`${PAGE_OPTION} '': give the name of a file.`);
  if (path === '-')
    problems.push(`${PAGE_OPTION} '-': give the name of a file; -o html prints the page on stdout.`);
  return path;
}

/** A result as a page. The code that makes it is loaded only if needed. */
export async function pageOf(result: Summary | Comparison | Sweep): Promise<string> {
  const { renderHtml } = await import('../reporters/html/html-report.ts');
  return renderHtml(result);
}

/** Kept results as a page; at least one. Other kept files may be unusable. */
export async function trendPageOf(runs: readonly KeptRun[], unusable: number): Promise<string> {
  const { renderTrend } = await import('../reporters/html/trend/trend-page.ts');
  return renderTrend(runs, unusable);
}

/**
 * Writes a result as a page.
 *
 * @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN
 */
export function writePage(file: ResultFile, result: Summary | Comparison | Sweep): Promise<void> {
  return writeMade(file, () => pageOf(result));
}

/** The same for kept results. */
export function writeTrendPage(file: ResultFile, runs: readonly KeptRun[], unusable: number): Promise<void> {
  return writeMade(file, () => trendPageOf(runs, unusable));
}

async function writeMade(file: ResultFile, make: () => Promise<string>): Promise<void> {
  let page: string;
  try {
    page = await make();
  } catch (error) {
    await file.discard();
    throw error;
  }
  await file.commit(page);
}
