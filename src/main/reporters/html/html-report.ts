import type { BatchRows } from '../../../protocol/batch.ts';
import type { Comparison } from '../../../protocol/comparison.ts';
import type { Summary } from '../../../protocol/summary.ts';
import type { Sweep } from '../../../protocol/sweep.ts';
import { visibleIn } from '../../../requests/visible.ts';
import { comparisonPage } from './compare/comparison-page.ts';
import { renderPage } from './page.ts';
import { runPage } from './run/run-page.ts';
import { sweepPage } from './sweep/sweep-page.ts';

/**
 * A result as one HTML file that contains the result itself. The same result always yields the same file.
 *
 * @throws TypeError if a part of a saved result is missing or of the wrong type
 */
export function renderHtml(result: (Summary & { readonly rows?: BatchRows }) | Comparison | Sweep): string {
  if ('levels' in result) return renderPage(sweepPage(visibleIn(result), result));
  const page =
    'arms' in result ? comparisonPage(visibleIn(result), result) : runPage(visibleIn(result), result);
  return renderPage(page);
}
