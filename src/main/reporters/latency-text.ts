import { LATENCIES, LATENCY_KINDS, type LatencyKind, latencyFacts } from '../../protocol/latency.ts';
import type { LatencySummary, Summary } from '../../protocol/summary.ts';
import { extremeText, leastText, percentileText } from '../text/bound-text.ts';
import { formatMs, formatMsBetween } from '../text/format.ts';
import { LABEL_WIDTH, labelled, row, rows } from './labelled-rows.ts';
import type { View } from './view.ts';
import { wrapped } from './wrap.ts';

const COLUMN_WIDTH = 8;
const LAST_COLUMN_WIDTH = 10;
/** With fewer columns than this, percentiles stand in place of min and mean. */
const FEWEST_WITH_MEAN = 4;
const HEADLINE_PERCENTILES = ['50', '90', '95', '99'];
/** If percentiles do not fit, the last of these are dropped first. */
const BY_IMPORTANCE = ['50', '99', '90', '99.9', '95', '75', '99.99'];
/** A latency that differs from the headline by at most this adds nothing. */
const SAME_SHARE = 0.05;

/** The headline latency, with the interval of its last percentile. */
export function latencyHeadline({ latencyMs }: Summary, { width }: View): string[] {
  const latency = latencyMs[latencyMs.headline];
  if (latency.count === 0) return [];
  const labels = headlineLabels(Object.keys(latency.percentiles));
  const parts = [
    ...labels.map((label) => `p${label} ${percentileText(latency, label)}`),
    `max ${extremeText(latency, latency.max)}`,
  ];
  const lines = sideBySide(parts, width - LABEL_WIDTH);
  const what = `${LATENCIES[latencyMs.headline].label} time`;
  const last = labels.at(-1);
  const interval = last === undefined ? null : intervalText(latencyMs.intervals, last);
  return labelled('latency', [...lines, interval === null ? what : `${what}; ${interval}, 95 % sure`]);
}

/** Every latency with as many columns as fit; those that equal the headline are left out. */
export function latencyTable({ latencyMs, plan }: Summary, { width, isVerbose }: View): string[] {
  const headline = latencyMs[latencyMs.headline];
  if (headline.count === 0) return [];
  const room = width - LABEL_WIDTH;
  const hasLast = isVerbose && room - LAST_COLUMN_WIDTH >= FEWEST_WITH_MEAN * COLUMN_WIDTH;
  const columns = columnsFor(Object.keys(headline.percentiles), hasLast ? room - LAST_COLUMN_WIDTH : room);
  const { labels } = columns;
  const kinds = inOrder(latencyMs.headline).filter(
    (kind) =>
      kind === latencyMs.headline ||
      ((plan.load.model !== 'closed' || latencyFacts(kind).onlyInOpenModel !== true) &&
        (isVerbose || !saysTheSame(latencyMs[kind], headline, labels))),
  );
  const line = (label: string, cells: readonly string[], last: string): string =>
    row(
      label,
      cells.map((cell) => cell.padStart(COLUMN_WIDTH)).join('') +
        (hasLast ? last.padStart(LAST_COLUMN_WIDTH) : ''),
    );
  return [
    line('times', headingOf(columns), 'max−mean'),
    ...kinds.map((kind) =>
      line(
        LATENCIES[kind].label,
        latencyCells(latencyMs[kind], columns),
        formatMs(latencyMs[kind].maxMinusMean),
      ),
    ),
    ...(isVerbose ? allIntervals(latencyMs, width) : []),
  ];
}

/** Other times in the same columns. */
export function timesTable(
  title: string,
  times: readonly (readonly [label: string, latency: LatencySummary])[],
  { width }: View,
): string[] {
  const columns = columnsFor(Object.keys(times[0]?.[1].percentiles ?? {}), width - LABEL_WIDTH);
  const line = (label: string, cells: readonly string[]): string =>
    row(label, cells.map((cell) => cell.padStart(COLUMN_WIDTH)).join(''));
  return [
    line(title, headingOf(columns)),
    ...times.map(([label, latency]) => line(label, latencyCells(latency, columns))),
  ];
}

/** The headline first, then the others in table order. */
function inOrder(headline: LatencyKind): LatencyKind[] {
  const place = (kind: LatencyKind): number => (kind === headline ? 0 : LATENCIES[kind].place);
  return [...LATENCY_KINDS].sort((a, b) => place(a) - place(b));
}

/** The columns of a table of times; the largest value is always there. */
interface Columns {
  readonly hasMean: boolean;
  readonly labels: readonly string[];
}

/** As many as fit, the most important first. */
function columnsFor(labels: readonly string[], room: number): Columns {
  const most = Math.floor(room / COLUMN_WIDTH);
  const hasMean = most >= FEWEST_WITH_MEAN;
  return { hasMean, labels: mostImportant(labels, most - (hasMean ? 3 : 1)) };
}

function headingOf({ hasMean, labels }: Columns): string[] {
  return [...(hasMean ? ['min', 'mean'] : []), ...labels.map((label) => `p${label}`), 'max'];
}

function latencyCells(latency: LatencySummary, { hasMean, labels }: Columns): string[] {
  return [
    ...(hasMean ? [leastText(latency), extremeText(latency, latency.mean)] : []),
    ...labels.map((label) => percentileText(latency, label)),
    extremeText(latency, latency.max),
    // A bound fits the column without its blanks.
  ].map((text) => (text.startsWith('≥') ? text.replaceAll(' ', '') : text));
}

/** Null if an end is unknown. */
function intervalText(known: Summary['latencyMs']['intervals'], label: string): string | null {
  const { low = null, high = null } = known?.[label] ?? {};
  return low === null || high === null ? null : `p${label} between ${formatMsBetween(low, high)}`;
}

/** Every interval with both ends known. */
function allIntervals({ intervals, headline }: Summary['latencyMs'], width: number): string[] {
  const parts = Object.keys(intervals ?? {}).flatMap((label) => intervalText(intervals, label) ?? []);
  return parts.length === 0 ? [] : rows('95 % sure', `${headline}: ${parts.join(', ')}`, width);
}

function saysTheSame(latency: LatencySummary, headline: LatencySummary, labels: readonly string[]): boolean {
  const pairs = [
    [latency.mean, headline.mean],
    ...labels.map((label) => [latency.percentiles[label] ?? null, headline.percentiles[label] ?? null]),
  ];
  return pairs.every(([a = null, b = null]) =>
    a === null || b === null ? a === b : Math.abs(a - b) <= SAME_SHARE * b,
  );
}

/** The usual percentiles; if the list has none of them, its last ones. */
function headlineLabels(labels: readonly string[]): string[] {
  const usual = labels.filter((label) => HEADLINE_PERCENTILES.includes(label));
  return usual.length > 0 ? usual : labels.slice(-HEADLINE_PERCENTILES.length);
}

function mostImportant(labels: readonly string[], most: number): string[] {
  const rank = (label: string): number => {
    const known = BY_IMPORTANCE.indexOf(label);
    return known < 0 ? BY_IMPORTANCE.length : known;
  };
  const kept = new Set([...labels].sort((a, b) => rank(a) - rank(b)).slice(0, Math.max(0, most)));
  return labels.filter((label) => kept.has(label));
}

/** Figures with space between them, on as many lines as they need. */
function sideBySide(parts: readonly string[], width: number): string[] {
  // Lines break between figures, not within one.
  return wrapped(parts.map((part) => part.replaceAll(' ', NO_BREAK)).join('  '), width).map((line) =>
    line.replaceAll(NO_BREAK, ' ').trim(),
  );
}

const NO_BREAK = '\u00a0';
