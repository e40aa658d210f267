/**
 * V8's own default has the first full collection of a worker come at some 20 MB, in the middle of a load, and
 * pause it for 3 to 8 ms. With room for 64 MB an undici worker at 10,000/s went without for 8 s;
 * it costs about 3 MB of memory.
 */
export const ROOMY_HEAP_FLAG = '--initial-old-space-size=64';
/** What V8 goes by where it is told nothing. */
export const PLAIN_HEAP_FLAG = '--initial-old-space-size=0';
