import { expect, test } from '@jest/globals';
import { createRandom } from '../../src/metrics/random.ts';

test('streams of random numbers are others wherever their numbers differ, however large they are', () => {
  const firsts = [0, 1, 2 ** 32, 2 ** 32 + 1, 2 ** 44, 2 ** 45, 2 ** 46, 2 ** 46 + 1, 2 ** 47].map((stream) =>
    createRandom(7, stream)(),
  );
  expect(new Set(firsts).size).toBe(firsts.length);
});
