import { MICROS_PER_MS } from '../../protocol/units.ts';
import type { Clock } from '../../time/clock.ts';
import type { Broker } from './broker.ts';

const ROUND_TRIPS = 16;
/** Over a long way fewer are enough: they differ less. */
const LONGEST_MEASURE_MS = 1_500;

/** How the broker's day clock stands to this machine's monotonic one. */
export interface Offset {
  /** Of the shortest round trip; the offset is right within half of it. */
  readonly rttMs: number;
  /** The longest: how late a message can be on a path or a machine that is busy. */
  readonly slowestMs: number;
  /** The broker's time less one's own, both in milliseconds. */
  readonly offsetMs: number;
}

/** Measures the offset by the shortest of 16 round trips, or of those that begin within the time. */
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
    const brokerMs = (await broker.nowUs()) / MICROS_PER_MS;
    const rttMs = clock.nowMs() - before;
    slowestMs = Math.max(slowestMs, rttMs);
    if (rttMs < best.rttMs) best = { rttMs, offsetMs: brokerMs - (before + rttMs / 2) };
  }
  return { ...best, slowestMs };
}
