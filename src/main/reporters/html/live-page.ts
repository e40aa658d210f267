import type { AgentSoFar } from '../../../protocol/agent-so-far.ts';
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
 * @param agents of a run over several machines
 */
export function liveRunPage(
  summary: Summary,
  elapsedMs: number | null,
  agents: readonly AgentSoFar[] = [],
): LivePage {
  const page = runPageUnderWay(visibleIn(summary), { elapsedMs, agents: visibleIn(agents) });
  return { parts: partsOfPage(page), text: () => renderServed(page) };
}

/** The parts of a result's page, which replace those of the run so far. */
export function partsOfResult(summary: Summary): ReadonlyMap<string, string> {
  return partsOfPage(runPage(visibleIn(summary), summary));
}
