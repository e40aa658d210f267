import { cellOf, type Histogram, middleMs } from '../../metrics/histogram.ts';
import { type ExactPercentile, parsePercentile, rankOf } from '../../metrics/percentile-rank.ts';
import { sortedValues } from '../../metrics/value-list.ts';
import type { LatencySummary } from '../../protocol/summary.ts';
import type { MergedDistribution } from '../merge.ts';
import { sampleDeviation } from './statistics.ts';

/** A percentile's value, and whether it is only a lower bound. */
interface Found {
  readonly valueMs: number;
  readonly isAtLeast: boolean;
}

/** Sums up one kind of latency; percentiles by nearest rank, from the values while they are all there. */
export function summarizeLatency(merged: MergedDistribution, labels: readonly string[]): LatencySummary {
  const { moments, bounds, observedValues, boundValues } = merged;
  const { count, min, max, mean } = moments;
  const isExact = observedValues !== null && boundValues !== null;
  const find = isExact
    ? findInValues(sortedValues(observedValues), sortedValues([...observedValues, ...boundValues]))
    : findInHistogram(merged);

  const percentiles: Record<string, number | null> = {};
  // The smallest value is in doubt only where it is a lower bound, below every observed one.
  const atLeast = lowestCell(bounds) < lowestCell(merged.observed) ? ['min'] : [];
  for (const percentile of labels.map(parsePercentile)) {
    if (percentile === null) continue;
    const found = findPercentile(percentile, count, find);
    percentiles[percentile.label] = found?.valueMs ?? null;
    if (found?.isAtLeast === true) atLeast.push(percentile.label);
  }
  const isEmpty = count === 0;
  return {
    count,
    censored: bounds.count,
    min: isEmpty ? null : min,
    mean: isEmpty ? null : mean,
    stdev: sampleDeviation(moments),
    max: isEmpty ? null : max,
    maxMinusMean: isEmpty ? null : max - mean,
    percentiles,
    atLeast,
    precision: isExact ? 'exact' : 'histogram',
  };
}

function findPercentile(
  percentile: ExactPercentile,
  count: number,
  find: (rank: number) => Found,
): Found | null {
  const rank = rankOf(percentile, count);
  return rank === null ? null : find(rank);
}

/**
 * A value of rank r is what it says if r observed values lie at or below it: then no lower bound, whatever
 * its true value, can move it. Otherwise the true one may be larger.
 */
function findInValues(observed: Float64Array, all: Float64Array): (rank: number) => Found {
  return (rank) => {
    const valueMs = all[rank - 1] ?? Number.NaN;
    return { valueMs, isAtLeast: countUpTo(observed, valueMs) < rank };
  };
}

function findInHistogram({ observed, bounds, moments }: MergedDistribution): (rank: number) => Found {
  const counts = new Map<number, number>();
  for (const histogram of [observed, bounds]) {
    histogram.forEachCell((cell, count) => counts.set(cell, (counts.get(cell) ?? 0) + count));
  }
  const cells = [...counts.keys()].sort((a, b) => a - b);
  return (rank) => {
    let seen = 0;
    let cell = cellOf(moments.max);
    for (const candidate of cells) {
      seen += counts.get(candidate) ?? 0;
      if (seen >= rank) {
        cell = candidate;
        break;
      }
    }
    const valueMs = Math.min(moments.max, Math.max(moments.min, middleMs(cell)));
    return { valueMs, isAtLeast: observed.countUpTo(cell) < rank };
  };
}

function lowestCell(histogram: Histogram): number {
  return histogram.cellAtRank(1) ?? Number.POSITIVE_INFINITY;
}

/** How many of the sorted values are at most `value`. */
function countUpTo(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
