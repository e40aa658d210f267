import { CellRanks } from '../../metrics/cell-ranks.ts';
import { middleMs } from '../../metrics/histogram.ts';
import { parsePercentile, rankOf } from '../../metrics/percentile-rank.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { failedAsText } from '../text/failure-words.ts';
import type { Progress } from './run-handle.ts';

const PERCENTILES = ['50', '99'].map(parsePercentile);

export function progressOf({ stop }: RunPlan, snapshot: Snapshot): Progress {
  const failedAs = failuresOf(snapshot);
  const [p50Ms = null, p99Ms = null] = headlinePercentiles(snapshot);
  return {
    elapsedMs: snapshot.elapsedMs,
    durationMs: stop.durationMs,
    requests: stop.requests,
    ended: snapshot.ended,
    ok: snapshot.ok,
    failed: snapshot.failed,
    failedAs,
    topError: failedAs[0]?.name ?? null,
    p50Ms,
    p99Ms,
    ...(snapshot.agents.length === 0 ? {} : { agents: snapshot.agents }),
  };
}

function headlinePercentiles(snapshot: Snapshot): (number | null)[] {
  const { observed, bounds, moments } = snapshot.latency(snapshot.headline);
  const ranks = new CellRanks(observed, bounds);
  return PERCENTILES.map((percentile) => {
    const rank = percentile === null ? null : rankOf(percentile, moments.count);
    const cell = rank === null ? null : ranks.cellAtRank(rank);
    return cell === null ? null : middleMs(cell);
  });
}

function failuresOf({ errors }: Snapshot): Progress['failedAs'] {
  return [...errors.values()]
    .map(({ kind, code, count }) => ({ name: failedAsText(kind, code), count }))
    .sort((a, b) => b.count - a.count);
}
