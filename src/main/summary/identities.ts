import type { Finding, Identity } from '../../protocol/finding.ts';
import { isCensored, isComplete, OUTCOME } from '../../protocol/report.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { CollectedWorker } from '../collect/collected.ts';
import type { MergedTally } from '../collect/merge.ts';

/** Notes two figures that must be equal and are not; `of` says which of several. */
type Equal = (identity: Identity, left: number, right: number, of?: string) => void;

/**
 * Checks what must hold for every result, whatever the target did (docs/metrics.md lists the identities).
 * A violation is a bug in volley and does not describe the target.
 */
export function findViolations(
  summary: Summary,
  merged: MergedTally,
  workers: readonly CollectedWorker[],
): Finding[] {
  const { requests, latencyMs, errors, statuses } = summary;
  const found: Finding[] = [];
  const equal: Equal = (identity, left, right, of) => {
    if (left !== right)
      found.push({ code: 'identity-violated', figures: { identity, of: of ?? null, left, right } });
  };
  const outcomes = (belongs: (outcome: number) => boolean): number =>
    merged.outcomes.reduce((sum, count, outcome) => (belongs(outcome) ? sum + count : sum), 0);

  equal('scheduled-sum', requests.scheduled, requests.sent + requests.dropped + requests.notStarted);
  equal(
    'sent-sum',
    requests.sent,
    requests.ok +
      requests.failed +
      requests.unfinished +
      (requests.cancelled ?? 0) +
      (requests.interrupted ?? 0),
  );
  equal(
    'outcomes-sum',
    outcomes(() => true),
    requests.sent + requests.dropped,
  );
  equal('errors-sum', sum(errors.map(({ count }) => count)), requests.failed);
  for (const kind of new Set(errors.map((error) => error.kind))) {
    const counted = sum(errors.filter((error) => error.kind === kind).map(({ count }) => count));
    equal('errors-by-kind', counted, merged.outcomes[OUTCOME[kind]] ?? 0, kind);
  }
  equal('statuses-sum', sum(Object.values(statuses)), outcomes(isComplete));
  const timed = outcomes((outcome) => isComplete(outcome) || isCensored(outcome));
  for (const kind of ['response', 'startLag', 'wait'] as const) {
    equal('latency-count', latencyMs[kind].count, timed, kind);
  }
  equal('response-bounds', latencyMs.response.censored, outcomes(isCensored));
  equal('service-or-wait', latencyMs.service.count + latencyMs.wait.censored, timed);
  equal('first-bytes', latencyMs.firstByte.count, latencyMs.service.count);
  equal(
    'histogram-sum',
    sum(summary.histogram.map(({ count }) => count)),
    latencyMs[latencyMs.headline].count,
  );
  equal('series-sum', sum(summary.series.buckets.map(({ sent }) => sent)), requests.sent);
  checkMix(summary, equal);
  checkAgents(summary, equal);
  for (const { shard, counts, report } of workers) {
    if (report !== null) equal('records-arrived', counts.samples, report.samples, String(shard.index));
  }
  return found;
}

function checkMix({ mix, requests, latencyMs }: Summary, equal: Equal): void {
  if (mix.length === 0) return;
  for (const field of ['sent', 'ok', 'failed', 'unfinished', 'cancelled', 'interrupted', 'dropped'] as const)
    equal('mix-sum', sum(mix.map((row) => row[field] ?? 0)), requests[field] ?? 0, field);
  equal('mix-latencies', sum(mix.map((row) => row.latencyMs.count)), latencyMs[latencyMs.headline].count);
}

function checkAgents({ agents, requests }: Summary, equal: Equal): void {
  if (agents?.every(({ planned }) => planned !== null) !== true) return;
  const of = (field: 'planned' | 'sent' | 'missing'): number => sum(agents.map((agent) => agent[field] ?? 0));
  equal('planned-sum', of('planned'), of('sent') + of('missing'));
  equal('planned-sum', of('planned'), requests.scheduled);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
