/** Uniform in [0, 1), in a sequence that follows from the seed alone. */
export type Random = () => number;

const UINT32 = 2 ** 32;
const GOLDEN = 0x9e3779b9;
const DISCARDED = 15;

/**
 * Small fast counting generator with 32-bit words (Doty-Humphrey's sfc32, which passes PractRand). One seed
 * and one stream number give one sequence, on every machine.
 *
 * @param seed a whole number from 0 to 2^53 − 1
 * @param stream sequences of different numbers have nothing in common
 */
export function createRandom(seed: number, stream: number): Random {
  let a = scrambled(seed % UINT32);
  let b = scrambled(Math.floor(seed / UINT32) + GOLDEN);
  let c = scrambled(stream % UINT32) ^ scrambled(Math.imul(Math.floor(stream / UINT32), GOLDEN));
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / UINT32;
  };
  // The first words still resemble the seed.
  for (let i = 0; i < DISCARDED; i++) next();
  return next;
}

/** Spreads neighbouring numbers over all 32 bits (the finalizer of MurmurHash3). */
function scrambled(value: number): number {
  let z = value | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
}
