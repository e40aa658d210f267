import { addPacked, type PackedCells, type UsedCell, usedCells } from '../../../../metrics/packed-cells.ts';
import type { Arm, Comparison, Pair } from '../../../../protocol/comparison.ts';
import type { Metric } from '../../../../protocol/comparison-finding.ts';
import type { Summary } from '../../../../protocol/summary.ts';
import { microsToMs } from '../../../../protocol/units.ts';
import { METRIC_LABELS } from '../../../text/conclusions.ts';
import { formatRate } from '../../../text/format.ts';
import { ms } from '../numbers.ts';
import { FINE_CELLS } from '../run/latencies.ts';
import { COLOURS_OF_MANY } from '../style/arms-style.ts';

/** An arm with the data that several panels draw. */
export interface DrawnArm {
  readonly arm: Arm;
  readonly name: string;
  /** `a` or `b`; with more than two arms `k1` and so on, starting over after the sixth. */
  readonly colour: string;
  /** The headline latency of all its rounds; null if a result is too old to have it. */
  readonly packed: PackedCells | null;
  readonly cells: readonly UsedCell[];
}

export interface ComparisonView {
  readonly comparison: Comparison;
  readonly arms: readonly DrawnArm[];
  /** The plan of the first arm; the others only differ in what is compared. */
  readonly plan: Summary['plan'];
  readonly headline: 'response' | 'service';
  /** The number of rounds that every arm has. */
  readonly rounds: number;
}

export function comparisonViewOf(comparison: Comparison): ComparisonView | null {
  const first = comparison.arms[0]?.rounds[0];
  if (first === undefined) return null;
  const { headline } = first.latencyMs;
  return {
    comparison,
    headline,
    plan: first.plan,
    rounds: Math.min(...comparison.arms.map(({ rounds }) => rounds.length)),
    arms: comparison.arms.map((arm, index) => {
      const packed = packedOf(arm, headline);
      return {
        arm,
        name: arm.name,
        colour: comparison.arms.length > 2 ? `k${(index % COLOURS_OF_MANY) + 1}` : index === 0 ? 'a' : 'b',
        packed,
        cells: packed === null ? [] : usedCells(packed, FINE_CELLS),
      };
    }),
  };
}

function packedOf({ rounds }: Arm, headline: 'response' | 'service'): PackedCells | null {
  const lists = rounds.flatMap((round) => round.latencyMs[headline].cells ?? []);
  if (lists.length === 0) return null;
  return addPacked(
    rounds.flatMap((round) =>
      round.latencyMs[headline].cells === undefined ? [] : [round.latencyMs[headline].cells],
    ),
  );
}

/** Two arms and their comparison; null unless there are exactly two. */
export function twoArms({
  arms,
  comparison,
}: ComparisonView): { readonly a: DrawnArm; readonly b: DrawnArm; readonly pair: Pair } | null {
  const [a, b, ...more] = arms;
  const pair = comparison.pairs[0];
  if (a === undefined || b === undefined || more.length > 0 || pair === undefined) return null;
  return { a, b, pair };
}

/** The plan of each arm's first round. */
export function plansOf({ arms }: ComparisonView): {
  readonly name: string;
  readonly plan: Summary['plan'];
}[] {
  return arms.flatMap(({ name, arm }) => arm.rounds.slice(0, 1).map(({ plan }) => ({ name, plan })));
}

/** Lengths of the first round of each arm. */
export function lengthText({ arms }: ComparisonView): string {
  const lengthsMs = arms.map(({ arm }) => arm.rounds[0]?.windowMs ?? 0);
  const texts = [...new Set(lengthsMs.map(ms))];
  return texts.length > 2
    ? `${ms(Math.min(...lengthsMs))} to ${ms(Math.max(...lengthsMs))}`
    : texts.join(' and ');
}

/** The name of a figure at the start of a row. */
export function metricTitle(metric: Metric): string {
  const label = METRIC_LABELS[metric];
  return metric === 'throughput' ? label.charAt(0).toUpperCase() + label.slice(1) : label;
}

/** The value of a figure as text. */
export function metricText(metric: Metric, value: number): string {
  if (metric === 'throughput') return formatRate(value);
  return ms(metric === 'cpu' ? microsToMs(value) : value);
}

/** A figure of one round; null if the round lacks it. */
export function metricOf(metric: Metric, round: Summary): number | null {
  if (metric === 'throughput') return round.rate.throughputPerSecond;
  if (metric === 'cpu') return round.generator.cpuMicrosPerRequest;
  return round.latencyMs[round.latencyMs.headline].percentiles[metric.slice(1)] ?? null;
}

export function marginText(margin: number): string {
  return `±${Number((margin * 100).toPrecision(3))} %`;
}
