import type { Verdict } from '../../protocol/summary.ts';
import { visibleIn, visibleJson } from '../../requests/visible.ts';
import { groupsOf, type KeptRun } from '../history/kept-run.ts';
import { formatChange, formatFailedShare, formatMs, formatRate, NOTHING } from '../text/format.ts';
import { named } from '../text/target-text.ts';
import { planText } from './plan-text.ts';
import { renderPlainTable } from './table.ts';
import { wrapped } from './wrap.ts';

const WIDTH = 78;
const REVISION_DIGITS = 7;
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
  return `${groupsOf(runs).map(renderGroup).join('\n\n')}\n`;
}

function renderGroup(runs: readonly KeptRun[]): string {
  const [first] = runs;
  if (first === undefined) return '';
  const columns = COLUMNS.filter(({ isIn }) => isIn === undefined || runs.some(isIn));
  const table = renderPlainTable({
    heading: columns.map(({ heading }) => heading),
    words: ['revision', 'verdict'],
    rows: runs.map((run) => columns.map(({ cell }) => cell(run))),
  });
  return [...headOf(first), table].join('\n');
}

function headOf(run: KeptRun): string[] {
  return [...wrapped(targetText(run), WIDTH), ...wrapped(planAndMachineText(run), WIDTH)];
}

/** What the results of a table have in common: method or kind, and target; after the name of the newest, if it has one. */
export function targetText({ kind, target, plan, planName }: KeptRun): string {
  const what = kind === 'run' ? plan.target.method : kind === 'repeat' ? `${plan.rounds} rounds` : kind;
  return named(planName, `${what} ${target}`);
}

/** The rest of what they have in common: plan and machine. */
export function planAndMachineText({ plan, host }: KeptRun): string {
  return [planText({ ...plan, seed: null, rows: null }, null), ...(host === null ? [] : [`on ${host}`])].join(
    ', ',
  );
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
