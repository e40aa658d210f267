import type { FindingFigures, Identity } from '../../protocol/finding.ts';

/** What was to hold and does not: that would be a bug in volley, not a finding about the target. */
export function violationText({ identity, of, left, right }: FindingFigures['identity-violated']): string {
  return `This is a bug in volley, please report it: ${IDENTITIES[identity](of ?? '')}, but ${left} ≠ ${right}.`;
}

const IDENTITIES: Readonly<Record<Identity, (of: string) => string>> = {
  'scheduled-sum': () => 'scheduled = sent + dropped + not started',
  'sent-sum': () => 'sent = ok + failed + unfinished',
  'outcomes-sum': () => 'the outcomes add up to what was released',
  'errors-sum': () => 'the errors add up to failed',
  'errors-by-kind': (kind) => `the errors of kind ${kind} are its outcomes`,
  'statuses-sum': () => 'the statuses add up to the complete responses',
  'latency-count': (latency) => `the ${latency} latencies are the complete responses and the lower bounds`,
  'response-bounds': () => 'the lower bounds of response are its censored outcomes',
  'service-or-wait': () => 'each request has a service time or a wait that is a lower bound',
  'first-bytes': () => 'each service time has a first byte',
  'histogram-sum': () => 'the histogram counts the headline latency',
  'series-sum': () => 'the series adds up to sent',
  'mix-sum': (field) => `the requests of the mix add up to ${field}`,
  'mix-latencies': () => 'the latencies of the mix are those of all requests',
  'records-arrived': (worker) => `all records of worker ${worker} have arrived`,
};
