import { LATENCIES, type LatencyKind } from '../../protocol/latency.ts';
import type { HistogramRow, LatencySummary, PercentileInterval, Summary } from '../../protocol/summary.ts';
import {
  counted,
  formatCount,
  formatMegabytes,
  formatMs,
  formatPercent,
  formatRate,
  shareText,
} from '../text/format.ts';
import { mixTable, whatWasSent } from './mix-table.ts';
import { planText } from './plan-text.ts';
import { impliedText, stopSentences, valueText } from './rule-text.ts';
import { renderPlainTable } from './table.ts';
import { wrapped } from './wrap.ts';

const LABEL_WIDTH = 11;
const COLUMN_WIDTH = 8;
const LAST_COLUMN_WIDTH = 10;
const WIDTH = 80;
const BAR_WIDTH = 40;
const MOST_ERRORS = 5;
const MOST_WORKERS = 8;
const MOST_ADDRESSES = 12;
/** Workers whose shares of the requests differ by less than this are not listed. */
const EVEN_SHARE = 0.05;
const PREFERRED_PERCENTILES = ['50', '90', '99', '99.9'];
const LATENCY_ORDER: Readonly<Record<'response' | 'service', readonly LatencyKind[]>> = {
  service: ['service', 'response', 'firstByte', 'wait', 'startLag'],
  response: ['response', 'service', 'firstByte', 'wait', 'startLag'],
};

/** The result for people: about 30 lines of 80 columns. */
export function renderText(summary: Summary): string {
  const sections = [
    header(summary),
    notices(summary),
    thresholds(summary),
    counts(summary),
    latencyTable(summary),
    mix(summary),
    histogram(summary),
    [
      ...statuses(summary),
      ...errors(summary),
      ...workers(summary),
      ...generator(summary),
      ...verdict(summary),
    ],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function header(summary: Summary): string[] {
  const { tool, plan, generator: own } = summary;
  return [`volley ${tool.version}  ${whatWasSent(summary)}`, ...wrapped(planText(plan, own.pacing), WIDTH)];
}

function notices(summary: Summary): string[] {
  const { interrupted, degradedReasons, notes } = summary;
  return [
    ...stopSentences(summary),
    ...(interrupted ? ['INTERRUPTED: this is what was measured until then.'] : []),
    ...degradedReasons.map((reason) => `DEGRADED: ${reason}`),
    ...notes,
  ].flatMap((notice) => wrapped(notice, WIDTH));
}

function thresholds({ thresholds: rules }: Summary): string[] {
  return rules.map((rule, index) =>
    row(
      index === 0 ? 'thresholds' : '',
      `${rule.ok ? '✓' : '✗'} ${rule.expression}   ${valueText(rule)}${impliedText(rule)}`,
    ),
  );
}

function counts({ requests, rate, windowMs }: Summary): string[] {
  const { sent, ok, failed, unfinished, dropped, notStarted, retried } = requests;
  const asked = rate.targetPerSecond === null ? '' : `${formatRate(rate.targetPerSecond)} asked, `;
  const rare = Object.entries({ unfinished, dropped, 'not started': notStarted, retried })
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${formatCount(count)} ${name}`);
  return [
    ...rows(
      'requests',
      [
        `${formatCount(sent)} sent`,
        `${formatCount(ok)} ok`,
        `${formatCount(failed)} failed${shareText(failed, sent)}`,
        ...rare,
      ].join(', '),
    ),
    row(
      'rate',
      `${asked}${formatRate(rate.sentPerSecond)} sent, ${formatRate(rate.throughputPerSecond)} ok, in ${formatMs(windowMs)}`,
    ),
  ];
}

function mix(summary: Summary): string[] {
  const table = mixTable(summary);
  return table.rows.length === 0 ? [] : renderPlainTable(table).split('\n');
}

function latencyTable({ latencyMs, plan }: Summary): string[] {
  const headline = latencyMs[latencyMs.headline];
  if (headline.count === 0) return [];
  const percentiles = shownPercentiles(Object.keys(headline.percentiles));
  const heading = ['min', 'mean', ...percentiles.map((label) => `p${label}`), 'max', 'max−mean'];
  const kinds = LATENCY_ORDER[latencyMs.headline].filter(
    (kind) => plan.load.model !== 'closed' || !('onlyInOpenModel' in LATENCIES[kind]),
  );
  return [
    row('latency', columns(heading)),
    ...kinds.map((kind) => row(LATENCIES[kind].label, columns(latencyRow(latencyMs[kind], percentiles)))),
    ...intervals(latencyMs, percentiles),
  ];
}

/** Between what the headline's percentiles lie; nothing for a run too short to tell. */
function intervals(
  { headline, intervals: known }: Summary['latencyMs'],
  percentiles: readonly string[],
): string[] {
  if (known === null) return [];
  const parts = percentiles.flatMap((label) => {
    const interval = known[label];
    return interval === undefined ? [] : [`p${label} ${intervalText(interval)}`];
  });
  const lines = wrapped(`${headline}: ${parts.join(', ')}`, WIDTH - LABEL_WIDTH);
  return parts.length === 0 ? [] : lines.map((line, index) => row(index === 0 ? '95 %' : '', line));
}

function intervalText({ low, high }: PercentileInterval): string {
  if (low === null && high === null) return 'unbounded';
  if (low === null) return `up to ${formatMs(high)}`;
  return high === null ? `from ${formatMs(low)}, no upper end` : `${formatMs(low)}–${formatMs(high)}`;
}

function latencyRow(latency: LatencySummary, percentiles: readonly string[]): string[] {
  // Without the blank, so that it fits the column.
  const bounded = (text: string, isAtLeast: boolean): string =>
    isAtLeast ? `≥${text.replace(' ', '')}` : text;
  const hasBounds = latency.censored > 0;
  return [
    bounded(formatMs(latency.min), latency.atLeast.includes('min')),
    bounded(formatMs(latency.mean), hasBounds),
    ...percentiles.map((label) =>
      bounded(formatMs(latency.percentiles[label] ?? null), latency.atLeast.includes(label)),
    ),
    bounded(formatMs(latency.max), hasBounds),
    formatMs(latency.maxMinusMean),
  ];
}

function shownPercentiles(labels: readonly string[]): string[] {
  if (labels.length <= PREFERRED_PERCENTILES.length) return [...labels];
  const preferred = labels.filter((label) => PREFERRED_PERCENTILES.includes(label));
  return preferred.length > 0 ? preferred : labels.slice(-PREFERRED_PERCENTILES.length);
}

function histogram({ histogram: rows, latencyMs }: Summary): string[] {
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return [];
  const most = Math.max(...rows.map(({ count }) => count));
  return [
    `${LATENCIES[latencyMs.headline].label} time of ${counted(total, 'request')}`,
    ...rows.map((bucket) => histogramRow(bucket, total, most)),
  ];
}

function histogramRow({ fromMs, toMs, count }: HistogramRow, total: number, most: number): string {
  const range = `${formatMs(fromMs).padStart(8)} – ${formatMs(toMs).padEnd(8)}`;
  return `${range} ${formatPercent(count / total).padStart(7)} ${bar(count / most)}`.trimEnd();
}

/** A bar in eighths of a character; what is there but too small to draw gets the thinnest. */
function bar(share: number): string {
  if (share === 0) return '';
  const eighths = Math.max(1, Math.round(share * BAR_WIDTH * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8];
}

function statuses({ statuses: byStatus }: Summary): string[] {
  const list = Object.entries(byStatus).map(([status, count]) => `${formatCount(count)} × ${status}`);
  return list.length === 0 ? [] : [row('statuses', list.join(', '))];
}

function errors({ errors: list }: Summary): string[] {
  const shown = list.slice(0, MOST_ERRORS).map(({ kind, code, count, example }) => {
    const text = `${formatCount(count)} × ${kind} (${code}): ${example}`;
    return row('error', shortened(text, WIDTH - LABEL_WIDTH));
  });
  const left = list.length - shown.length;
  return left > 0 ? [...shown, row('', `and ${counted(left, 'more kind')} of error`)] : shown;
}

function workers({ workers: list }: Summary): string[] {
  if (list.length < 2) return [];
  const sent = list.map((worker) => worker.sent);
  const mean = sent.reduce((sum, count) => sum + count, 0) / sent.length;
  const isEven = sent.every((count) => Math.abs(count - mean) <= EVEN_SHARE * mean);
  if (isEven && list.every(({ lost }) => !lost)) return [];
  return list.slice(0, MOST_WORKERS).map((worker) => {
    const { index, kind, pid, threadId, ok, failed, cpuMs, eventLoopUtilization, lost } = worker;
    const name = kind === 'process' ? `process ${pid}` : `${kind} ${threadId}`;
    const use = lost ? 'LOST' : `CPU ${formatMs(cpuMs)}, loop busy ${formatPercent(eventLoopUtilization)}`;
    return row(
      `worker ${index}`,
      `${name}: ${formatCount(worker.sent)} sent, ${formatCount(ok)} ok, ${formatCount(failed)} failed${shareText(failed, worker.sent)}, ${use}`,
    );
  });
}

function generator({ generator: own, workers: list, connections, addresses }: Summary): string[] {
  const busiest = Math.max(0, ...list.map(({ eventLoopUtilization }) => eventLoopUtilization));
  const perRequest =
    own.cpuMicrosPerRequest === null ? [] : [`${own.cpuMicrosPerRequest.toFixed(1)} µs CPU/request`];
  return [
    row(
      'connected',
      `${formatCount(connections.opened)} opened, ${formatCount(connections.closedByTarget)} closed by the target`,
    ),
    ...addressLines(addresses),
    row(
      'generator',
      [
        ...perRequest,
        `loop ${formatPercent(busiest)} busy`,
        formatMegabytes(own.peakRssBytes),
        `start skew ${formatMs(own.startSkewMs)}`,
      ].join(', '),
    ),
  ];
}

/** Connections to each of several addresses; results of older versions do not know them. */
function addressLines(addresses: Summary['addresses'] = []): string[] {
  if (addresses.length < 2) return [];
  const shown = addresses.slice(0, MOST_ADDRESSES);
  const left = addresses.length - shown.length;
  const text = [
    ...shown.map(({ address, connections }) => `${formatCount(connections)} to ${address}`),
    ...(left > 0 ? [`and to ${counted(left, 'more address')}`] : []),
  ].join(', ');
  return wrapped(text, WIDTH - LABEL_WIDTH).map((line, index) => row(index === 0 ? 'addresses' : '', line));
}

function verdict({ generator: { verdict: name, reasons } }: Summary): string[] {
  return rows('verdict', `${name}. ${reasons.join(' ')}`);
}

/** The words of a sentence on as many lines as they need. */
function rows(label: string, text: string): string[] {
  return wrapped(text, WIDTH - LABEL_WIDTH).map((line, index) => row(index === 0 ? label : '', line));
}

function row(label: string, text: string): string {
  return label.padEnd(LABEL_WIDTH) + text;
}

function columns(cells: readonly string[]): string {
  const last = cells.length - 1;
  return cells
    .map((cell, column) => cell.padStart(column === last ? LAST_COLUMN_WIDTH : COLUMN_WIDTH))
    .join('');
}

function shortened(text: string, width: number): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
