import type { Comparison, Summary } from '../../src/api/index.ts';
import { armOf, comparisonOf } from '../../src/main/compare/comparison.ts';
import { concludeOn } from '../../src/main/compare/conclusions.ts';
import { compareRounds } from '../../src/main/compare/decide.ts';
import { differingAnswers } from '../../src/main/compare/differing-answers.ts';
import { compareFailures } from '../../src/main/compare/failures.ts';
import { ratioFigures } from '../../src/main/compare/metric-figures.ts';
import { troubledRounds } from '../../src/main/compare/pairs.ts';
import type { Arm, Pair } from '../../src/protocol/comparison.ts';
import { METRICS } from '../../src/protocol/comparison-finding.ts';
import { longRun } from './pages.ts';

const MARGIN = 0.03;

/** A round whose latencies are so many 64ths of an octave longer. */
function roundOf(seed: number, longer: number): Summary {
  const summary = longRun(8 + (seed % 3), 200);
  const factor = 2 ** (longer / 64) * (1 + (seed % 5) / 200);
  const scaled = (value: number | null): number | null => (value === null ? null : value * factor);
  const latency = summary.latencyMs.response;
  const response = {
    ...latency,
    percentiles: Object.fromEntries(
      Object.entries(latency.percentiles).map(([label, value]) => [label, scaled(value)]),
    ),
    cells: latency.cells!.map((value, index) => (index === 0 ? value + longer : value)),
  };
  return {
    ...summary,
    latencyMs: { ...summary.latencyMs, response },
    rate: { ...summary.rate, throughputPerSecond: summary.rate.throughputPerSecond / factor },
  };
}

function drawnArm(name: string, rounds: number, longer: number): Arm {
  const measured = Array.from({ length: rounds }, (_, seed) => ({
    summary: roundOf(seed, longer),
    cost: { peakMemoryBytes: 7e7 + seed, memoryKind: 'resident' as const },
  }));
  return armOf(name, measured)!;
}

function pairOf(b: Arm, a: Arm): Pair {
  const figures = Object.fromEntries(
    METRICS.flatMap((name) => {
      const [ofB, ofA] = [ratioFigures(name, b.rounds), ratioFigures(name, a.rounds)];
      return ofA === null || ofB === null ? [] : [[name, compareRounds(ofB, ofA, MARGIN)]];
    }),
  );
  return {
    a: b.name,
    b: a.name,
    figures,
    failures: compareFailures(b.rounds, a.rounds),
    answersDiffer: differingAnswers(b.rounds, a.rounds),
    ...troubledRounds(b.rounds, a.rounds),
    adjustedP: 0.01,
    probabilityShorter: 0.3,
    shifts: [{ percentile: '50', aMs: 5, bMs: 4 }],
  };
}

/** A comparison of as many arms as there are names, the first of them the fastest. */
export function comparisonWith(
  kind: Comparison['kind'],
  names: readonly string[],
  rounds: number,
  changes: Partial<Comparison> = {},
): Comparison {
  const arms = names.map((name, index) => drawnArm(name, rounds, 8 * index));
  const [first, ...others] = arms;
  const pairs = kind === 'repeat' ? [] : others.map((other) => pairOf(other, first!));
  const comparison = comparisonOf({
    kind,
    startedAt: new Date(0),
    interrupted: false,
    metric: 'p50',
    margin: MARGIN,
    arms,
    pairs,
    conclusions:
      pairs.length === 0
        ? [{ code: 'intervals-hold', figures: {}, remarks: [] }]
        : pairs.map((pair) => concludeOn(pair, 'p50')),
    notes: names.map((name) => ({ code: 'arm-is', figures: { arm: name, source: `${name}.json` } })),
  });
  return { ...comparison, ...changes };
}
