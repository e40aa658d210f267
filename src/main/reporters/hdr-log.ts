import { LATENCY_KINDS } from '../../protocol/latency.ts';
import type { LatencySummary, Summary } from '../../protocol/summary.ts';
import { columnNameOf } from '../../protocol/times.ts';
import { msToSeconds } from '../../protocol/units.ts';
import { visible } from '../../requests/visible.ts';
import { encodedHistogram, hdrValues, NS_PER_MS } from './hdr-histogram.ts';

const NO_HISTOGRAMS = '#[The result has no histograms: it was saved by an older version]\n';
const NO_LATENCIES = '#[No request has a latency: none was answered]\n';

/**
 * The latencies of the whole window as an HdrHistogram log, version 1.3: the headline latency without a tag,
 * and each latency with its name as tag. Values are nanoseconds; the maximum is in milliseconds.
 */
export function renderHdrLog({ startedAt, windowMs, latencyMs, tool }: Summary): string {
  const startSeconds = msToSeconds(Date.parse(startedAt));
  const lines = [
    lineOf('', latencyMs[latencyMs.headline], windowMs),
    ...LATENCY_KINDS.map((kind) => lineOf(`Tag=${columnNameOf(kind)},`, latencyMs[kind], windowMs)),
  ].flatMap((line) => line ?? []);
  const wereCellsSaved = latencyMs[latencyMs.headline].cells !== undefined;
  return [
    `#[Logged by volley ${visible(tool.version)}]\n`,
    '#[Histogram log format version 1.3]\n',
    `#[StartTime: ${startSeconds.toFixed(3)} (seconds since epoch), ${new Date(startedAt).toUTCString()}]\n`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"\n',
    ...(lines.length > 0 ? lines : [wereCellsSaved ? NO_LATENCIES : NO_HISTOGRAMS]),
  ].join('');
}

/** Percentiles in HdrHistogram's own output format, in milliseconds, as its plotter expects. */
export function renderHgrm({ latencyMs }: Summary): string {
  const { cells, max, mean, stdev, percentiles } = latencyMs[latencyMs.headline];
  if (cells === undefined) return NO_HISTOGRAMS;
  const values = hdrValues(cells);
  const count = values.reduce((sum, value) => sum + value.count, 0);
  const rows: string[] = [];
  const own = Object.keys(percentiles).map((label) => Number((Number(label) / 100).toFixed(9)));
  let seen = 0;
  let atLeast = 0;
  for (const { valueNs, count: ofValue } of values) {
    seen += ofValue;
    const share = seen / count;
    // The last value always has a line.
    if (share < atLeast && seen < count) continue;
    rows.push(rowOf(seen === count ? (max ?? 0) : valueNs / NS_PER_MS, share, seen));
    atLeast = Math.min(nextShare(share), ...own.filter((one) => one > share));
  }
  return [
    `${'Value'.padStart(12)} ${'Percentile'.padStart(14)} ${'TotalCount'.padStart(10)} ${'1/(1-Percentile)'.padStart(14)}\n\n`,
    ...rows,
    `#[Mean    = ${fixed(mean ?? 0)}, StdDeviation   = ${fixed(stdev ?? 0)}]\n`,
    `#[Max     = ${fixed(max ?? 0)}, Total count    = ${String(count).padStart(12)}]\n`,
  ].join('');
}

function lineOf(tag: string, { cells, max }: LatencySummary, windowMs: number): string | null {
  if (cells === undefined || max === null) return null;
  const length = msToSeconds(windowMs).toFixed(3);
  return `${tag}0.000,${length},${max.toFixed(3)},${encodedHistogram(hdrValues(cells))}\n`;
}

const TICKS_PER_HALF = 5;

/**
 * The next share that gets a line, as readers of these files expect: five from 0 to 50 %, five from there to 75 %, and so
 * on. They are the same for all values: counted from the last line, 50 % itself could be passed over.
 */
function nextShare(share: number): number {
  const halves = Math.floor(Math.log2(1 / Math.max(Number.MIN_VALUE, 1 - share)));
  const from = 1 - 2 ** -halves;
  const step = 2 ** -(halves + 1) / TICKS_PER_HALF;
  return from + step * (Math.floor((share - from) / step + 1e-9) + 1);
}

function rowOf(valueMs: number, share: number, seen: number): string {
  const inverse = share >= 1 ? '' : (1 / (1 - share)).toFixed(2);
  return `${`${fixed(valueMs)} ${share.toFixed(12)} ${String(seen).padStart(10)} ${inverse.padStart(14)}`.trimEnd()}\n`;
}

function fixed(value: number): string {
  return value.toFixed(3).padStart(12);
}
