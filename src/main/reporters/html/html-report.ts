import type { Summary } from '../../../protocol/summary.ts';
import { visibleIn } from '../../../requests/visible.ts';
import { renderPage } from './page.ts';
import { runPage } from './run/run-page.ts';

/** A result as one HTML file, which holds the result itself. The same result always makes the same file. */
export function renderHtml(result: Summary): string {
  return renderPage(runPage(visibleIn(result), result));
}
