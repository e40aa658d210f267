import type { Summary } from '../../../protocol/summary.ts';
import { visibleIn } from '../../../requests/visible.ts';
import { partsOfPage, renderServed } from './page.ts';
import { runPage, runPageUnderWay } from './run/run-page.ts';

/** A page that is served during a run. */
export interface LivePage {
  /** The parts that may change while the page is open, by name. */
  readonly parts: ReadonlyMap<string, string>;
  /** The whole page. */
  text(): string;
}

/**
 * The page of a run so far.
 *
 * @param elapsedMs since the measured window began; null before workers are ready
 */
export function liveRunPage(summary: Summary, elapsedMs: number | null): LivePage {
  const page = runPageUnderWay(visibleIn(summary), { elapsedMs });
  return { parts: partsOfPage(page), text: () => renderServed(page) };
}

/** The parts of a result's page, which replace those of the run so far. */
export function partsOfResult(summary: Summary): ReadonlyMap<string, string> {
  return partsOfPage(runPage(visibleIn(summary), summary));
}
