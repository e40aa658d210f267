import { readFileSync } from 'node:fs';
import { NANOS_PER_MS } from '../../protocol/units.ts';

/**
 * How long this thread has been runnable without a processor since it began. Linux only: it is the second
 * number of the thread's schedstat, in nanoseconds. Null on other systems.
 */
export function processorWaitMs(): number | null {
  try {
    const [, waited] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return waited === undefined ? null : Number(waited) / NANOS_PER_MS;
  } catch {
    return null;
  }
}
