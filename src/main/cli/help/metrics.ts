import { EVENT_TIME_KINDS, EVENT_TIMES } from '../../../protocol/event-times.ts';
import { LATENCY_KINDS, type LatencyKind, latencyFacts } from '../../../protocol/latency.ts';
import type { ErrorKind } from '../../../protocol/report.ts';
import { STREAM_TIME_KINDS, STREAM_TIMES } from '../../../protocol/stream.ts';
import type { Summary } from '../../../protocol/summary.ts';
import { ruleNameOf } from '../../../protocol/times.ts';
import { type Definition, definitionList, paragraph } from './definition-list.ts';

/** What a figure means and what other tools call it. */
interface Meaning {
  readonly says: string;
  /** Names of the same figure in other tools. */
  readonly elsewhere?: string;
}

const REQUESTS: Readonly<Record<keyof Summary['requests'], Meaning>> = {
  scheduled: { says: 'all requests that were planned: sent + dropped + not started' },
  sent: {
    says: 'given to a connection, even if that failed to open',
    elsewhere: 'wrk, hey, ab requests; k6 http_reqs; vegeta requests (total); autocannon requests in',
  },
  ok: {
    says: 'a complete answer with a status below 400, or one that meets the expectations',
    elsewhere: 'vegeta success (2xx, 3xx), oha success rate (any status), autocannon 2xx, k6 checks',
  },
  failed: {
    says: 'sent and not ok, with one of the kinds below. Rules call its share error-rate',
    elsewhere:
      'k6 http_req_failed; autocannon errors + timeouts + non 2xx; wrk socket errors and non-2xx; vegeta 1 − success',
  },
  unfinished: {
    says: 'no answer yet when volley stopped waiting for the last ones; younger than the timeout',
  },
  cancelled: { says: 'cancelled on purpose by --cancel: not a failure, and in no latency' },
  interrupted: {
    says: 'ended with their iterations when volley stopped waiting, before they could be called late: not a failure; only of scenarios',
    elsewhere: 'k6: in no metric',
  },
  dropped: {
    says: 'released, but still without a connection when volley stopped waiting; only with a rate',
    elsewhere: 'k6 dropped_iterations; others: none',
  },
  notStarted: {
    says: 'never released: the rest of the budget or the schedule after a stop or a lost worker',
  },
  retried: {
    says: 'sent again by the client because the connection ended before the target processed them',
  },
};

const RATES: readonly Definition[] = [
  entry('rate (sent)', {
    says: 'requests sent per second of the window',
    elsewhere: 'wrk Requests/sec, oha Requests/sec, autocannon Req/Sec, k6 http_reqs (rate), vegeta rate',
  }),
  entry('throughput (ok)', {
    says: 'ok answers that ended in the window, per second',
    elsewhere: 'vegeta throughput; others: none (they count failures too)',
  }),
  entry('rate asked for', {
    says: 'the rate that -r, --every or --stages set',
    elsewhere: 'vegeta -rate, wrk2 -R',
  }),
  entry('window', {
    says: 'the measured time: from the end of the warm-up until the duration ends or the budget is used up',
    elsewhere: 'vegeta duration (attack), oha Total',
  }),
];

const FIGURES: readonly Definition[] = [
  entry('p50 … p99.99', {
    says: 'the smallest time within which at least that percentage of the requests ended, over all workers; exact up to a million requests, within 0.1 % beyond. A dash: too few requests',
    elsewhere: 'the same in wrk --latency, oha, k6 p(95), autocannon, vegeta; each has its own approximation',
  }),
  entry('min, mean, max', {
    says: 'always exact',
    elsewhere: 'oha Fastest, Average, Slowest; k6 min, avg, max',
  }),
  entry('max−mean', { says: 'how far the slowest is from the mean' }),
  entry('stdev', { says: 'standard deviation (n − 1)', elsewhere: 'wrk Stdev, autocannon Stdev' }),
  entry('≥ (atLeast)', {
    says: 'a lower bound: timeouts, or requests without an answer, hide the true value (censored)',
    elsewhere: 'none',
  }),
  entry('95 % (intervals)', {
    says: 'interval that contains the true percentile with 95 % certainty, from this run alone',
  }),
];

const KINDS: Readonly<Record<ErrorKind, string>> = {
  dns: 'a name did not resolve',
  connect: 'refused, unreachable, or a proxy gave no tunnel',
  tls: 'handshake or certificate',
  timeout: 'no complete answer, or no connection, in time',
  reset: 'the connection ended before the head of the answer',
  truncated: 'the connection ended within the body',
  protocol: 'the answer is not valid HTTP',
  status: 'a status of 400 or more, unless --expect-status allows it',
  expectation: 'a complete answer that does not meet an expectation, or one redirect too many',
  aborted: 'reserved',
  generator: 'a limit of this machine, such as open files: not the target’s fault',
  stream: 'a stream of tokens that reports an error although its status is ok',
  stalled: 'no byte of a stream for --stall-timeout',
  request: 'placeholders made a request that cannot be sent: not the target’s fault',
};

const CONNECTIONS: readonly Definition[] = [
  ...EVENT_TIME_KINDS.map((kind) => entry(kind, { ...EVENT_TIMES[kind], says: EVENT_TIMES[kind].means })),
  entry('statuses', {
    says: 'complete answers by status',
    elsewhere: 'vegeta status codes, oha, hey, autocannon',
  }),
  entry('connected', { says: 'connections opened, and how many of them the target closed' }),
  entry('bytes', {
    says: 'on the connections, heads included, before encryption',
    elsewhere:
      'wrk Transfer/sec, k6 data_sent and data_received, vegeta bytes in and out (bodies), oha Total data (bodies)',
  }),
];

const STREAMS: readonly Definition[] = [
  ...STREAM_TIME_KINDS.map((kind) =>
    entry(ruleNameOf(kind), { ...STREAM_TIMES[kind], says: STREAM_TIMES[kind].means }),
  ),
  entry('tokens', {
    says: 'by the server’s own count if it sends one, else token events; the report says which. Overall: all tokens per second, from when the first answer was due until the last one was complete',
    elsewhere: 'vLLM bench output token throughput, aiperf output_token_throughput',
  }),
  entry('goodput', {
    says: 'answers that met every objective of --slo: their share of the requests sent, and how many a second',
    elsewhere: 'vLLM bench request goodput, aiperf goodput',
  }),
  entry('coalesced', { says: 'gaps of zero: both token events came in one read', elsewhere: 'none' }),
];

const GENERATOR: readonly Definition[] = [
  entry('CPU/request', { says: 'CPU time of all of volley per request' }),
  entry('loop busy', {
    says: 'share of the time in which a worker’s event loop was busy, for the busiest worker',
  }),
  entry('MB', { says: 'peak memory of the coordinator’s process, and of each worker process' }),
  entry('start skew', { says: 'time between the first worker’s start and the last’s' }),
  entry('processorWait', {
    says: 'share of the time in which a worker was ready to run but had no processor',
  }),
];

const VERDICTS: Readonly<Record<Summary['generator']['verdict'], string>> = {
  failing: 'more than 1 % failed, or most of one request of a mix: other figures say little',
  'generator-limited': 'volley was the limit: the figures do not describe the target',
  'connection-limited': 'requests waited for connections: there were too few, or they did not last',
  'vu-limited': 'iterations of scenarios waited for a user at least half of their time: maxVUs is too low',
  'target-limited': 'the target could not keep up with the rate',
  ok: 'none of these: the concurrency set the rate, or the target kept up with it',
};

const NOTE =
  'Every number of a report, what it means, and its name in wrk, oha, k6, autocannon and vegeta. ' +
  'What others call latency is service here, unless stated otherwise.';

/** All metrics, in groups. */
export function metricGroups(): (readonly [title: string, rows: readonly Definition[]])[] {
  return [
    ['Latency of a request', LATENCY_KINDS.map(latencyEntry)],
    ['Figures of a latency', FIGURES],
    ['Requests', Object.entries(REQUESTS).map(([name, meaning]) => entry(name, meaning))],
    ['Rates', RATES],
    ['Kinds of failure', Object.entries(KINDS)],
    ['Target and connections', CONNECTIONS],
    ['Streams of tokens (--stream, --preset)', STREAMS],
    ['Generator: what volley itself used', GENERATOR],
    ['Verdict: what was the limit', Object.entries(VERDICTS)],
  ];
}

/** The page on metrics. Formulas and the names in the JSON result are in docs/metrics.md. */
export function metricSections(columns: number): string[][] {
  return [
    paragraph(NOTE, columns),
    ...metricGroups().map(([title, rows]) => [title, ...definitionList(rows, columns)]),
    paragraph('Formulas and fields of the JSON result: docs/metrics.md', columns),
  ];
}

function latencyEntry(kind: LatencyKind): Definition {
  const { means, elsewhere } = latencyFacts(kind);
  return entry(kind, { says: means, elsewhere });
}

function entry(name: string, { says, elsewhere }: Meaning): Definition {
  return [name, elsewhere === undefined ? says : `${says} [${elsewhere}]`];
}
