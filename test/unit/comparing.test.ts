import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareRounds } from '../../src/main/compare/decide.ts';
import { probabilityShorter, quantileShifts, type RoundTimes } from '../../src/main/compare/effect.ts';
import { orderOf } from '../../src/main/compare/rounds.ts';
import { type Cells, cellsOf, joinCells, percentileOfCells } from '../../src/metrics/cells.ts';
import { Histogram } from '../../src/metrics/histogram.ts';
import { createRandom, type Random } from '../../src/metrics/random.ts';
import type { QuantileShift } from '../../src/protocol/comparison.ts';

const MARGIN = 0.03;
const { cos, exp, log, PI, sin, sqrt } = Math;

function cells(...valuesMs: number[]): Cells {
  const histogram = new Histogram();
  for (const value of valuesMs) histogram.add(value);
  return cellsOf([histogram]);
}

/** Standard normal, by Box and Muller, whose numbers come in pairs. */
function normals(random: Random): () => number {
  let next: number | null = null;
  return () => {
    if (next !== null) {
      const known = next;
      next = null;
      return known;
    }
    const [length, angle] = [sqrt(-2 * log(1 - random())), 2 * PI * random()];
    next = length * sin(angle);
    return length * cos(angle);
  };
}

/**
 * The p50 of one round: latencies that remember the one before, now and then a stall, and the round’s own luck. What has
 * stalled is longer than all else, and that is all a median asks of it.
 */
function p50OfRound(random: Random, centre: number, noise: number, spread: number): number {
  const normal = normals(random);
  const luck = exp(noise * normal());
  const states = new Float64Array(400);
  const innovation = sqrt(1 - 0.81);
  let state = normal();
  let stalledFor = 0;
  for (let index = 0; index < states.length; index++) {
    state = 0.9 * state + innovation * normal();
    if (random() < 0.005) stalledFor = 20;
    states[index] = stalledFor-- > 0 ? Number.POSITIVE_INFINITY : state;
  }
  return centre * luck * exp(spread * states.sort()[200]!);
}

function simulate(
  seed: number,
  rounds: number,
  ratio: number,
  noise: number,
  spread = 0.1,
): ReturnType<typeof compareRounds> {
  const random = createRandom(seed, 0);
  const one = (centre: number): number[] =>
    Array.from({ length: rounds }, () => p50OfRound(random, centre, noise, spread));
  const reference = one(2);
  return compareRounds(one(2 * ratio), reference, MARGIN);
}

const count = (simulations: number, holds: (seed: number) => boolean): number =>
  Array.from({ length: simulations }, (_, seed) => seed + 1).filter(holds).length;

describe('calibration, with fixed seeds', () => {
  test('A against A at 8 rounds: at most 31 false alarms in 400', () => {
    const alarms = count(400, (seed) => {
      const { low, high, p } = simulate(seed, 8, 1, 0.03);
      const isAlarm = low! > 1 || high! < 1;
      // The interval and the test say the same.
      expect(isAlarm).toBe(p <= 12 / 256);
      return isAlarm;
    });
    expect(alarms).toBeLessThanOrEqual(31);
    expect(alarms).toBeGreaterThan(3);
  });

  test('5 % more with 3 % noise per round: found at 10 rounds in at least 80 % of 200', () => {
    const found = count(200, (seed) => simulate(seed, 10, 1.05, 0.03 / Math.SQRT2).decision === 'higher');
    expect(found).toBeGreaterThanOrEqual(160);
  });

  test('a difference as large as the margin is called none in at most 31 of 400', () => {
    const missed = count(400, (seed) => simulate(seed, 8, 1 + MARGIN, 0.01).decision === 'no-difference');
    expect(missed).toBeLessThanOrEqual(31);
  });

  test('and where there is none, that is said', () => {
    const said = count(100, (seed) => simulate(seed, 8, 1, 0.005, 0.01).decision === 'no-difference');
    expect(said).toBeGreaterThan(90);
  });
});

describe('a decision', () => {
  const rounds = (...values: number[]): ReturnType<typeof compareRounds> =>
    compareRounds(
      values,
      values.map(() => 100),
      MARGIN,
    );

  test('higher, lower, none', () => {
    expect(rounds(110, 111, 109, 110, 112, 110).decision).toBe('higher');
    expect(rounds(90, 91, 89, 90, 92, 90).decision).toBe('lower');
    expect(rounds(100, 101, 99, 100, 101, 100).decision).toBe('no-difference');
  });

  test('a difference that is sure but within the margin is none', () => {
    const { decision, low } = rounds(101, 101.1, 100.9, 101, 101.2, 101);
    expect(low).toBeGreaterThan(1);
    expect(decision).toBe('no-difference');
  });

  test('too much noise: how many rounds would tell', () => {
    const { decision, roundsNeeded } = rounds(90, 130, 95, 125, 85, 110);
    expect(decision).toBe('undecided');
    expect(roundsNeeded).toBeGreaterThan(6);
  });

  test('below six rounds nothing is decided, and six are named', () => {
    expect(rounds(200, 201, 199)).toMatchObject({
      decision: 'undecided',
      low: null,
      high: null,
      roundsNeeded: 6,
    });
  });
});

const timesOf = (of: Cells, bounds: Partial<RoundTimes['bounds']> = {}): RoundTimes => ({
  cells: of,
  bounds: { percentiles: {}, atLeast: [], censored: 0, ...bounds },
});

/** Rounds of 120 latencies each, every round with a luck of its own. */
function roundsOf(seed: number, rounds: number, ratio: number): RoundTimes[] {
  const random = createRandom(seed, 0);
  const normal = normals(random);
  return Array.from({ length: rounds }, () => {
    const luck = exp(0.03 * normal());
    return timesOf(cells(...Array.from({ length: 120 }, () => ratio * luck * exp(0.5 * normal()))));
  });
}

describe('the intervals of shifts', () => {
  test('that of each percentile misses the true ratio at most 31 times in 400', () => {
    const ratio = 1.3;
    const missed = new Map<string, number>();
    for (let seed = 1; seed <= 400; seed++) {
      const shifts = quantileShifts(roundsOf(seed, 8, ratio), roundsOf(10_000 + seed, 8, 1));
      for (const { percentile, low, high } of shifts)
        if (low !== null && !(low! <= ratio && ratio <= high!))
          missed.set(percentile, (missed.get(percentile) ?? 0) + 1);
    }
    expect([...missed.keys()].sort()).toEqual(['10', '25', '50', '75', '90', '95', '99']);
    for (const times of missed.values()) {
      expect(times).toBeLessThanOrEqual(31);
      expect(times).toBeGreaterThan(3);
    }
  });

  test('the arms exchanged, each is the reciprocal, and holds the estimate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 6, max: 9 }), (seed, rounds) => {
        const [a, b] = [roundsOf(seed, rounds, 1.1), roundsOf(seed + 1, rounds, 1)];
        // Of 120 requests, no round has a p99.9.
        const known = ({ ratio }: QuantileShift): boolean => ratio !== null;
        const there = quantileShifts(a, b).filter(known);
        const back = quantileShifts(b, a).filter(known);
        expect(back).toHaveLength(7);
        back.forEach(({ ratio, low, high }, index) => {
          const same = there[index]!;
          expect([1 / high!, 1 / ratio!, 1 / low!]).toEqual(
            [same.low!, same.ratio!, same.high!].map((value) => expect.closeTo(value, 9)),
          );
          expect(low! <= ratio! && ratio! <= high!).toBe(true);
        });
      }),
      { numRuns: 30 },
    );
  });

  test('one stalled round moves the percentiles of all rounds together, but not the estimate', () => {
    const [a, b] = [roundsOf(1, 8, 1), roundsOf(2, 8, 1)];
    const stalled = timesOf(cells(...Array.from({ length: 120 }, () => 500)));
    const p95 = quantileShifts([stalled, ...a.slice(1)], b).find(({ percentile }) => percentile === '95')!;
    expect(p95.aMs / p95.bMs).toBeGreaterThan(50);
    expect(p95.ratio).toBeLessThan(1.1);
  });

  test('below 6 rounds there is an estimate without an interval', () => {
    const shifts = quantileShifts(roundsOf(1, 5, 3), roundsOf(2, 5, 1));
    expect(shifts[2]).toMatchObject({ percentile: '50', ratio: expect.closeTo(3, 0), low: null, high: null });
  });

  test('what is only a lower bound in a round has none, and neither has what may be', () => {
    const known = roundsOf(1, 8, 1);
    const percentiles = { '50': 1, '90': 2, '99': 3 };
    const knownOf = (bounds: Partial<RoundTimes['bounds']>): string[] =>
      quantileShifts([timesOf(known[0]!.cells, bounds), ...known.slice(1)], roundsOf(2, 8, 1)).flatMap(
        ({ percentile, low }) => (low === null ? [] : [percentile]),
      );
    expect(knownOf({})).toEqual(['10', '25', '50', '75', '90', '95', '99']);
    expect(knownOf({ percentiles, atLeast: ['99'], censored: 5 })).toEqual(['10', '25', '50', '75', '90']);
    expect(knownOf({ percentiles: { '50': 1 }, censored: 1 })).toEqual(['10', '25', '50']);
  });
});

describe('whole distributions', () => {
  test('how probable it is that one is shorter', () => {
    expect(probabilityShorter(cells(1, 2), cells(10, 20))).toBe(1);
    expect(probabilityShorter(cells(10, 20), cells(1, 2))).toBe(0);
    expect(probabilityShorter(cells(1, 2, 3), cells(1, 2, 3))).toBe(0.5);
    expect(probabilityShorter(cells(1, 4), cells(2))).toBe(0.5);
    expect(probabilityShorter(cells(1, 2, 4), cells(2, 3))).toBe((2 + 1.5 + 0) / 6);
    expect(probabilityShorter(cells(), cells(1))).toBeNull();
  });

  test('percentiles side by side, as far as both samples reach', () => {
    const many = cells(...Array.from({ length: 100 }, (_, index) => index + 1));
    const twice = cells(...Array.from({ length: 100 }, (_, index) => 2 * (index + 1)));
    const shifts = quantileShifts([timesOf(many)], [timesOf(twice)]);
    expect(shifts.map(({ percentile }) => percentile)).toEqual(['10', '25', '50', '75', '90', '95', '99']);
    for (const { aMs, bMs } of shifts) expect(bMs / aMs).toBeCloseTo(2, 2);
  });

  test('several together', () => {
    const joined = joinCells([cells(1, 2), cells(2, 3), cells()]);
    expect(joined.total).toBe(4);
    expect(percentileOfCells(joined, '50')).toBeCloseTo(2, 2);
    expect(percentileOfCells(joined, '99')).toBeNull();
  });
});

test('arms take turns: forwards, backwards', () => {
  expect([0, 1, 2, 3].map((round) => orderOf(3, round))).toEqual([
    [0, 1, 2],
    [2, 1, 0],
    [0, 1, 2],
    [2, 1, 0],
  ]);
});
