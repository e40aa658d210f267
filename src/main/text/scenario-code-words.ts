import type { FindingFigures } from '../../protocol/finding.ts';
import type { CodeShare } from '../../protocol/scenario.ts';
import { formatMs, formatPercent } from './format.ts';

/** How much of an event loop the scenarios' own code took, and where its longest piece was. */
export function scenarioCodeText({
  codeShare,
  mostOf,
  mostShare = 0,
  blockedShare,
  longestMs,
  scenario,
  after,
}: FindingFigures['scenario-code']): string {
  const pieces =
    scenario === null
      ? ''
      : `, ${formatPercent(blockedShare)} in pieces of 10 ms or longer, up to ${formatMs(longestMs)} ${placeOfCode(scenario, after)}`;
  const most = mostOf === undefined ? '' : `, ${partOfCode(mostOf, mostShare)}`;
  return `The scenarios' own code took ${formatPercent(codeShare)} of an event loop of volley${most}${pieces}: no answer is read meanwhile.`;
}

/** Of several scenarios, whose code took the most of the time: `, 98 % of that in 'shop'`; empty with one. */
export function mostOfCode({ ms, scenarios = [] }: CodeShare): string {
  const [most] = scenarios;
  return most === undefined || scenarios.length < 2 || ms === 0
    ? ''
    : `, ${partOfCode(most.name, most.ms / ms)}`;
}

function partOfCode(scenario: string, share: number): string {
  return `${formatPercent(share)} of that in '${scenario}'`;
}

/** Names the code: `in 'shop' after GET /items`. */
export function placeOfCode(scenario: string, after: string | null): string {
  return `in '${scenario}'${after === null ? '' : ` after ${after}`}`;
}
