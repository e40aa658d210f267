import { EVENT_TIME_KINDS } from '../../protocol/event-times.ts';
import { LATENCY_KINDS } from '../../protocol/latency.ts';
import { STREAM_TIME_KINDS } from '../../protocol/stream.ts';
import type { LatencySummary, Summary } from '../../protocol/summary.ts';
import { columnNameOf } from '../../protocol/times.ts';
import { msToSeconds } from '../../protocol/units.ts';

export type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number, suffix?: '_sum' | '_count'];

export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'summary';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Counts of requests that have ended. */
interface Ended {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly errors: readonly { readonly kind: string; readonly code: string; readonly count: number }[];
}

/** The result in Prometheus' text format, version 0.0.4, in base units: for a Pushgateway or a textfile collector. */
export function renderPrometheus(summary: Summary): string {
  const { url, method } = summary.plan.target;
  return renderFamilies(resultFamilies(summary), { method, url });
}

/** All numbers of the result. */
export function resultFamilies(summary: Summary): Family[] {
  return [
    ...runOf(summary),
    ...requestsOf(summary),
    ...latenciesOf(summary),
    ...tokensOf(summary),
    ...mixOf(summary),
    ...thresholdsOf(summary),
    ...generatorOf(summary),
  ];
}

/** Families that have samples, each sample with the common labels. */
export function renderFamilies(families: readonly Family[], common: Labels): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map((family) => renderFamily(family, common))
    .join('');
}

function renderFamily({ name, type, help, samples }: Family, common: Labels): string {
  const lines = samples.map(([labels, value, suffix = '']) => {
    const list = Object.entries({ ...common, ...labels }).map(
      ([label, text]) => `${label}="${escaped(text)}"`,
    );
    return `${name}${suffix}{${list.join(',')}} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

export function gauge(name: string, help: string, ...samples: readonly Sample[]): Family {
  return { name: `volley_${name}`, type: 'gauge', help, samples };
}

function counter(name: string, help: string, ...samples: readonly Sample[]): Family {
  return { name: `volley_${name}_total`, type: 'counter', help, samples };
}

function runOf({ tool, plan, startedAt, windowMs, interrupted, stoppedBy, degraded }: Summary): Family[] {
  const { mode, client, load, workers, concurrency } = plan;
  const facts = { version: tool.version, mode, client, model: load.model };
  return [
    gauge('run_info', 'What was run; always 1.', [facts, 1]),
    gauge('run_start_time_seconds', 'When the run began, in Unix time.', [
      {},
      msToSeconds(Date.parse(startedAt)),
    ]),
    gauge('run_window_seconds', 'Length of the measured window.', [{}, msToSeconds(windowMs)]),
    gauge('run_interrupted', '1 where the run was stopped before its end.', [{}, Number(interrupted)]),
    gauge('run_stopped_by_rule', '1 where a rule ended the run early.', [{}, Number(Boolean(stoppedBy))]),
    gauge('run_degraded', '1 where a worker was lost or load was never sent.', [{}, Number(degraded)]),
    gauge('workers', 'Workers.', [{}, workers]),
    gauge('concurrency', 'Connections asked for, over all workers.', [{}, concurrency]),
  ];
}

/** How requests ended: by outcome, status and kind of failure. */
export function endedFamilies({ outcomes, statuses, errors }: Ended): Family[] {
  return [
    counter(
      'requests',
      'Requests of the window by outcome.',
      ...Object.entries(outcomes).map(([outcome, count]): Sample => [{ outcome }, count]),
    ),
    counter(
      'responses',
      'Complete responses by status.',
      ...Object.entries(statuses).map(([status, count]): Sample => [{ status }, count]),
    ),
    counter(
      'errors',
      'Failed requests by kind and code.',
      ...errors.map(({ kind, code, count }): Sample => [{ kind, code }, count]),
    ),
  ];
}

/** What volley ended itself, where it may. */
function endedByVolley({
  cancelled,
  interrupted,
}: Pick<Summary['requests'], 'cancelled' | 'interrupted'>): Record<string, number> {
  return {
    ...(cancelled === undefined ? {} : { cancelled }),
    ...(interrupted === undefined ? {} : { interrupted }),
  };
}

function requestsOf({ requests, rate, statuses, errors, connections, bytes }: Summary): Family[] {
  const { ok, failed, unfinished, dropped, notStarted } = requests;
  const ended = endedByVolley(requests);
  const outcomes = { ok, failed, unfinished, ...ended, dropped, not_started: notStarted };
  return [
    ...endedFamilies({ outcomes, statuses, errors }),
    counter('retries', 'Requests that the client wrote again by itself.', [{}, requests.retried]),
    gauge('sent_per_second', 'Requests sent within the window, per second of it.', [{}, rate.sentPerSecond]),
    gauge('throughput_per_second', 'Successful responses that ended within the window, per second of it.', [
      {},
      rate.throughputPerSecond,
    ]),
    gauge(
      'asked_per_second',
      'Mean rate that was asked for (open model).',
      ...(rate.targetPerSecond === null ? [] : [[{}, rate.targetPerSecond] as const]),
    ),
    counter('connections_opened', 'Connections opened.', [{}, connections.opened]),
    counter('connections_closed_by_target', 'Connections that the target closed.', [
      {},
      connections.closedByTarget,
    ]),
    counter('sent_bytes', 'Bytes sent, heads included.', [{}, bytes.sent]),
    counter('received_bytes', 'Bytes received, heads included.', [{}, bytes.received]),
  ];
}

interface LabelledLatency extends LatencySummary {
  readonly labels: Labels;
}

/** Quantiles with sum and count, and which quantiles are only lower bounds. */
export function quantileFamilies(
  name: string,
  help: string,
  latencies: readonly LabelledLatency[],
): Family[] {
  const quantiles = latencies.flatMap(({ labels, percentiles, atLeast }) =>
    Object.entries(percentiles).flatMap(([label, valueMs]) =>
      valueMs === null
        ? []
        : [
            {
              labels: { ...labels, quantile: quantileOf(label) },
              valueMs,
              isAtLeast: atLeast.includes(label),
            },
          ],
    ),
  );
  return [
    {
      name: `volley_${name}_seconds`,
      type: 'summary',
      help,
      samples: [
        ...quantiles.map(({ labels, valueMs }): Sample => [labels, msToSeconds(valueMs)]),
        ...latencies.flatMap(({ labels, count, mean }): Sample[] => [
          [labels, msToSeconds((mean ?? 0) * count), '_sum'],
          [labels, count, '_count'],
        ]),
      ],
    },
    gauge(
      `${name}_is_lower_bound`,
      '1 where requests without an answer make the quantile only a lower bound.',
      ...quantiles.map(({ labels, isAtLeast }): Sample => [labels, Number(isAtLeast)]),
    ),
  ];
}

function latenciesOf({ latencyMs, eventTimesMs, streams }: Summary): Family[] {
  const ofRequests = LATENCY_KINDS.map((kind) => ({
    labels: { latency: columnNameOf(kind) },
    ...latencyMs[kind],
  }));
  const ofEvents = EVENT_TIME_KINDS.flatMap((kind) => {
    const times = eventTimesMs?.[kind];
    return times === undefined || times.count === 0
      ? []
      : { labels: { latency: columnNameOf(kind) }, ...times };
  });
  const ofStreams = STREAM_TIME_KINDS.flatMap((kind) => {
    const times = streams?.timesMs[kind];
    return times === undefined || times.count === 0
      ? []
      : { labels: { latency: columnNameOf(kind) }, ...times };
  });
  const kinds = [...ofRequests, ...ofEvents, ...ofStreams];
  const statistic = (name: 'min' | 'max' | 'stdev', help: string): Family =>
    gauge(
      `latency_${name}_seconds`,
      help,
      ...kinds.flatMap((kind): Sample[] => {
        const valueMs = kind[name];
        return valueMs === null ? [] : [[kind.labels, msToSeconds(valueMs)]];
      }),
    );
  return [
    ...quantileFamilies(
      'latency',
      'Latencies of requests; quantiles by nearest rank, left out where the sample is too small.',
      kinds,
    ),
    gauge(
      'latency_censored',
      'How many of the values are only lower bounds.',
      ...kinds.map(({ labels, censored }): Sample => [labels, censored]),
    ),
    statistic('min', 'Smallest latency.'),
    statistic('max', 'Largest latency.'),
    statistic('stdev', 'Standard deviation of the latencies.'),
  ];
}

function tokensOf({ streams }: Summary): Family[] {
  if (!streams) return [];
  const { tokens, goodput } = streams;
  const known = (value: number | null | undefined): Sample[] =>
    typeof value === 'number' ? [[{}, value]] : [];
  return [
    counter('tokens', 'Tokens of complete answers.', [{}, tokens.total]),
    counter('token_events', 'Events that brought them.', [{}, tokens.events]),
    gauge('tokens_per_second', 'Tokens per second, over all answers.', ...known(tokens.perSecond)),
    gauge(
      'goodput_per_second',
      'Answers that met every objective, per second.',
      ...known(goodput?.perSecond),
    ),
    gauge('goodput_ratio', 'Their share of what was sent.', ...known(goodput?.share)),
  ];
}

/** For each request of a mix, with its own method and URL. */
function mixOf({ mix }: Summary): Family[] {
  const rows = mix.map(({ name, method, url, ...row }) => ({
    labels: { method, url, request: name },
    ...row,
  }));
  return [
    counter(
      'mix_requests',
      'Requests of the window by request of the mix and outcome.',
      ...rows.flatMap(({ labels, ok, failed, unfinished, dropped, ...row }) =>
        Object.entries({
          ok,
          failed,
          unfinished,
          ...endedByVolley(row),
          dropped,
        }).map(([outcome, count]): Sample => [{ ...labels, outcome }, count]),
      ),
    ),
    ...quantileFamilies(
      'mix_latency',
      'Headline latency by request of the mix.',
      rows.map(({ labels, latencyMs }) => ({ labels, ...latencyMs })),
    ),
  ];
}

function thresholdsOf({ thresholds }: Summary): Family[] {
  // A rule may be given twice, but a series must be unique.
  const byExpression = new Map(thresholds.map(({ expression, ok }) => [expression, ok]));
  return [
    gauge(
      'threshold_ok',
      '1 where the rule held.',
      ...[...byExpression].map(([expression, ok]): Sample => [{ expression }, Number(ok)]),
    ),
  ];
}

function generatorOf({ generator }: Summary): Family[] {
  return [
    gauge('generator_verdict', 'What was the limit; always 1.', [{ verdict: generator.verdict }, 1]),
    counter('generator_cpu_seconds', 'CPU time of the whole process tree.', [
      {},
      msToSeconds(generator.cpuMs),
    ]),
    gauge('generator_peak_rss_bytes', 'Largest resident set of all processes.', [{}, generator.peakRssBytes]),
  ];
}

/** `99.9` as `0.999`, without floating-point noise. */
function quantileOf(label: string): string {
  return String(Number((Number(label) / 100).toFixed(8)));
}
