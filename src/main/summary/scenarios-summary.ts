import type { Distribution } from '../../metrics/distribution.ts';
import type { Finding } from '../../protocol/finding.ts';
import type { MetricSummary, ScenarioRow, ScenariosSummary, Summary } from '../../protocol/summary.ts';
import type { Collected, CollectedWorker } from '../collect/collected.ts';
import {
  distributionOf,
  emptyDistribution,
  type MergedDistribution,
  mergeDistributions,
} from '../collect/merged-distribution.ts';
import type { IterationTally, ScenarioTally } from '../collect/scenario-tally.ts';
import type { SetupFacts } from './failing.ts';
import { summarizeLatency } from './latency-summary.ts';
import { scenarioCodeOf } from './scenario-code.ts';
import { judgedIterations } from './stuck-iterations.ts';
import { type Ending, notStartedIn } from './unstarted.ts';
import { usedUpIn } from './used-up.ts';

/** Shorter waits are those of a busy machine. */
const LEAST_WAIT_MS = 10;

/** A chart shows no more points than this. */
const MOST_POINTS = 500;
const ALL = '(all)';

/** How to read a distribution: during a run without single values, which would all have to be sorted. */
type TimesOf = (distribution: Distribution) => MergedDistribution;

/** What users did. */
export function summarizeScenarios(
  ending: Ending,
  tally: ScenarioTally,
  timesOf: TimesOf = distributionOf,
): ScenariosSummary {
  const { plan, workers } = ending;
  const { scenarios } = plan;
  if (scenarios === undefined) throw new Error('there are no scenarios');
  const { percentiles } = plan;
  const longestMs = tally.longestIterationMs;
  const missing = notStartedIn(ending, tally.scenarios);
  const rows = scenarios.scenarios.map(({ name }, index) =>
    rowOf(
      name,
      [tally.scenarios[index]].filter((one) => one !== undefined),
      longestMs,
      missing[index] ?? 0,
      percentiles,
      timesOf,
    ),
  );
  const notStarted = rows.reduce((sum, row) => sum + row.notStarted, 0);
  const users = usersOverTime(tally.users);
  return {
    total: rowOf(ALL, tally.scenarios, longestMs, notStarted, percentiles, timesOf),
    scenarios: rows,
    groups: [...tally.groups.values()].map(({ name, good, bad, interrupted, values }) => ({
      name,
      entered: good + bad + interrupted,
      left: good,
      failed: bad,
      interrupted,
      responseMs: summarizeLatency(timesOf(values), percentiles),
    })),
    checks: [...tally.checks.values()].map(({ name, good, bad }) => ({
      name,
      made: good + bad,
      passed: good,
      failed: bad,
    })),
    metrics: tally.metrics.map((metric) => metricOf(metric, percentiles, timesOf)),
    laterRequests: tally.laterRequests,
    code: scenarioCodeOf(workers, scenarios),
    // Known only when everything else is.
    teardownFailure: null,
    users: {
      ever: everOf(workers, tally),
      max: Math.max(0, ...users.map((point) => point.users)),
      series: thinned(users),
      setupFailures: failuresOf(workers, 'setupFailures'),
      teardownFailures: failuresOf(workers, 'teardownFailures'),
      lateRejections: failuresOf(workers, 'lateRejections'),
    },
  };
}

/** What should have happened and did not; iterations cut off by a stop are expected. */
export function scenarioDegradations({ scenarios, agents, interrupted, stoppedBy }: Summary): Finding[] {
  if (scenarios === undefined) return [];
  const { dropped, scheduled } = scenarios.total;
  // What was lost with agents is reported with them.
  const lost = (agents ?? []).filter(({ state }) => state === 'lost');
  const notStarted = lost.reduce(
    (left, { iterations }) => left - (iterations?.missing ?? 0),
    scenarios.total.notStarted,
  );
  const { setupFailures, teardownFailures, lateRejections = null } = scenarios.users;
  const isStopped = interrupted || stoppedBy !== null;
  return [
    ...(setupFailures === null ? [] : [{ code: 'vu-setup-failed', figures: setupFailures } as const]),
    ...(teardownFailures === null
      ? []
      : [{ code: 'vu-teardown-failed', figures: teardownFailures } as const]),
    ...(lateRejections === null ? [] : [{ code: 'late-rejections', figures: lateRejections } as const]),
    ...(isStopped || dropped === 0
      ? []
      : [{ code: 'iterations-dropped', figures: { dropped, scheduled } } as const]),
    ...(isStopped || notStarted === 0
      ? []
      : [{ code: 'iterations-not-started', figures: { notStarted, scheduled } } as const]),
  ];
}

/** What a reader should know about the figures. */
export function scenarioNotes({
  plan,
  workers,
  interrupted,
  stoppedBy,
}: Pick<Collected, 'plan' | 'workers' | 'interrupted' | 'stoppedBy'>): Finding[] {
  const count = workers.reduce((sum, { report }) => sum + (report?.scenarios?.idleIterations ?? 0), 0);
  return [
    ...(interrupted || stoppedBy !== null ? [] : usersCut({ plan, workers })),
    ...(count === 0 ? [] : [{ code: 'idle-iterations', figures: { count } } as const]),
    ...usedUpIn(plan, workers).map(
      ({ name, rowCount }) =>
        ({ code: 'rows-used-up', figures: { scenario: name, rows: rowCount } }) as const,
    ),
  ];
}

/** By scenario and part. */
function usersCut({ plan, workers }: Pick<Collected, 'plan' | 'workers'>): Finding<'users-cut'>[] {
  const all = workers.flatMap(({ report }) => report?.scenarios?.cutOff ?? []);
  return (plan.scenarios?.scenarios ?? []).flatMap(({ name }, index) =>
    (['vuSetup', 'vuTeardown'] as const).flatMap((part) => {
      const own = all.filter((one) => one.scenario === index && one.part === part);
      const users = own.reduce((sum, one) => sum + one.users, 0);
      return users === 0 ? [] : [{ code: 'users-cut', figures: { scenario: name, part, users } }];
    }),
  );
}

/** Scenarios whose figures are of few iterations, as the end cut off most; where none ended at all, the verdict says so. */
export function cutIterations({ scenarios, interrupted, stoppedBy }: Summary): Finding[] {
  if (scenarios === undefined || interrupted || stoppedBy !== null || endedOf(scenarios.total) === 0)
    return [];
  return scenarios.scenarios
    .filter((row) => row.interrupted > endedOf(row))
    .map(({ name, interrupted: cut, started }) => ({
      code: 'iterations-cut',
      figures: { scenario: name, interrupted: cut, started },
    }));
}

/** Scenarios whose iterations came faster than their users became free: what they tell is mostly of the line before them. */
export function waitingIterations({
  scenarios,
  plan,
}: Pick<Summary, 'scenarios' | 'plan'>): Finding<'iterations-waited'>[] {
  const loads = plan.scenarios?.loads ?? [];
  return loads.flatMap(({ executor, users, scenarios: names }) => {
    if (!executor.endsWith('arrival-rate') || (scenarios?.users.max ?? 0) < users) return [];
    const rows = scenarios?.scenarios.filter(({ name }) => names.includes(name)) ?? [];
    return rows.flatMap(({ name, startLagMs, responseMs }): Finding<'iterations-waited'>[] => {
      const [waitMs, waitedMs] = [startLagMs.mean ?? 0, responseMs.mean ?? 0];
      if (waitMs < LEAST_WAIT_MS || waitMs < waitedMs / 2) return [];
      return [
        { code: 'iterations-waited', figures: { scenario: name, waitMs, responseMs: waitedMs, users } },
      ];
    });
  });
}

function endedOf({ completed, failed }: ScenarioRow): number {
  return completed + failed;
}

function rowOf(
  name: string,
  tallies: readonly IterationTally[],
  longestMs: number,
  notStarted: number,
  percentiles: readonly string[],
  timesOf: TimesOf,
): ScenarioRow {
  const sum = (count: (tally: IterationTally) => number): number =>
    tallies.reduce((total, tally) => total + count(tally), 0);
  const times = (kind: 'response' | 'duration' | 'startLag'): ScenarioRow['responseMs'] =>
    summarizeLatency(
      tallies.map((tally) => timesOf(tally[kind])).reduce(mergeDistributions, emptyDistribution()),
      percentiles,
    );
  const started = sum((tally) => tally.started);
  const dropped = sum((tally) => tally.dropped);
  const judged = tallies.map((tally) => judgedIterations(tally, longestMs));
  const errors = judged.flatMap((one) => one.errors);
  return {
    name,
    scheduled: started + dropped + notStarted,
    started,
    completed: sum((tally) => tally.completed),
    failed: judged.reduce((total, one) => total + one.failed, 0),
    interrupted: judged.reduce((total, one) => total + one.interrupted, 0),
    dropped,
    notStarted,
    responseMs: times('response'),
    durationMs: times('duration'),
    startLagMs: times('startLag'),
    thinkMs: sum((tally) => tally.thinkMs),
    errors: errors.sort((a, b) => b.count - a.count || a.code.localeCompare(b.code)),
  };
}

/** How many users came, and for how many of them the setup failed. */
export function setupsOf(workers: readonly CollectedWorker[], tally: ScenarioTally): SetupFacts {
  const failures = failuresOf(workers, 'setupFailures');
  return { failures, ever: everOf(workers, tally) + (failures?.count ?? 0) };
}

/** Number of sessions; before workers have reported, as many as are known to have started. */
function everOf(workers: readonly CollectedWorker[], { users }: ScenarioTally): number {
  if (workers.length > 0)
    return workers.reduce((sum, { report }) => sum + (report?.scenarios?.users ?? 0), 0);
  const came = users.flatMap((points) =>
    points.map((point, index) => Math.max(0, point.users - (points[index - 1]?.users ?? 0))),
  );
  return came.reduce((sum, count) => sum + count, 0);
}

function metricOf(
  { name, kind, good, bad, values }: ScenarioTally['metrics'][number],
  percentiles: readonly string[],
  timesOf: TimesOf,
): MetricSummary {
  switch (kind) {
    case 'counter':
      return { name, kind, count: good };
    case 'rate':
      return { name, kind, share: good + bad === 0 ? null : good / (good + bad), good, of: good + bad };
    case 'gauge':
      return { name, kind, value: bad === 0 ? null : good };
    case 'trend':
      return { name, kind, values: summarizeLatency(timesOf(values), percentiles) };
  }
}

function failuresOf(
  workers: readonly CollectedWorker[],
  of: 'setupFailures' | 'teardownFailures' | 'lateRejections',
): ScenariosSummary['users']['setupFailures'] {
  const all = workers.flatMap(({ report }) => report?.scenarios?.[of] ?? []);
  const [first] = all;
  if (first === undefined) return null;
  return { count: all.reduce((sum, { count }) => sum + count, 0), example: first.example };
}

/** The number of users over all workers, at each change in one of them. */
function usersOverTime(
  byWorker: ScenarioTally['users'],
): { readonly atMs: number; readonly users: number }[] {
  const changes = byWorker.flatMap((points) => {
    let before = 0;
    return points.map(({ atMs, users }) => {
      const change = users - before;
      before = users;
      return { atMs, change };
    });
  });
  changes.sort((a, b) => a.atMs - b.atMs);
  let users = 0;
  return changes.map(({ atMs, change }) => {
    users += change;
    return { atMs, users };
  });
}

/** Up to a number of evenly spread points, including the last one. */
function thinned<T>(points: readonly T[]): T[] {
  const step = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => index % step === 0 || index === points.length - 1);
}
