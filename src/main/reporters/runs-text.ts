import type { Verdict } from '../../protocol/summary.ts';
import { visibleIn, visibleJson } from '../../requests/visible.ts';
import { isAlike, type KeptRun } from '../history/kept-run.ts';
import { formatMs, formatPercent, formatRate, NOTHING } from '../text/format.ts';
import { planText } from './plan-text.ts';
import { renderPlainTable } from './table.ts';
import { wrapped } from './wrap.ts';

const WIDTH = 78;
const REVISION_DIGITS = 7;
/** In words that fit a column: what set the limit, if it was not the load that was asked for. */
const VERDICTS: Readonly<Record<Verdict, string>> = {
  ok: 'ok',
  failing: 'failing',
  'generator-limited': 'generator',
  'connection-limited': 'connections',
  'target-limited': 'target',
};

interface Column {
  readonly heading: string;
  cell(run: KeptRun): string;
  /** It takes no room where no result has it. */
  isIn?(run: KeptRun): boolean;
}

const COLUMNS: readonly Column[] = [
  { heading: 'run', cell: ({ name }) => name },
  { heading: 'when', cell: ({ startedAt }) => momentOf(startedAt) },
  {
    heading: 'ok',
    cell: ({ throughputPerSecond }) =>
      throughputPerSecond === null ? NOTHING : formatRate(throughputPerSecond),
  },
  { heading: 'p50', cell: ({ p50Ms }) => formatMs(p50Ms) },
  {
    heading: 'change',
    cell: ({ p50Ratio }) => (p50Ratio === null ? NOTHING : changeOf(p50Ratio)),
    isIn: ({ p50Ratio }) => p50Ratio !== null,
  },
  { heading: 'p99', cell: ({ p99Ms }) => formatMs(p99Ms) },
  {
    heading: 'failed',
    cell: ({ failedShare }) => (failedShare === null ? NOTHING : formatPercent(failedShare)),
    isIn: ({ failedShare }) => failedShare !== 0,
  },
  {
    heading: 'rules',
    cell: ({ rules }) => rulesOf(rules),
    isIn: ({ rules }) => rules.kept + rules.broken > 0,
  },
  { heading: 'revision', cell: revisionOf, isIn: ({ revision }) => revision !== null },
  { heading: 'verdict', cell: verdictOf },
];

/** Turns the list of results that are kept into text. It formats; it never computes. */
export const RUNS_REPORTERS = {
  text: (runs: readonly KeptRun[]) => renderRuns(visibleIn([...runs])),
  json: (runs: readonly KeptRun[]) => `${visibleJson(JSON.stringify(runs, null, 2))}\n`,
} as const satisfies Record<string, (runs: readonly KeptRun[]) => string>;

export type RunsForm = keyof typeof RUNS_REPORTERS;
export const RUNS_FORMS = Object.keys(RUNS_REPORTERS) as RunsForm[];

/** Under each plan its results, the newest first: figures of different plans do not stand in one column. */
function renderRuns(runs: readonly KeptRun[]): string {
  const groups: KeptRun[][] = [];
  for (const run of runs) {
    const group = groups.find(([first]) => first !== undefined && isAlike(first, run));
    if (group === undefined) groups.push([run]);
    else group.push(run);
  }
  return `${groups.map(renderGroup).join('\n\n')}\n`;
}

function renderGroup(runs: readonly KeptRun[]): string {
  const [first] = runs;
  if (first === undefined) return '';
  const columns = COLUMNS.filter(({ isIn }) => isIn === undefined || runs.some(isIn));
  const table = renderPlainTable({
    heading: columns.map(({ heading }) => heading),
    rows: runs.map((run) => columns.map(({ cell }) => cell(run))),
  });
  return [...headOf(first), table].join('\n');
}

function headOf({ kind, target, plan, host }: KeptRun): string[] {
  const what = kind === 'run' ? plan.target.method : kind === 'repeat' ? `${plan.rounds} rounds` : kind;
  const machine = host === null ? [] : [`on ${host}`];
  return [
    ...wrapped(`${what} ${target}`, WIDTH),
    ...wrapped([planText({ ...plan, seed: null, rows: null }, null), ...machine].join(', '), WIDTH),
  ];
}

/** To the minute, in this machine's time zone. */
function momentOf(startedAt: string): string {
  const at = new Date(startedAt);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function changeOf(ratio: number): string {
  const percent = (ratio - 1) * 100;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
}

function rulesOf({ kept, broken }: KeptRun['rules']): string {
  if (broken > 0) return `✗ ${broken}`;
  return kept > 0 ? '✓' : NOTHING;
}

function revisionOf({ revision, hasChanges }: KeptRun): string {
  if (revision === null) return NOTHING;
  return `${revision.slice(0, REVISION_DIGITS)}${hasChanges === true ? '+' : ''}`;
}

function verdictOf({ verdict, degraded, interrupted }: KeptRun): string {
  if (interrupted) return 'interrupted';
  if (degraded) return 'degraded';
  return verdict === null ? NOTHING : VERDICTS[verdict];
}
