import { visibleIn } from '../../../../requests/visible.ts';
import type { KeptRun } from '../../../history/kept-run.ts';
import { counted } from '../../../text/format.ts';
import { VERSION } from '../../../text/version.ts';
import { targetText } from '../../runs-text.ts';
import { dayText } from '../facts.ts';
import { html } from '../markup.ts';
import { renderPage } from '../page.ts';
import { groupPanel } from './group.ts';
import { overviewPanel, trendWords } from './overview.ts';
import { trendGroupsOf } from './trend-view.ts';

/**
 * The kept results as one page: figures over time for each plan and machine.
 *
 * @param runs newest first, at least one
 * @param unusable how many other kept files cannot be used
 */
export function renderTrend(runs: readonly KeptRun[], unusable = 0): string {
  const groups = trendGroupsOf(visibleIn([...runs]));
  const [newest, oldest] = [runs[0]?.startedAt ?? '', runs.at(-1)?.startedAt ?? ''];
  const plans = groups.length === 1 ? '' : ` of ${counted(groups.length, 'plan')}`;
  const heading = `${counted(runs.length, 'result')}${plans}`;
  return renderPage({
    title: `${trendWords(groups).replace(/\.$/, '')} – ${heading}`,
    heading,
    about: `${dayText(oldest)} to ${dayText(newest)}`,
    version: VERSION,
    panels: [
      { id: 'overview', title: 'Overview', body: overviewPanel(groups, unusable) },
      ...groups.map((group) => ({
        id: group.id,
        title: targetText(group.newest),
        body: groupPanel(group),
        isLinked: false,
      })),
      {
        id: 'data',
        title: 'Data',
        body: html`<p>This file holds the list as <code>volley runs -o json</code> prints it. <button type="button" id="save" class="js-only">Save the JSON</button></p>`,
      },
    ],
    result: runs,
  });
}
