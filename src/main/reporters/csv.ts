import { EVENT_TIME_KINDS } from '../../protocol/event-times.ts';
import { LATENCY_KINDS } from '../../protocol/latency.ts';
import { type ErrorKind, OUTCOMES } from '../../protocol/report.ts';
import { STREAM_TIME_KINDS } from '../../protocol/stream.ts';
import type { LatencySummary, Summary } from '../../protocol/summary.ts';
import { columnNameOf } from '../../protocol/times.ts';
import { csvLine } from '../text/csv-line.ts';

/** Undefined if an older result lacks it. */
type Cell = string | number | boolean | null | undefined;
type Column = readonly [name: string, cell: Cell];

type Known = Partial<LatencySummary> & Pick<LatencySummary, 'percentiles'>;

/** Outcomes that are not failures. */
const NO_FAILURE = new Set<string>(['ok', 'unfinished', 'dropped', 'cancelled']);

/** The result as a heading and one row, so that the rows of many runs form one table. */
export function renderCsv(summary: Summary): string {
  const labels = Object.keys(summary.latencyMs.response.percentiles);
  const unknown = { percentiles: Object.fromEntries(labels.map((label) => [label, null])) };
  const columns = [
    ...planOf(summary),
    ...outcomeOf(summary),
    ...countsOf(summary),
    ...LATENCY_KINDS.flatMap((kind) => latencyOf(columnNameOf(kind), summary.latencyMs[kind])),
    ...generatorOf(summary),
    ...EVENT_TIME_KINDS.flatMap((kind) =>
      latencyOf(columnNameOf(kind), { ...unknown, ...summary.eventTimesMs?.[kind] }),
    ),
    ...streamsOf(summary),
  ];
  return csvLine(columns.map(([name]) => name)) + csvLine(columns.map(([, cell]) => textOf(cell)));
}

function textOf(cell: Cell): string {
  return cell === null || cell === undefined ? '' : String(cell);
}

function planOf({ startedAt, tool, plan, mix, rate }: Summary): Column[] {
  return [
    ['started_at', startedAt],
    ['volley_version', tool.version],
    ['url', plan.target.url],
    ['method', plan.target.method],
    // For a mix, the two cells before describe the first request.
    ['mix_requests', Math.max(1, mix.length)],
    ['mode', plan.mode],
    ['workers', plan.workers],
    ['concurrency', plan.concurrency],
    ['client', plan.client],
    ['model', plan.load.model],
    ['asked_per_s', rate.targetPerSecond],
    ['limit_requests', plan.stop.requests],
    ['limit_ms', plan.stop.durationMs],
    ['warmup_ms', plan.warmupMs],
    ['timeout_ms', plan.timeoutMs],
    ['cpu_work', plan.cpuWork],
    ['seed', plan.seed],
  ];
}

function outcomeOf({ interrupted, stoppedBy, degraded, generator, thresholds }: Summary): Column[] {
  return [
    ['interrupted', interrupted],
    ['stopped_by', stoppedBy?.expression ?? null],
    ['stopped_at_ms', stoppedBy?.atMs ?? null],
    ['degraded', degraded],
    ['thresholds', thresholds.length],
    ['thresholds_broken', thresholds.filter(({ ok }) => !ok).length],
    ['verdict', generator.verdict],
  ];
}

function countsOf({ windowMs, requests, rate, errors, connections, bytes, latencyMs }: Summary): Column[] {
  const kinds = OUTCOMES.filter((outcome): outcome is ErrorKind => !NO_FAILURE.has(outcome));
  const failedWith = (kind: ErrorKind): number =>
    errors.reduce((sum, error) => (error.kind === kind ? sum + error.count : sum), 0);
  return [
    ['window_ms', windowMs],
    ['scheduled', requests.scheduled],
    ['sent', requests.sent],
    ['ok', requests.ok],
    ['failed', requests.failed],
    ['unfinished', requests.unfinished],
    ...(requests.cancelled === undefined ? [] : [['cancelled', requests.cancelled] as Column]),
    ...(requests.interrupted === undefined ? [] : [['interrupted_requests', requests.interrupted] as Column]),
    ['dropped', requests.dropped],
    ['not_started', requests.notStarted],
    ['retried', requests.retried],
    ...kinds.map((kind): Column => [`failed_${kind}`, failedWith(kind)]),
    ['rate_per_s', rate.sentPerSecond],
    ['throughput_per_s', rate.throughputPerSecond],
    ['connections_opened', connections.opened],
    ['connections_closed_by_target', connections.closedByTarget],
    ['sent_bytes', bytes.sent],
    ['received_bytes', bytes.received],
    ['headline', columnNameOf(latencyMs.headline)],
  ];
}

/** Only present for streamed answers, so that other tables do not become wider. */
function streamsOf({ streams }: Summary): Column[] {
  if (!streams) return [];
  const { tokens, gaps, goodput, timesMs } = streams;
  return [
    ['streamed_answers', streams.answers],
    ['not_streamed', streams.notStreamed],
    ['tokens', tokens.total],
    ['token_events', tokens.events],
    ['tokens_counted_answers', tokens.countedAnswers],
    ['tokens_counted_by_server', tokens.countedByServer],
    ['tokens_per_s', tokens.perSecond],
    ['tokens_per_user_per_s', tokens.perUserPerSecond],
    ['gaps', gaps.count],
    ['gaps_coalesced_share', gaps.coalescedShare],
    ['goodput_share', goodput?.share],
    ['goodput_per_s', goodput?.perSecond],
    ...STREAM_TIME_KINDS.flatMap((kind) => latencyOf(columnNameOf(kind), timesMs[kind])),
  ];
}

/** Cells of a latency that an older result lacks are empty. */
function latencyOf(prefix: string, latency: Known): Column[] {
  return [
    [`${prefix}_count`, latency.count],
    [`${prefix}_censored`, latency.censored],
    [`${prefix}_min_ms`, latency.min],
    [`${prefix}_mean_ms`, latency.mean],
    [`${prefix}_stdev_ms`, latency.stdev],
    ...Object.entries(latency.percentiles).map(
      ([label, valueMs]): Column => [`${prefix}_p${label}_ms`, valueMs],
    ),
    [`${prefix}_max_ms`, latency.max],
    [`${prefix}_at_least`, latency.atLeast?.join(' ')],
    [`${prefix}_precision`, latency.precision],
  ];
}

function generatorOf({ generator }: Summary): Column[] {
  return [
    ['generator_cpu_ms', generator.cpuMs],
    ['generator_cpu_us_per_request', generator.cpuMicrosPerRequest],
    ['generator_peak_rss_bytes', generator.peakRssBytes],
    ['generator_start_skew_ms', generator.startSkewMs],
  ];
}
