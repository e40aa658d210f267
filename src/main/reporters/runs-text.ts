import type { Verdict } from '../../protocol/summary.ts';
import { visibleIn, visibleJson } from '../../requests/visible.ts';
import { groupsOf, type KeptRun } from '../history/kept-run.ts';
import { counted, formatChange, formatFailedShare, formatMs, formatRate, NOTHING } from '../text/format.ts';
import { againstWhat, named } from '../text/target-text.ts';
import { planText } from './plan-text.ts';
import { renderPlainTable } from './table.ts';
import { wrapped } from './wrap.ts';

const WIDTH = 78;
const REVISION_DIGITS = 7;
const DIGEST_CHARACTERS = 6;
/** Short enough for a column: what set the limit, if it was not the load itself. */
const VERDICTS: Readonly<Record<Verdict, string>> = {
  ok: 'ok',
  failing: 'failing',
  'generator-limited': 'generator',
  'connection-limited': 'connections',
  'vu-limited': 'users',
  'target-limited': 'target',
};

interface Column {
  readonly heading: string;
  cell(run: KeptRun): string;
  /** Whether a run has something to show; the column is left out if no run has. */
  isIn?(run: KeptRun): boolean;
}

const COLUMNS: readonly Column[] = [
  { heading: 'run', cell: ({ name }) => name },
  { heading: 'when (UTC)', cell: ({ startedAt }) => momentOf(startedAt) },
  {
    heading: 'ok',
    cell: ({ throughputPerSecond }) =>
      throughputPerSecond === null ? NOTHING : formatRate(throughputPerSecond),
    isIn: ({ throughputPerSecond }) => throughputPerSecond !== null,
  },
  {
    heading: 'p50',
    cell: (run) => timeOf(run, '50', run.p50Ms),
    isIn: ({ p50Ms }) => p50Ms !== null,
  },
  {
    heading: 'change',
    cell: ({ p50Ratio }) => (p50Ratio === null ? NOTHING : formatChange(p50Ratio)),
    isIn: ({ p50Ratio }) => p50Ratio !== null,
  },
  {
    heading: 'p99',
    cell: (run) => timeOf(run, '99', run.p99Ms),
    isIn: ({ p99Ms }) => p99Ms !== null,
  },
  {
    heading: 'failed',
    cell: ({ failedShare }) => (failedShare === null ? NOTHING : formatFailedShare(failedShare)),
    isIn: ({ failedShare }) => failedShare !== null && failedShare !== 0,
  },
  {
    heading: 'rules',
    cell: ({ rules }) => rulesOf(rules),
    isIn: ({ rules }) => rules.kept + rules.broken > 0,
  },
  { heading: 'revision', cell: revisionOf, isIn: ({ revision }) => revision !== null },
  { heading: 'verdict', cell: verdictOf },
];

/** Turns the list of kept results into text. Reporters format, but never compute. */
export const RUNS_REPORTERS = {
  text: (runs: readonly KeptRun[]) => renderRuns(visibleIn([...runs])),
  json: (runs: readonly KeptRun[]) => `${visibleJson(JSON.stringify(runs, null, 2))}\n`,
} as const satisfies Record<string, (runs: readonly KeptRun[]) => string>;

export type RunsForm = keyof typeof RUNS_REPORTERS;
export const RUNS_FORMS = Object.keys(RUNS_REPORTERS) as RunsForm[];

/** A table per plan, newest result first: figures of different plans do not share a column. */
function renderRuns(runs: readonly KeptRun[]): string {
  const groups = groupsOf(runs);
  const newest = groups.flatMap(([first]) => first ?? []);
  return `${groups.map((group) => renderGroup(group, newest)).join('\n\n')}\n`;
}

function renderGroup(runs: readonly KeptRun[], beside: readonly KeptRun[]): string {
  const [first] = runs;
  if (first === undefined) return '';
  const columns = COLUMNS.filter(({ isIn }) => isIn === undefined || runs.some(isIn));
  const table = renderPlainTable({
    heading: columns.map(({ heading }) => heading),
    words: ['revision', 'verdict'],
    rows: runs.map((run) => columns.map(({ cell }) => cell(run))),
  });
  return [...headOf(first, beside), table].join('\n');
}

function headOf(run: KeptRun, beside: readonly KeptRun[]): string[] {
  return [...wrapped(targetText(run), WIDTH), ...wrapped(planAndMachineText(run, beside), WIDTH)];
}

/** What the results of a table have in common: method or kind, and target; after the name of the newest, if it has one. */
export function targetText({ kind, target, plan, planName }: KeptRun): string {
  const { mix, scenarios, target: first } = plan;
  const one = `${kind === 'run' ? first.method : ''} ${target}`.trim();
  const requests =
    scenarios !== null
      ? againstWhat(scenarios.file, first.url)
      : mix.length > 1
        ? `${counted(mix.length, 'request')}, the first ${one}`
        : one;
  const what = kind === 'run' ? '' : kind === 'repeat' ? `${plan.rounds} rounds ` : `${kind} `;
  return named(planName, `${what}${requests}`);
}

/**
 * The rest of what they have in common: plan and machine.
 *
 * @param beside those that are shown with it: one that reads the same has other requests
 */
export function planAndMachineText(run: KeptRun, beside: readonly KeptRun[] = []): string {
  const own = textOfPlan(run);
  const { requestsDigest: digest } = run.plan;
  const isDouble = beside.some(
    (other) =>
      other.plan.requestsDigest !== digest &&
      targetText(other) === targetText(run) &&
      textOfPlan(other) === own,
  );
  return isDouble && digest !== null ? `${own}, requests ${digest.slice(0, DIGEST_CHARACTERS)}` : own;
}

function textOfPlan({ plan, host }: KeptRun): string {
  const { scenarios, ...rest } = plan;
  const described = { ...rest, ...(scenarios === null ? {} : { scenarios }), seed: null, rows: null };
  return [planText(described, null), plan.client, ...(host === null ? [] : [`on ${host}`])].join(', ');
}

function timeOf({ atLeast }: KeptRun, percentile: string, valueMs: number | null): string {
  return `${atLeast.includes(percentile) ? '≥ ' : ''}${formatMs(valueMs)}`;
}

/** To the minute, in UTC as everywhere: results may come from several machines. */
function momentOf(startedAt: string): string {
  return new Date(startedAt).toISOString().slice(5, 16).replace('T', ' ');
}

export function rulesOf({ kept, broken }: KeptRun['rules']): string {
  if (broken > 0) return `✗ ${broken}`;
  return kept > 0 ? '✓' : NOTHING;
}

export function revisionOf({ revision, hasChanges }: KeptRun): string {
  if (revision === null) return NOTHING;
  return `${revision.slice(0, REVISION_DIGITS)}${hasChanges === true ? '+' : ''}`;
}

export function verdictOf({ verdict, degraded, interrupted }: KeptRun): string {
  if (interrupted) return 'interrupted';
  if (degraded) return 'degraded';
  return verdict === null ? NOTHING : VERDICTS[verdict];
}
