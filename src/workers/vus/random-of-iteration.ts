import { createRandom, type Random } from '../../metrics/random.ts';

/** First stream number, apart from those of rows, workers and placeholders. */
const RANDOM_STREAMS = 0x5eed_0000;

/** The same for an iteration in each run, whoever does it: by the place of its scenario, and its number there. */
export function randomOfIteration(seed: number, place: number, n: number): Random {
  return createRandom(seed, RANDOM_STREAMS + place * 0x100_0000 + n);
}
