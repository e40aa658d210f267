import type { BatchRows } from '../../../../protocol/batch.ts';
import type { SeriesBucket } from '../../../../protocol/series-bucket.ts';
import type { Summary } from '../../../../protocol/summary.ts';
import { counted } from '../../../text/format.ts';
import { againstWhat, targetText } from '../../../text/target-text.ts';
import { dayText } from '../facts.ts';
import type { Markup } from '../markup.ts';
import { ms } from '../numbers.ts';
import type { Page } from '../page.ts';
import { agentsPanel, agentsUnderWay } from './agents.ts';
import { dataPanel } from './data-panel.ts';
import { distributionPanel } from './distribution.ts';
import { failuresPanel } from './failures.ts';
import { overTimePanel } from './over-time.ts';
import { loadText, planPanel, workersText } from './plan.ts';
import { requestsPanel } from './requests.ts';
import { rowsPanel } from './rows.ts';
import { brokenRulesText } from './rules.ts';
import { type RunView, runViewOf } from './run-view.ts';
import { scenarioPanel } from './scenario-panel.ts';
import { tokensPanel } from './tokens.ts';
import { type UnderWay, underWayPanel, underWayWords } from './under-way.ts';
import { verdictPanel, verdictWords } from './verdict.ts';
import { workersPanel } from './workers.ts';

/** A panel of a run's page; null if the result has nothing for it. */
interface RunPanel {
  readonly id: string;
  readonly title: string;
  of(view: RunView): Markup | null;
}

/** In page order. A new panel takes one file and one line here. */
const PANELS: readonly RunPanel[] = [
  { id: 'verdict', title: 'Verdict', of: verdictPanel },
  { id: 'rows', title: 'Rows', of: rowsPanel },
  { id: 'time', title: 'Over time', of: overTimePanel },
  { id: 'distribution', title: 'Distribution', of: distributionPanel },
  { id: 'scenarios', title: 'Scenarios', of: scenarioPanel },
  { id: 'tokens', title: 'Tokens', of: tokensPanel },
  { id: 'requests', title: 'Requests', of: requestsPanel },
  { id: 'failures', title: 'Failures', of: failuresPanel },
  { id: 'agents', title: 'Agents', of: agentsPanel },
  { id: 'workers', title: 'Workers', of: workersPanel },
  { id: 'plan', title: 'Plan', of: planPanel },
  { id: 'data', title: 'Data', of: dataPanel },
];

/**
 * The page of one run.
 *
 * @param shown the result, safe to show
 * @param result the same result as stored in the file
 */
export function runPage(shown: Summary & { readonly rows?: BatchRows }, result: object): Page {
  const view = runViewOf(shown);
  const heading = headingOf(shown);
  const broken = shown.thresholds.some(({ ok }) => !ok) ? `, ${brokenRulesText(shown.thresholds)}` : '';
  return {
    title: `${verdictWords(view).replace(/\.$/, '')}${broken} – ${heading}`,
    heading,
    about: `${whatIfNamed(shown)}${loadText(shown.plan)}, ${ms(shown.windowMs)}, ${workersText(shown.plan)}; ${dayText(shown.startedAt)}`,
    version: shown.tool.version,
    panels: PANELS.flatMap(({ id, title, of }) => {
      const body = of(view);
      return body === null ? [] : [{ id, title, body }];
    }),
    result,
  };
}

/** Panels that need the end of the run or the result itself are left out of the page during a run. */
const ONLY_OF_RESULTS = ['verdict', 'rows', 'agents', 'workers', 'data'];

/**
 * The page of a run in progress.
 *
 * @param shown what is known so far, safe to show
 */
export function runPageUnderWay(shown: Summary, underWay: UnderWay): Page {
  const view = runViewOf(shown);
  const heading = headingOf(shown);
  const { windowMs, latencyMs, series, scenarios } = shown;
  // How many workers the agents have in total is known at the end.
  const senders =
    underWay.agents.length === 0 ? workersText(shown.plan) : counted(underWay.agents.length, 'agent');
  return {
    title: `${underWayWords(shown, underWay).replace(/\.$/, '')} – ${heading}`,
    heading,
    about: `${whatIfNamed(shown)}${loadText(shown.plan)}, ${senders}; ${dayText(shown.startedAt)}`,
    version: shown.tool.version,
    panels: [
      { id: 'verdict', title: 'Where it stands', body: underWayPanel(view, underWay) },
      ...(underWay.agents.length === 0
        ? []
        : [{ id: 'agents', title: 'Agents', body: agentsUnderWay(underWay.agents) }]),
      ...PANELS.filter(({ id }) => !ONLY_OF_RESULTS.includes(id)).flatMap(({ id, title, of }) => {
        if (id === 'plan') return [{ id, title, body: planPanel(view, senders) }];
        const body = shown.requests.sent > 0 ? of(view) : null;
        return body === null ? [] : [{ id, title, body }];
      }),
    ],
    // Only what the readings of tracks need: it is not a result yet.
    result: {
      windowMs,
      ...(scenarios === undefined ? {} : { scenarios: { users: { series: scenarios.users.series } } }),
      latencyMs: { headline: latencyMs.headline },
      series: { ...series, buckets: series.buckets.map(withoutCells) },
    },
  };
}

function withoutCells({ cells: _cells, gap, ...bucket }: SeriesBucket): object {
  if (gap === undefined) return bucket;
  const { cells: _gapCells, ...quantiles } = gap;
  return { ...bucket, gap: quantiles };
}

function headingOf(summary: Summary): string {
  return summary.plan.name ?? whatWasMeasured(summary);
}

/** Where the heading is a name, what it names comes below. */
function whatIfNamed(summary: Summary): string {
  return summary.plan.name === undefined ? '' : `${whatWasMeasured(summary)}; `;
}

function whatWasMeasured({ plan, mix = [] }: Summary): string {
  const { url } = plan.target;
  if (plan.scenarios !== undefined) return againstWhat(plan.scenarios.file, hostOf(url));
  return mix.length > 1 ? `${mix.length} requests at ${hostOf(url)}` : targetText(plan);
}

function hostOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//i, '').replace(/[/?#].*$/s, '');
}
