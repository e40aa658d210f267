import { isCensored, isComplete, OUTCOME } from '../../protocol/report.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { CollectedWorker } from '../collect/collected.ts';
import type { MergedTally } from '../collect/merge.ts';

/**
 * Checks what must hold of every result, whatever the target did (docs/metrics.md lists the identities).
 * A sentence for each that does not: that would be a bug in volley, not a finding about the target.
 */
export function findViolations(
  summary: Summary,
  merged: MergedTally,
  workers: readonly CollectedWorker[],
): string[] {
  const { requests, latencyMs, errors, statuses } = summary;
  const found: string[] = [];
  const equal = (what: string, left: number, right: number): void => {
    if (left !== right)
      found.push(`This is a bug in volley, please report it: ${what}, but ${left} ≠ ${right}.`);
  };
  const outcomes = (belongs: (outcome: number) => boolean): number =>
    merged.outcomes.reduce((sum, count, outcome) => (belongs(outcome) ? sum + count : sum), 0);

  equal(
    'scheduled = sent + dropped + not started',
    requests.scheduled,
    requests.sent + requests.dropped + requests.notStarted,
  );
  equal(
    'sent = ok + failed + unfinished',
    requests.sent,
    requests.ok + requests.failed + requests.unfinished,
  );
  equal(
    'the outcomes add up to what was released',
    outcomes(() => true),
    requests.sent + requests.dropped,
  );
  equal('the errors add up to failed', sum(errors.map(({ count }) => count)), requests.failed);
  for (const kind of new Set(errors.map((error) => error.kind))) {
    const counted = sum(errors.filter((error) => error.kind === kind).map(({ count }) => count));
    equal(`the errors of kind ${kind} are its outcomes`, counted, merged.outcomes[OUTCOME[kind]] ?? 0);
  }
  equal('the statuses add up to the complete responses', sum(Object.values(statuses)), outcomes(isComplete));
  const timed = outcomes((outcome) => isComplete(outcome) || isCensored(outcome));
  for (const kind of ['response', 'startLag', 'wait'] as const) {
    equal(
      `the ${kind} latencies are the complete responses and the lower bounds`,
      latencyMs[kind].count,
      timed,
    );
  }
  equal(
    'the lower bounds of response are its censored outcomes',
    latencyMs.response.censored,
    outcomes(isCensored),
  );
  equal(
    'each request has a service time or a wait that is a lower bound',
    latencyMs.service.count + latencyMs.wait.censored,
    timed,
  );
  equal('each service time has a first byte', latencyMs.firstByte.count, latencyMs.service.count);
  equal(
    'the histogram counts the headline latency',
    sum(summary.histogram.map(({ count }) => count)),
    latencyMs[latencyMs.headline].count,
  );
  equal('the series adds up to sent', sum(summary.series.buckets.map(({ sent }) => sent)), requests.sent);
  if (summary.mix.length > 0) {
    for (const field of ['sent', 'ok', 'failed', 'unfinished', 'dropped'] as const)
      equal(
        `the requests of the mix add up to ${field}`,
        sum(summary.mix.map((row) => row[field])),
        requests[field],
      );
    equal(
      'the latencies of the mix are those of all requests',
      sum(summary.mix.map((row) => row.latencyMs.count)),
      latencyMs[latencyMs.headline].count,
    );
  }
  for (const { shard, tally, report } of workers) {
    if (report !== null)
      equal(`all records of worker ${shard.index} have arrived`, tally.samples, report.samples);
  }
  return found;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
