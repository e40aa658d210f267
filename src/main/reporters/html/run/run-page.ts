import type { BatchRows } from '../../../../protocol/batch.ts';
import type { Summary } from '../../../../protocol/summary.ts';
import { dayText } from '../facts.ts';
import type { Markup } from '../markup.ts';
import { ms } from '../numbers.ts';
import type { Page } from '../page.ts';
import { dataPanel } from './data.ts';
import { distributionPanel } from './distribution.ts';
import { failuresPanel } from './failures.ts';
import { overTimePanel } from './over-time.ts';
import { loadText, planPanel, workersText } from './plan.ts';
import { requestsPanel } from './requests.ts';
import { rowsPanel } from './rows.ts';
import { brokenRulesText } from './rules.ts';
import { type RunView, runViewOf } from './run-view.ts';
import { verdictPanel, verdictWords } from './verdict.ts';
import { workersPanel } from './workers.ts';

/** A part of a run's page; null where the result has nothing for it. */
interface RunPanel {
  readonly id: string;
  readonly title: string;
  of(view: RunView): Markup | null;
}

/** In the order of the page. A new one is one file and one line here. */
const PANELS: readonly RunPanel[] = [
  { id: 'verdict', title: 'Verdict', of: verdictPanel },
  { id: 'rows', title: 'Rows', of: rowsPanel },
  { id: 'time', title: 'Over time', of: overTimePanel },
  { id: 'distribution', title: 'Distribution', of: distributionPanel },
  { id: 'requests', title: 'Requests', of: requestsPanel },
  { id: 'failures', title: 'Failures', of: failuresPanel },
  { id: 'workers', title: 'Workers', of: workersPanel },
  { id: 'plan', title: 'Plan', of: planPanel },
  { id: 'data', title: 'Data', of: dataPanel },
];

/**
 * The page of one run.
 *
 * @param shown the result as it may be shown
 * @param result the same as the file holds it
 */
export function runPage(shown: Summary & { readonly rows?: BatchRows }, result: object): Page {
  const view = runViewOf(shown);
  const heading = headingOf(shown);
  const broken = shown.thresholds.some(({ ok }) => !ok) ? `, ${brokenRulesText(shown.thresholds)}` : '';
  return {
    title: `${verdictWords(view).replace(/\.$/, '')}${broken} – ${heading}`,
    heading,
    about: `${loadText(shown.plan)}, ${ms(shown.windowMs)}, ${workersText(shown.plan)}; ${dayText(shown.startedAt)}`,
    version: shown.tool.version,
    panels: PANELS.flatMap(({ id, title, of }) => {
      const body = of(view);
      return body === null ? [] : [{ id, title, body }];
    }),
    result,
  };
}

function headingOf({ plan, mix = [] }: Summary): string {
  const { method, url } = plan.target;
  return mix.length > 1 ? `${mix.length} requests at ${hostOf(url)}` : `${method} ${url}`;
}

function hostOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//i, '').replace(/[/?#].*$/s, '');
}
