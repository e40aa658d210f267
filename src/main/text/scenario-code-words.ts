import type { FindingFigures } from '../../protocol/finding.ts';
import { formatMs, formatPercent } from './format.ts';

/** How much of an event loop the scenarios' own code took, and where its longest piece was. */
export function scenarioCodeText({
  codeShare,
  blockedShare,
  longestMs,
  scenario,
  after,
}: FindingFigures['scenario-code']): string {
  const pieces =
    scenario === null
      ? ''
      : `, ${formatPercent(blockedShare)} in pieces of 10 ms or longer, up to ${formatMs(longestMs)} ${placeOfCode(scenario, after)}`;
  return `The scenarios' own code took ${formatPercent(codeShare)} of an event loop of volley${pieces}: no answer is read meanwhile.`;
}

/** Names the code: `in 'shop' after GET /items`. */
export function placeOfCode(scenario: string, after: string | null): string {
  return `in '${scenario}'${after === null ? '' : ` after ${after}`}`;
}
