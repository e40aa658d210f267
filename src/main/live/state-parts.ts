import { awaitedOf } from '../../protocol/report.ts';
import type { UserPool } from '../../protocol/scenario.ts';
import type { Hide } from '../../requests/secrets.ts';
import type { RequestTally } from '../collect/request-tally.ts';
import type { ScenarioTally } from '../collect/scenario-tally.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { withAdvice } from '../text/error-advice.ts';
import { failedAsText } from '../text/failure-words.ts';
import type { Naming } from '../text/naming.ts';
import { CoarseLatency } from './coarse-latency.ts';
import type { LatencySoFar, LiveState, RequestSoFar, UsersSoFar } from './live-state.ts';

const NOT_LOOKED_AT: LatencySoFar = { p50Ms: null, p99Ms: null, maxMs: null, atLeast: [] };
/** Without an end of a request for this long, that is shown; records alone are up to half a second late. */
const SILENT_MS = 1_500;

/** One request of a mix; `interrupted` of them ended with their iterations. */
export function requestSoFar(
  name: string,
  tally: RequestTally,
  hasLatency: boolean,
  interrupted: number,
): RequestSoFar {
  const { sent, ok, failed, cancelled, latency } = tally;
  const awaited = awaitedOf({ sent, cancelled, interrupted });
  const { p50Ms, p99Ms, atLeast } = hasLatency ? new CoarseLatency([latency]).soFar() : NOT_LOOKED_AT;
  return { name, sent, awaited, ok, failed, p50Ms, p99Ms, isP99AtLeast: atLeast.includes('p99Ms') };
}

/** Iterations and checks so far, with the most frequent failure of an iteration. */
export function usersSoFar(
  tally: ScenarioTally,
  pools: readonly Pick<UserPool, 'load'>[],
  hide: Hide,
): UsersSoFar {
  const sum = (of: (one: ScenarioTally['scenarios'][number]) => number): number =>
    tally.scenarios.reduce((total, one) => total + of(one), 0);
  const errors = tally.scenarios.flatMap((one) => [...one.errors.values()]);
  const [most] = errors.sort((a, b) => b.count - a.count);
  const failedChecks = [...tally.checks.values()].reduce((total, { bad }) => total + bad, 0);
  return {
    areAtTeardown: sum((one) => one.started + one.dropped) >= plannedIn(pools),
    users: tally.users.reduce((total, points) => total + (points.at(-1)?.users ?? 0), 0),
    completed: sum(({ completed }) => completed),
    failed: sum(({ failed }) => failed),
    interrupted: sum(({ interrupted }) => interrupted),
    dropped: sum(({ dropped }) => dropped),
    failedChecks,
    failedGroups: [...tally.groups.values()]
      .filter(({ bad }) => bad > 0)
      .sort((a, b) => b.bad - a.bad)
      .map(({ name, bad }) => ({ name: hide(name), failed: bad })),
    example: most === undefined ? null : hide(`${most.kind} (${most.code})`),
  };
}

/** How many iterations there will be; infinite where their number depends on how long they take, or may. */
function plannedIn(pools: readonly Pick<UserPool, 'load'>[]): number {
  if (pools.length === 0) return Number.POSITIVE_INFINITY;
  return pools.reduce((planned, { load }) => {
    if (load.type !== 'iterations') return Number.POSITIVE_INFINITY;
    return planned + load.iterations * (load.executor === 'per-vu-iterations' ? load.users : 1);
  }, 0);
}

/** Most frequent first. */
export function failuresOf({ errors }: Snapshot, hide: Hide, naming: Naming): LiveState['failures'] {
  return [...errors.values()]
    .map(({ kind, code, count, example, varies, advice }) => ({
      name: hide(failedAsText(kind, code)),
      count,
      example: (varies === true ? 'for example: ' : '') + hide(withAdvice(example, advice, naming)),
    }))
    .sort((a, b) => b.count - a.count);
}

/** Statuses of complete answers, most frequent first. */
export function statusesOf({ tallies }: Snapshot): LiveState['statuses'] {
  const counts = new Map<number, number>();
  for (const { statuses } of tallies)
    for (const [status, count] of statuses) counts.set(status, (counts.get(status) ?? 0) + count);
  return [...counts].map(([status, count]) => ({ status, count })).sort((a, b) => b.count - a.count);
}

/** How long ago the last request ended; null if that was less than 1.5 s ago. */
export function silentMsOf({ tallies, elapsedMs }: Snapshot): number | null {
  const silentMs = elapsedMs - Math.max(0, ...tallies.map(({ lastEndMs }) => lastEndMs));
  return silentMs < SILENT_MS ? null : silentMs;
}
