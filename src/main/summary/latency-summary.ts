import { CellRanks } from '../../metrics/cell-ranks.ts';
import { addCells, COARSE_CELLS_PER_OCTAVE, coarseCellsOf } from '../../metrics/coarse-cells.ts';
import { cellOf, type Histogram, middleMs } from '../../metrics/histogram.ts';
import { packCells } from '../../metrics/packed-cells.ts';
import { type ExactPercentile, parsePercentile, rankOf } from '../../metrics/percentile-rank.ts';
import { countUpTo, type ValueList, valuesIn } from '../../metrics/value-list.ts';
import type { LatencySummary } from '../../protocol/summary.ts';
import type { MergedDistribution } from '../collect/merged-distribution.ts';
import { sampleDeviation } from '../collect/statistics.ts';

/** A percentile's value, and whether it is only a lower bound. */
interface Found {
  readonly valueMs: number;
  readonly isAtLeast: boolean;
}

type Find = (rank: number) => Found;

/** Ranks of all values, and of those that are not lower bounds. */
interface Ranks {
  readonly all: CellRanks;
  readonly observed: CellRanks;
}

interface Lists {
  readonly observed: readonly ValueList[];
  readonly bounds: readonly ValueList[];
}

/** Summarizes one kind of latency; percentiles by nearest rank, from the values as long as all are kept. */
export function summarizeLatency(merged: MergedDistribution, labels: readonly string[]): LatencySummary {
  const { moments, bounds, observedValues, boundValues } = merged;
  const ranks: Ranks = {
    all: new CellRanks(merged.observed, bounds),
    observed: new CellRanks(merged.observed),
  };
  const { count, min, max, mean } = moments;
  const isExact = observedValues !== null && boundValues !== null;
  const wanted = labels.flatMap((label) => parsePercentile(label) ?? []);
  const find = isExact
    ? findInValues(
        merged,
        ranks,
        { observed: observedValues, bounds: boundValues },
        wanted.flatMap((percentile) => rankOf(percentile, count) ?? []),
      )
    : findInHistogram(merged, ranks);

  const percentiles: Record<string, number | null> = {};
  const atMost: Record<string, number> = {};
  // The smallest value is in doubt only if it is a lower bound below every observed one.
  const atLeast = lowestCell(ranks.all) < lowestCell(ranks.observed) ? ['min'] : [];
  for (const percentile of wanted) {
    const found = findPercentile(percentile, count, find);
    percentiles[percentile.label] = found?.valueMs ?? null;
    if (found?.isAtLeast !== true) continue;
    atLeast.push(percentile.label);
    const mostMs = mostAtRank(ranks.observed, rankOf(percentile, count), max);
    if (mostMs !== null) atMost[percentile.label] = mostMs;
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
    ...(Object.keys(atMost).length === 0 ? {} : { atMost }),
    precision: isExact ? 'exact' : 'histogram',
    cells: packCells(
      addCells(coarseCellsOf(merged.observed), coarseCellsOf(bounds)),
      COARSE_CELLS_PER_OCTAVE,
    ),
  };
}

function findPercentile(percentile: ExactPercentile, count: number, find: Find): Found | null {
  const rank = rankOf(percentile, count);
  return rank === null ? null : find(rank);
}

/**
 * A value of rank r is exact if r observed values lie at or below it: then no lower bound, whatever
 * its true value, can move it. Otherwise the true value may be larger.
 */
function findInValues(
  { observed, bounds }: MergedDistribution,
  { all, observed: observedRanks }: Ranks,
  lists: Lists,
  wanted: readonly number[],
): Find {
  const cells = new Set(wanted.flatMap((rank) => all.cellAtRank(rank) ?? []));
  const countsIn = (...histograms: readonly Histogram[]): Map<number, number> =>
    new Map([...cells].map((cell) => [cell, histograms.reduce((sum, each) => sum + each.countIn(cell), 0)]));
  const observedIn = valuesIn(countsIn(observed), lists.observed);
  const allIn =
    bounds.count === 0
      ? observedIn
      : valuesIn(countsIn(observed, bounds), [...lists.observed, ...lists.bounds]);
  return (rank) => {
    const cell = all.cellAtRank(rank) ?? 0;
    const valueMs = allIn.get(cell)?.[rank - 1 - all.countUpTo(cell - 1)] ?? Number.NaN;
    const observedUpTo =
      observedRanks.countUpTo(cell - 1) + countUpTo(observedIn.get(cell) ?? new Float64Array(), valueMs);
    return { valueMs, isAtLeast: observedUpTo < rank };
  };
}

function findInHistogram({ moments }: MergedDistribution, { all, observed }: Ranks): Find {
  return (rank) => {
    const cell = all.cellAtRank(rank) ?? cellOf(moments.max);
    const valueMs = Math.min(moments.max, Math.max(moments.min, middleMs(cell)));
    return { valueMs, isAtLeast: observed.countUpTo(cell) < rank };
  };
}

/** If every lower bound stood for a longer time than any observed one, the value would be the observed one of its rank. */
function mostAtRank(observed: CellRanks, rank: number | null, maxMs: number): number | null {
  const cell = rank === null ? null : observed.cellAtRank(rank);
  return cell === null ? null : Math.min(maxMs, middleMs(cell));
}

function lowestCell(ranks: CellRanks): number {
  return ranks.cellAtRank(1) ?? Number.POSITIVE_INFINITY;
}
