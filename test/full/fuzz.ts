import { setImmediate } from 'node:timers/promises';
import { createRandom } from '../../src/metrics/random.ts';
import { MS_PER_MINUTE } from '../../src/protocol/units.ts';
import { problemOfRandomFrames } from '../support/random-frames.ts';

/**
 * Random frames of HTTP/2 for minutes: each request has one end, the same wherever the bytes are cut.
 * Usage: fuzz [MINUTES] [SEED], 10 by default and a seed from the clock, which is printed.
 */
const DEFAULT_MINUTES = 10;

const minutes = Number(process.argv[2] ?? DEFAULT_MINUTES);
if (!(minutes > 0)) throw new Error(`'${process.argv[2]}' are no minutes: give a number such as 5`);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
console.log(`seed ${seed}`);
const random = createRandom(seed, 1);
const untilMs = performance.now() + minutes * MS_PER_MINUTE;
let rounds = 0;
let problem: string | null = null;
while (problem === null && performance.now() < untilMs) {
  problem = problemOfRandomFrames(random);
  rounds++;
  // A session's writes are due at the end of a turn: without one, all sessions stay in memory.
  await setImmediate();
}
console.log(problem ?? `${rounds} rounds: nothing wrong`);
process.exitCode = problem === null ? 0 : 1;
