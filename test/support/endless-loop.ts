/** Goes before a loop that dozes. */
export const CELL = 'const cell = new Int32Array(new SharedArrayBuffer(4));';
/** A step of a loop that lets nothing else run, though it leaves the processor to others. */
export const DOZE = 'Atomics.wait(cell, 0, 0, 5)';
/** Code that never ends and never waits, as `for (;;);` does, which would take a core for as long as it is let. */
export const ENDLESS_LOOP = `{ ${CELL} for (;;) ${DOZE}; }`;
