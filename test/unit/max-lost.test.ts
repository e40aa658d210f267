import { describe, expect, test } from '@jest/globals';
import { maxLostFrom } from '../../src/main/cluster/max-lost.ts';
import { lostShareOf, type PartOfLoad } from '../../src/main/summary/lost-load.ts';

const part = (planned: number | null, missing: number | null, isLost: boolean): PartOfLoad => ({
  isLost,
  planned,
  missing,
  connections: 10,
});

describe('how much of a load is lost', () => {
  test.each([
    { what: 'nobody', parts: [part(100, 3, false), part(100, 0, false)], share: 0 },
    {
      what: 'what others did not start is not lost',
      parts: [part(100, 50, false), part(100, 25, true)],
      share: 0.125,
    },
    { what: 'all of it', parts: [part(100, 100, true), part(300, 300, true)], share: 1 },
    { what: 'one that had sent all', parts: [part(100, 0, true), part(100, 0, false)], share: 0 },
    {
      what: 'a closed load that a duration ends: of connections',
      parts: [part(null, null, true), part(40, 0, false)],
      share: 0.5,
    },
    { what: 'no load', parts: [part(0, 0, true)], share: 0 },
  ])('$what', ({ parts, share }) => {
    expect(lostShareOf(parts)).toBe(share);
  });

  test.each([
    ['5%', 0.05],
    ['0%', 0],
    ['12.5 %', 0.125],
    ['100%', 1],
    ['100.1%', null],
    ['5', null],
    ['-1%', null],
    ['5%%', null],
    ['', null],
    ['%', null],
  ] as const)('--max-lost %j', (text, share) => {
    expect(maxLostFrom(text)?.share ?? null).toBe(share);
  });
});
