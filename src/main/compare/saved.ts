import { isDeepStrictEqual } from 'node:util';
import { joinCells } from '../../metrics/cells.ts';
import { cellsOfPacked } from '../../metrics/packed-cells.ts';
import type { Arm, Comparison, Pair, QuantileShift } from '../../protocol/comparison.ts';
import {
  type ComparisonFinding,
  type Conclusion,
  METRICS,
  type Metric,
} from '../../protocol/comparison-finding.ts';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { Summary } from '../../protocol/summary.ts';
import { isComparison, readSaved } from '../files/result-file.ts';
import { armOf, comparisonOf } from './comparison.ts';
import { concludeOn, isDecidedByFailures, remarksOn } from './conclusions.ts';
import { compareRounds } from './decide.ts';
import { differingAnswers } from './differing-answers.ts';
import { probabilityShorter, quantileShifts, type RoundTimes } from './effect.ts';
import { compareFailures } from './failures.ts';
import { ratioFigures } from './metric-figures.ts';
import { troubledRounds } from './pairs.ts';
import { PLAN_FIELDS } from './plan-fields.ts';

/**
 * Compares two saved results, of single runs or with rounds. They were not measured in alternation, so
 * changes on the machine in between are part of the difference.
 *
 * @throws VolleyError VOLLEY_RESULT_FILE if a file cannot be used, or the plans differ without `isForced`
 */
export async function compareSaved(...asked: Parameters<typeof compared>): Promise<Comparison> {
  try {
    return await compared(...asked);
  } catch (error) {
    if (error instanceof VolleyError) throw error;
    throw new VolleyError(
      ERROR_CODES.resultFile,
      `The results '${asked[0]}' and '${asked[1]}' cannot be compared: a part of one is missing or of the wrong type; save them with --out.`,
    );
  }
}

async function compared(
  pathA: string,
  pathB: string,
  { metric, margin }: { readonly metric: Metric; readonly margin: number },
  isForced: boolean,
): Promise<Comparison> {
  const a = await savedArm('A', pathA);
  const b = await savedArm('B', pathB);
  const differing = differencesOf(a, b);
  if (differing.length > 0 && !isForced) {
    throw new VolleyError(
      ERROR_CODES.resultFile,
      `'${pathA}' and '${pathB}' are results of different plans (${differing.join(', ')}): compare them with --force.`,
    );
  }
  if (!isForced) {
    refuseWithout(metric, a, pathA);
    refuseWithout(metric, b, pathB);
  }
  // Other requests may be what is compared.
  const told = haveOtherRequests(a, b) ? [...differing, 'requestsDigest'] : differing;
  const rounds = Math.min(a.rounds.length, b.rounds.length);
  const figures = Object.fromEntries(
    METRICS.flatMap((name) => {
      const [ofA = null, ofB = null] = [a, b].map((arm) => ratioFigures(name, arm.rounds.slice(0, rounds)));
      return ofA === null || ofB === null ? [] : [[name, compareRounds(ofB, ofA, margin)]];
    }),
  );
  const pair: Pair = {
    a: 'B',
    b: 'A',
    figures,
    failures: compareFailures(b.rounds, a.rounds),
    answersDiffer: differingAnswers(b.rounds, a.rounds),
    ...troubledRounds(b.rounds, a.rounds),
    adjustedP: figures[metric]?.p ?? 1,
    ...(rounds === 1 ? { probabilityShorter: null, shifts: shiftsOf(b, a) } : shiftsByRound(b, a)),
  };
  return comparisonOf({
    kind: 'compare',
    startedAt: new Date(),
    interrupted: false,
    metric,
    margin,
    arms: [a, b],
    pairs: [pair],
    conclusions: rounds > 1 ? [concludeOn(pair, metric)] : concludeOnOne(pair, metric),
    notes: [
      { code: 'arm-is', figures: { arm: 'A', source: pathA } },
      { code: 'arm-is', figures: { arm: 'B', source: pathB } },
      { code: 'measured-apart', figures: {} },
      ...[b, a]
        .filter((arm) => rounds > 1 && timesOf(arm) === null)
        .map(({ name }) => ({ code: 'rounds-without-cells', figures: { arm: name } }) as const),
      ...(told.length > 0 ? [{ code: 'plans-differ', figures: { fields: told } } as const] : []),
    ],
  });
}

/** Without the figure that decides, nothing would ever be slower. */
function refuseWithout(metric: Metric, { rounds }: Arm, path: string): void {
  const label = /^p(\d.*)$/.exec(metric)?.[1];
  const hasIt = rounds.every(
    ({ latencyMs }) => label === undefined || label in latencyMs[latencyMs.headline].percentiles,
  );
  if (hasIt) return;
  throw new VolleyError(
    ERROR_CODES.resultFile,
    `'${path}' has no ${metric}, which decides, since other percentiles were asked for: choose another metric, or compare them with --force.`,
  );
}

/** Conclusions from one round of each. */
function concludeOnOne(pair: Pair, metric: Metric): Conclusion[] {
  const found: ComparisonFinding[] = [
    ...(isDecidedByFailures(pair) ? [] : remarksOn(pair)),
    { code: 'one-round-each', figures: {} },
    { code: 'save-rounds', figures: {} },
  ];
  return [
    ...(isDecidedByFailures(pair) ? [concludeOn(pair, metric)] : []),
    ...found.map((finding) => ({ ...finding, remarks: [] })),
  ];
}

async function savedArm(name: string, path: string): Promise<Arm> {
  const saved = await readSaved(path);
  const [only, ...others] = isComparison(saved) ? saved.arms : [armOfSummary(name, saved)];
  if (only === undefined || others.length > 0) {
    throw new VolleyError(
      ERROR_CODES.resultFile,
      `The result '${path}' cannot be used: it has several arms; give results of runs, or of runs with --repeat.`,
    );
  }
  return { ...only, name };
}

function armOfSummary(name: string, summary: Summary): Arm | undefined {
  const cost = { peakMemoryBytes: summary.generator.peakRssBytes, memoryKind: 'resident' } as const;
  return armOf(name, [{ summary, cost }]) ?? undefined;
}

/** Fields in which the plans differ, apart from the target's address and the seed. */
function differencesOf(a: Arm, b: Arm): string[] {
  const [planA, planB] = [a, b].map((arm) => arm.rounds[0]?.plan);
  if (planA === undefined || planB === undefined) return [];
  return [
    ...(planA.target.method === planB.target.method ? [] : ['method']),
    ...PLAN_FIELDS.filter((field) => !isDeepStrictEqual(planA[field], planB[field])),
  ];
}

/** Whether requests differ in what results do not show; of older ones nothing is known. */
function haveOtherRequests(a: Arm, b: Arm): boolean {
  const [ofA, ofB] = [a, b].map(({ rounds: [round] }) => round?.plan.requestsDigest);
  return ofA !== undefined && ofB !== undefined && ofA !== ofB;
}

/** Percentiles over all rounds, from the cells that results keep; none where an older one has none. */
function shiftsByRound(a: Arm, b: Arm): Pick<Pair, 'probabilityShorter' | 'shifts'> {
  const [ofA, ofB] = [timesOf(a), timesOf(b)];
  if (ofA === null || ofB === null) return { probabilityShorter: null, shifts: [] };
  const [allOfA, allOfB] = [ofA, ofB].map((rounds) => joinCells(rounds.map(({ cells }) => cells)));
  return {
    probabilityShorter:
      allOfA === undefined || allOfB === undefined ? null : probabilityShorter(allOfA, allOfB),
    shifts: quantileShifts(ofA, ofB),
  };
}

/** The latencies of each round, as exact as a result keeps them; null if a round has none. */
function timesOf({ rounds }: Arm): RoundTimes[] | null {
  const times = rounds.flatMap(({ latencyMs }) => {
    const { cells, ...bounds } = latencyMs[latencyMs.headline];
    return cells === undefined ? [] : [{ cells: cellsOfPacked(cells), bounds }];
  });
  return times.length < rounds.length ? null : times;
}

function shiftsOf(a: Arm, b: Arm): QuantileShift[] {
  const [ofA, ofB] = [a, b].map(({ rounds: [round] }) =>
    round === undefined ? {} : round.latencyMs[round.latencyMs.headline].percentiles,
  );
  return Object.entries(ofA ?? {}).flatMap(([percentile, aMs]) => {
    const bMs = ofB?.[percentile] ?? null;
    return aMs === null || bMs === null ? [] : [{ percentile, aMs, bMs }];
  });
}
