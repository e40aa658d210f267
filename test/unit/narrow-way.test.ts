import { expect, test } from '@jest/globals';
import { lastWords } from '../../src/main/cluster/awaited-words.ts';
import { leadMs } from '../../src/main/cluster/lead.ts';
import { PieceSize } from '../../src/main/cluster/piece-size.ts';

test.each<{ name: string; tookMs: (bytes: number) => number; pieces: number[] }>([
  { name: 'a near broker', tookMs: () => 1, pieces: [4_096, 8_192, 16_384, 32_768, 65_536, 65_536] },
  {
    name: '300 ms and 256 kbit/s',
    tookMs: (bytes) => 300 + bytes / 32,
    pieces: [4_096, 8_192, 8_192, 8_192],
  },
  { name: '64 kbit/s', tookMs: (bytes) => bytes / 8, pieces: [4_096, 8_192, 4_096, 8_192] },
  {
    name: 'one that is slower and slower',
    tookMs: (() => {
      let ms = 0;
      return () => {
        ms += 401;
        return ms;
      };
    })(),
    pieces: [4_096, 8_192, 4_096, 2_048, 1_024, 1_024],
  },
])('pieces of a long value over $name are what a renewal can wait for', ({ tookMs, pieces }) => {
  const size = new PieceSize();
  const seen = pieces.map(() => {
    const { bytes } = size;
    size.took(bytes, tookMs(bytes));
    return bytes;
  });
  expect(seen).toEqual(pieces);
});

test('a short value that was quick does not make pieces longer', () => {
  const size = new PieceSize();
  size.took(100, 1);
  expect(size.bytes).toBe(4_096);
});

test.each([
  { slowestMs: 0, agents: 1, leads: 501 },
  { slowestMs: 300, agents: 4, leads: 1_704 },
  { slowestMs: 60_000, agents: 1_000, leads: 11_500 },
])(
  'a start is said $leads ms before, over $slowestMs ms to $agents agents',
  ({ slowestMs, agents, leads }) => {
    expect(leadMs(slowestMs, agents)).toBe(leads);
  },
);

test('a last word is waited for as long as something of it comes, and 3 s after that', async () => {
  let nowMs = 0;
  let looks = 0;
  const states = {
    areFinal: false,
    movedAtMs: Number.NEGATIVE_INFINITY,
    read: async () => {},
    look: async () => {
      looks++;
      // A piece every second look until 8 s, on a clock that goes on by half a second with each.
      if (nowMs <= 8_000 && looks % 2 === 1) states.movedAtMs = nowMs;
      nowMs += 500;
    },
  };
  await lastWords(states, { nowMs: () => nowMs }, 0);
  expect([states.movedAtMs, nowMs]).toEqual([8_000, 11_500]);
  states.areFinal = true;
  looks = 0;
  await lastWords(states, { nowMs: () => nowMs }, 0);
  expect(looks).toBe(0);
});
