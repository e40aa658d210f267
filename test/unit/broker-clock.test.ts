import { expect, test } from '@jest/globals';
import { measureOffset } from '../../src/main/cluster/broker-clock.ts';
import { fc } from '../support/properties.ts';

/** A broker whose clock is ahead by `aheadMs`, over a way that takes these times there and back. */
function over(ways: readonly (readonly [thereMs: number, backMs: number])[], aheadMs: number) {
  let nowMs = 1_000;
  let asked = 0;
  const broker = {
    nowUs: async (): Promise<number> => {
      const [thereMs = 0, backMs = 0] = ways[asked++ % ways.length] ?? [];
      const brokerUs = (nowMs + thereMs + aheadMs) * 1_000;
      nowMs += thereMs + backMs;
      return brokerUs;
    },
  };
  return { broker, clock: { nowMs: () => nowMs }, asked: () => asked };
}

const wayMs = fc.integer({ min: 0, max: 40 });

test('the offset is right to within half of the shortest round trip, however long the others and the clocks apart', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(wayMs, wayMs), { minLength: 1, maxLength: 16 }),
      fc.integer({ min: -1e12, max: 1e12 }),
      async (ways, aheadMs) => {
        const { broker, clock } = over(ways, aheadMs);
        const { rttMs, slowestMs, offsetMs } = await measureOffset(broker, clock);
        const trips = ways.map(([there, back]) => there + back);
        expect([rttMs, slowestMs]).toEqual([Math.min(...trips), Math.max(...trips)]);
        expect(Math.abs(offsetMs - aheadMs)).toBeLessThanOrEqual(rttMs / 2 + 1e-3);
      },
    ),
  );
});

test('of a way that is slower in one direction, it is off by half of the difference', async () => {
  const { broker, clock, asked } = over([[20, 0]], 5);
  expect((await measureOffset(broker, clock)).offsetMs).toBeCloseTo(15, 6);
  expect(asked()).toBe(16);
});

test('over a slow way fewer round trips are enough', async () => {
  const { broker, clock, asked } = over([[300, 300]], 0);
  await measureOffset(broker, clock, 1_000);
  expect(asked()).toBe(2);
});
