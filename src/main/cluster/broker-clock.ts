import { microsToMs } from '../../protocol/units.ts';
import type { Clock } from '../../time/clock.ts';
import type { Broker } from './broker.ts';

const ROUND_TRIPS = 16;
/** Over a slow link fewer round trips are enough: they vary less. */
const LONGEST_MEASURE_MS = 1_500;

/** Offset between the broker's wall clock and this machine's monotonic clock. */
export interface Offset {
  /** The shortest round trip; the offset is accurate to within half of it. */
  readonly rttMs: number;
  /** The longest round trip: how late a message can be when the path or a machine is busy. */
  readonly slowestMs: number;
  /** The broker's time minus this machine's, in milliseconds. */
  readonly offsetMs: number;
}

/** Measures the offset from the shortest of up to 16 round trips that begin within `longestMs`. */
export async function measureOffset(
  broker: Pick<Broker, 'nowUs'>,
  clock: Clock,
  longestMs = LONGEST_MEASURE_MS,
): Promise<Offset> {
  const endMs = clock.nowMs() + longestMs;
  let best = { rttMs: Number.POSITIVE_INFINITY, offsetMs: 0 };
  let slowestMs = 0;
  for (let trip = 0; trip < ROUND_TRIPS; trip++) {
    const before = clock.nowMs();
    if (trip > 0 && before > endMs) break;
    const brokerMs = microsToMs(await broker.nowUs());
    const rttMs = clock.nowMs() - before;
    slowestMs = Math.max(slowestMs, rttMs);
    if (rttMs < best.rttMs) best = { rttMs, offsetMs: brokerMs - (before + rttMs / 2) };
  }
  return { ...best, slowestMs };
}
