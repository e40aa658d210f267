import { readFileSync } from 'node:fs';
import { NANOS_PER_MS } from '../../protocol/units.ts';

/**
 * How long this thread has been ready to run without a processor, since it began. Linux only: there the second
 * number of a thread's schedstat, in nanoseconds. Null where the system does not say.
 */
export function processorWaitMs(): number | null {
  try {
    const [, waited] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return waited === undefined ? null : Number(waited) / NANOS_PER_MS;
  } catch {
    return null;
  }
}
