/** Uniform in [0, 1), in a sequence that follows from the seed alone. */
export type Random = () => number;

/**
 * The 32-bit mixing of splitmix (Steele, Lea and Flood, OOPSLA 2014) over a Weyl sequence. One seed and one
 * stream number give one sequence, on every machine.
 */
export function createRandom(seed: number, stream: number): Random {
  let state =
    (mix(seed >>> 0) ^ mix(Math.floor(seed / 2 ** 32) >>> 0) ^ mix((stream + 0x9e3779b9) >>> 0)) >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix(state) / 2 ** 32;
  };
}

function mix(value: number): number {
  let z = value;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}
