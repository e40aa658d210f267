import { setFlagsFromString } from 'node:v8';

/**
 * By V8's default a worker's first full collection comes at about 20 MB, in the middle of a load, and
 * pauses it for 3 to 8 ms. With room for 64 MB an undici worker at 10,000/s had none for 8 s;
 * this costs about 3 MB of memory.
 */
export const ROOMY_HEAP_FLAG = '--initial-old-space-size=64';
/** V8's default. */
export const PLAIN_HEAP_FLAG = '--initial-old-space-size=0';

let areThreadHeapsRoomy = false;

/**
 * Sets the heaps of threads created from now on: a thread's heap follows the process's flags at its creation.
 * Flags are only set when they change, so that a user's own flag stays in effect without roomy heaps.
 */
export function setThreadHeaps(areRoomy: boolean): void {
  if (areRoomy !== areThreadHeapsRoomy) setFlagsFromString(areRoomy ? ROOMY_HEAP_FLAG : PLAIN_HEAP_FLAG);
  areThreadHeapsRoomy = areRoomy;
}
