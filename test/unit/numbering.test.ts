import { describe, expect, test } from '@jest/globals';
import type { UserPool } from '../../src/protocol/scenario.ts';
import { ArrivalNumbers } from '../../src/requests/arrival-numbers.ts';
import { Dealer, turnLength } from '../../src/requests/dealing.ts';
import { inRounds, numberOf } from '../../src/requests/numbering.ts';
import { placesOf, workersOfParts } from '../../src/requests/user-numbering.ts';
import { leastStarts, startsOf } from '../../src/time/schedule.ts';
import { countOf, positionOf } from '../../src/time/turns.ts';
import { fc } from '../support/properties.ts';

const WEIGHTS = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });
const WORKERS = fc.integer({ min: 1, max: 40 });
const ENDLESS = Number.POSITIVE_INFINITY;

/** The first numbers of one of several workers. */
function numbersOf(index: number, workers: number, turn: number, known: number, count: number): number[] {
  const numbering = inRounds({ index, workers }, turn, known);
  return Array.from({ length: count }, (_, at) => numberOf(numbering, at));
}

function ownCount(total: number, index: number, workers: number): number {
  return Math.max(0, Math.ceil((total - index) / workers));
}

describe('numbers in rounds', () => {
  test('all workers together have each of the known numbers once, and go on without a gap', () => {
    fc.assert(
      fc.property(
        WORKERS,
        fc.integer({ min: 1, max: 60 }),
        fc.nat(500),
        fc.nat(100),
        (workers, turn, known, more) => {
          const total = known + more;
          const all = Array.from({ length: workers }, (_, index) =>
            numbersOf(index, workers, turn, known, ownCount(total, index, workers)),
          ).flat();
          expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, number) => number));
        },
      ),
    );
  });

  test('each worker has every request exactly as often as its weight in each turn of its own', () => {
    fc.assert(
      fc.property(WEIGHTS, WORKERS, fc.nat(39), (weights, workers, at) => {
        const turn = turnLength(weights);
        const dealer = new Dealer(weights);
        const numbers = numbersOf(at % workers, workers, turn, ENDLESS, 3 * turn);
        const scale = weights.reduce((sum, weight) => sum + weight, 0) / turn;
        for (const first of [0, turn, 2 * turn]) {
          const counts = weights.map(() => 0);
          for (const number of numbers.slice(first, first + turn)) counts[dealer.deal(number).request]!++;
          expect(counts).toEqual(weights.map((weight) => weight / scale));
        }
      }),
    );
  });

  test.each([
    { weights: [1, 1], most: 1 },
    { weights: [3, 1], most: 1 },
    { weights: [1, 1, 1, 1], most: 1 },
    { weights: [5, 3, 2], most: 3 },
    { weights: [37, 63], most: 5 },
    { weights: [4_999, 5_001], most: 6 },
  ])('shares of $weights are never off by more than $most, whatever the workers', ({ weights, most }) => {
    const dealer = new Dealer(weights);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const turn = turnLength(weights);
    for (const workers of [2, 4, 6, 8, 10, 16])
      for (let index = 0; index < workers; index++) {
        let [first, worst] = [0, 0];
        for (const [at, number] of numbersOf(index, workers, turn, ENDLESS, 1_000).entries()) {
          if (dealer.deal(number).request === 0) first++;
          worst = Math.max(worst, Math.abs(first - ((at + 1) * (weights[0] ?? 0)) / total));
        }
        expect([workers, index, worst <= most ? most : worst]).toEqual([workers, index, most]);
      }
  });
});

describe('numbers of starts that go round over seats', () => {
  const SEATS = fc.nat(30);
  const TURN = fc.integer({ min: 1, max: 40 });

  test('all workers together have each number once, near the position of the start', () => {
    fc.assert(
      fc.property(WORKERS, SEATS, TURN, fc.nat(900), fc.nat(80), (workers, beyond, turn, known, more) => {
        const [seats, total] = [workers + beyond, known + more];
        const all: number[] = [];
        for (let index = 0; index < workers; index++) {
          const turns = { index, workers, seats };
          const numbers = new ArrivalNumbers(turns, turn, known);
          for (let count = 0; count < countOf(turns, total); count++) {
            const number = numbers.of(count);
            all.push(number);
            expect(Math.abs(number - positionOf(turns, count))).toBeLessThan(Math.min(seats, turn * workers));
          }
        }
        expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, number) => number));
      }),
    );
  });

  test('each worker has every request exactly as often as its weight in as many rounds as a turn is long', () => {
    fc.assert(
      fc.property(
        WEIGHTS,
        fc.integer({ min: 1, max: 8 }),
        SEATS,
        fc.nat(7),
        (weights, workers, beyond, at) => {
          const seats = workers + beyond;
          const turn = turnLength(weights);
          const dealer = new Dealer(weights);
          const turns = { index: at % workers, workers, seats };
          const numbers = new ArrivalNumbers(turns, turn, ENDLESS);
          const counts = weights.map(() => 0);
          const count = countOf(turns, turn * seats);
          for (let own = 0; own < count; own++) counts[dealer.deal(numbers.of(own)).request]!++;
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          expect(counts).toEqual(weights.map((weight) => (weight * count) / total));
        },
      ),
    );
  });
});

describe('how many starts there are at least', () => {
  const rate = { requests: 70, periodMs: 1_000 };
  const load = { stages: [{ durationMs: 3_000, from: rate, to: rate }], arrivals: 'constant' } as const;

  test('all of a constant rate, as far as a budget lets them', () => {
    const shard = { load, warmupMs: 500, durationMs: 3_000, workers: 1, index: 0, seed: 1 };
    expect([leastStarts(shard, null), startsOf(shard)]).toEqual([210, 210]);
    expect([leastStarts(shard, 100), leastStarts({ ...shard, durationMs: null }, 7)]).toEqual([100, 7]);
  });

  test('of random ones so many that there are never fewer', () => {
    for (let seed = 0; seed < 200; seed++) {
      const shard = {
        load: { ...load, arrivals: 'poisson' as const },
        warmupMs: 0,
        durationMs: 3_000,
        workers: 1,
        index: 0,
        seed,
      };
      expect(leastStarts(shard, null)).toBe(123);
      expect(startsOf(shard)).toBeGreaterThanOrEqual(123);
    }
  });
});

describe('users of a pool', () => {
  const pool = (
    executor: 'per-vu-iterations' | 'shared-iterations',
    weights: readonly number[],
  ): UserPool => ({
    load: {
      type: 'iterations',
      executor,
      users: 9,
      iterations: 1,
      startMs: 0,
      maxDurationMs: 1,
      gracefulStopMs: 0,
    },
    firstId: 1,
    parts: weights.map((weight, scenario) => ({ weight, scenario })),
  });

  test('each place is of one worker, who gets users of each scenario', () => {
    const places = [0, 1].map((index) =>
      placesOf(pool('per-vu-iterations', [1, 1]), 9, { index, workers: 2 }),
    );
    expect(places.flat().toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    for (const own of places) expect(new Set(own.map((place) => place % 2)).size).toBe(2);
    // At any number of users the workers have as many as one another, give or take one.
    expect(places[0]?.map((place) => Math.floor(place / 2))).toEqual([0, 1, 2, 3, 4]);
  });

  test('a scenario with fewer users than workers is of some of them', () => {
    expect(workersOfParts(pool('shared-iterations', [1, 1]), 2, 3)).toEqual([[0], [1]]);
    expect(workersOfParts(pool('shared-iterations', [1, 1]), 6, 3)).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });
});
