import { CellRanks } from '../../metrics/cell-ranks.ts';
import { middleMs } from '../../metrics/histogram.ts';
import { parsePercentile, rankOf } from '../../metrics/percentile-rank.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { ErrorTally } from '../../protocol/report.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { failedAsText } from '../text/failure-words.ts';
import type { Progress } from './run-handle.ts';

const PERCENTILES = ['50', '99'].map(parsePercentile);

export function progressOf({ stop }: RunPlan, snapshot: Snapshot): Progress {
  const [p50Ms = null, p99Ms = null] = headlinePercentiles(snapshot);
  return {
    elapsedMs: snapshot.elapsedMs,
    durationMs: stop.durationMs,
    requests: stop.requests,
    ended: snapshot.ended,
    ok: snapshot.ok,
    failed: snapshot.failed,
    topError: topErrorOf(snapshot),
    p50Ms,
    p99Ms,
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

function topErrorOf({ errors }: Snapshot): string | null {
  let top: ErrorTally | null = null;
  for (const error of errors.values()) if (top === null || error.count > top.count) top = error;
  return top === null ? null : failedAsText(top.kind, top.code);
}
