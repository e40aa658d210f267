import type { Comparison } from '../../protocol/comparison.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { ResultFile } from '../files/result-file.ts';
import type { Told } from '../plan/problems.ts';
import type { Parsed } from './parsed.ts';

export const PAGE_OPTION = '--html';

/** The page that was asked for; null where none was. */
export function pagePathFrom(parsed: Parsed, problems: Told[]): string | null {
  const path = parsed.last('html') ?? null;
  if (path === '') problems.push(`${PAGE_OPTION} '': give the name of a file.`);
  return path;
}

/** A result as a page. Who asks for none does not load what makes it. */
export async function pageOf(result: Summary | Comparison): Promise<string> {
  const { renderHtml } = await import('../reporters/html/html-report.ts');
  return renderHtml(result);
}

/**
 * Writes a result as a page.
 *
 * @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN
 */
export async function writePage(file: ResultFile, result: Summary | Comparison): Promise<void> {
  let page: string;
  try {
    page = await pageOf(result);
  } catch (error) {
    await file.discard();
    throw error;
  }
  await file.commit(page);
}
