import { setFlagsFromString } from 'node:v8';

/**
 * V8's own default has the first full collection of a worker come at some 20 MB, in the middle of a load, and
 * pause it for 3 to 8 ms. With room for 64 MB an undici worker at 10,000/s went without for 8 s;
 * it costs about 3 MB of memory.
 */
export const ROOMY_HEAP_FLAG = '--initial-old-space-size=64';
/** What V8 goes by where it is told nothing. */
export const PLAIN_HEAP_FLAG = '--initial-old-space-size=0';

let areThreadHeapsRoomy = false;

/**
 * What the threads that are made from now on get: a thread's heap follows the flags that its process then has.
 * Nothing is set that need not be, so that a user's own flag holds where no roomy heap is asked for.
 */
export function setThreadHeaps(areRoomy: boolean): void {
  if (areRoomy !== areThreadHeapsRoomy) setFlagsFromString(areRoomy ? ROOMY_HEAP_FLAG : PLAIN_HEAP_FLAG);
  areThreadHeapsRoomy = areRoomy;
}
