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
  scheduled: { says: 'all that were to be sent: sent + dropped + not started' },
  sent: {
    says: 'given to a connection, also to one that failed to open',
    elsewhere: 'wrk, hey, ab requests; k6 http_reqs; vegeta requests (total); autocannon requests in',
  },
  ok: {
    says: 'a complete answer of a status below 400, or one that meets the expectations',
    elsewhere: 'vegeta success (2xx, 3xx), oha success rate (any status), autocannon 2xx, k6 checks',
  },
  failed: {
    says: 'sent and ended otherwise, under one of the kinds below. Its share is error-rate in rules',
    elsewhere:
      'k6 http_req_failed; autocannon errors + timeouts + non 2xx; wrk socket errors and non-2xx; vegeta 1 − success',
  },
  unfinished: { says: 'without an answer when waiting for the last ones ended; younger than the timeout' },
  cancelled: { says: 'ended on purpose, as --cancel asks: in no latency, and no failure' },
  dropped: {
    says: 'released, but without a connection when waiting ended; only with a rate',
    elsewhere: 'k6 dropped_iterations; others: none',
  },
  notStarted: {
    says: 'never released: what a stop, or a lost worker, has left of the budget or the schedule',
  },
  retried: { says: 'written again by the client, since its connection had ended before it looked at them' },
};

const RATES: readonly Definition[] = [
  entry('rate (sent)', {
    says: 'requests sent in the window, a second',
    elsewhere: 'wrk Requests/sec, oha Requests/sec, autocannon Req/Sec, k6 http_reqs (rate), vegeta rate',
  }),
  entry('throughput (ok)', {
    says: 'ok answers that ended in the window, a second',
    elsewhere: 'vegeta throughput; others: none (they count failures too)',
  }),
  entry('rate asked for', {
    says: 'what -r, --every or --stages come to',
    elsewhere: 'vegeta -rate, wrk2 -R',
  }),
  entry('window', {
    says: 'the time that is measured: after the warm-up, until the duration ends or the budget is used up',
    elsewhere: 'vegeta duration (attack), oha Total',
  }),
];

const FIGURES: readonly Definition[] = [
  entry('p50 … p99.99', {
    says: 'the smallest time within which at least that percentage of the requests ended, of all workers together; exact up to a million requests, within 0.1 % beyond. A dash: too few requests',
    elsewhere: 'the same in wrk --latency, oha, k6 p(95), autocannon, vegeta; each has its own approximation',
  }),
  entry('min, mean, max', {
    says: 'always exact',
    elsewhere: 'oha Fastest, Average, Slowest; k6 min, avg, max',
  }),
  entry('max−mean', { says: 'how far the slowest is from the mean' }),
  entry('stdev', { says: 'standard deviation (n − 1)', elsewhere: 'wrk Stdev, autocannon Stdev' }),
  entry('≥ (atLeast)', {
    says: 'at least so much: the true value is hidden by timeouts, or by requests without an answer (censored)',
    elsewhere: 'none',
  }),
  entry('95 % (intervals)', { says: 'between what the true percentile lies, from this one run' }),
];

const KINDS: Readonly<Record<ErrorKind, string>> = {
  dns: 'a name did not resolve',
  connect: 'refused, unreachable, or a proxy gave no tunnel',
  tls: 'handshake or certificate',
  timeout: 'no complete answer in time, or no connection',
  reset: 'the connection ended before the head of the answer',
  truncated: 'it ended within the body',
  protocol: 'what came is not HTTP',
  status: 'a status of 400 or more, where --expect-status does not say otherwise',
  expectation: 'a complete answer that missed an expectation, or one redirect too many',
  aborted: 'reserved',
  generator: 'a limit of this machine, such as open files: not the target’s fault',
  stream: 'a stream of tokens that says an error, where its status was ok',
  stalled: 'no byte of a stream for as long as --stall-timeout',
  request: 'placeholders made no request that can be sent: not the target’s fault',
};

const CONNECTIONS: readonly Definition[] = [
  ...EVENT_TIME_KINDS.map((kind) => entry(kind, { ...EVENT_TIMES[kind], says: EVENT_TIMES[kind].means })),
  entry('statuses', {
    says: 'complete answers by status',
    elsewhere: 'vegeta status codes, oha, hey, autocannon',
  }),
  entry('connected', { says: 'connections opened, and those that the target closed' }),
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
    says: 'by the server’s own count where it sends one, else token events; the report says which. Overall: all of them by the time from when the first answer was due until the last one was complete',
    elsewhere: 'vLLM bench output token throughput, aiperf output_token_throughput',
  }),
  entry('goodput', {
    says: 'answers that kept every objective of --slo: their share of what was sent, and how many a second',
    elsewhere: 'vLLM bench request goodput, aiperf goodput',
  }),
  entry('coalesced', { says: 'gaps of no time: both token events came with one read', elsewhere: 'none' }),
];

const GENERATOR: readonly Definition[] = [
  entry('CPU/request', { says: 'processor time of all of volley for each request' }),
  entry('loop busy', { says: 'share of the time in which the busiest event loop of a worker computed' }),
  entry('MB', { says: 'largest memory of the coordinator’s process, and of each worker that is a process' }),
  entry('start skew', { says: 'between the first worker to begin and the last' }),
  entry('processorWait', { says: 'share of the time in which a worker could run and had no processor' }),
];

const VERDICTS: Readonly<Record<Summary['generator']['verdict'], string>> = {
  failing: 'more than 1 % failed, or most of one request of a mix: other figures say little',
  'generator-limited': 'volley was the limit: the figures are its own',
  'connection-limited': 'requests waited for connections: there were too few, or they did not last',
  'target-limited': 'the target could not keep up with the rate',
  ok: 'nothing of that: the concurrency sets the rate, or the target kept up with it',
};

const NOTE =
  'Every number of a report, what it means, and its name in wrk, oha, k6, autocannon and vegeta. ' +
  'What others call latency is service here, where nothing else is said.';

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
