import type { ClockFacts, SpreadMs } from '../../protocol/diagnosis.ts';
import { NANOS_PER_MS } from '../../protocol/units.ts';
import { percentileOf } from './bench.ts';
import { type MachineSource, THIS_MACHINE } from './machine-facts.ts';

const ROWS = 200;
const LOOKS = 100;
const SPIN_MS = 300;
/** Gaps between two clock readings count from here on: shorter ones occur in Node itself now and then. */
const SHORTEST_AWAY_MS = 0.1;
const TIMER_MS = 1;
const TIMED_MS = 400;

/** The clock's resolution, the cost of reading it, and whether a thread that never waits is interrupted. */
export function clockFacts({ read }: MachineSource = THIS_MACHINE): ClockFacts {
  const source = read('/sys/devices/system/clocksource/clocksource0/current_clocksource').trim();
  return { source: source === '' ? null : source, ...stepOfClock(), ...gapsWhileBusy() };
}

/** How late consecutive timers of a millisecond fire. */
export async function timerLateness(): Promise<SpreadMs> {
  const lateMs: number[] = [];
  const endsAtMs = performance.now() + TIMED_MS;
  for (let beganMs = performance.now(); beganMs < endsAtMs; beganMs = performance.now()) {
    await new Promise((resolve) => setTimeout(resolve, TIMER_MS));
    lateMs.push(Math.max(0, performance.now() - beganMs - TIMER_MS));
  }
  return spreadOf(lateMs);
}

export function spreadOf(valuesMs: readonly number[]): SpreadMs {
  return {
    p50: percentileOf(valuesMs, 50),
    p99: percentileOf(valuesMs, 99),
    max: percentileOf(valuesMs, 100),
  };
}

/** The cheapest of many short series of readings: other programs make the rest slower. */
function stepOfClock(): Pick<ClockFacts, 'stepNanos' | 'readNanos'> {
  let stepNanos = Number.POSITIVE_INFINITY;
  let readNanos = Number.POSITIVE_INFINITY;
  for (let row = 0; row < ROWS; row++) {
    const first = process.hrtime.bigint();
    let last = first;
    for (let look = 0; look < LOOKS; look++) {
      const now = process.hrtime.bigint();
      if (now > last) stepNanos = Math.min(stepNanos, Number(now - last));
      last = now;
    }
    readNanos = Math.min(readNanos, Number(last - first) / LOOKS);
  }
  return { stepNanos, readNanos };
}

function gapsWhileBusy(): Pick<ClockFacts, 'takenAwayShare' | 'longestAwayMs'> {
  const begun = process.hrtime.bigint();
  const end = begun + BigInt(SPIN_MS * NANOS_PER_MS);
  let awayMs = 0;
  let longestAwayMs = 0;
  let last = begun;
  while (last < end) {
    const now = process.hrtime.bigint();
    const gapMs = Number(now - last) / NANOS_PER_MS;
    if (gapMs > SHORTEST_AWAY_MS) {
      awayMs += gapMs;
      longestAwayMs = Math.max(longestAwayMs, gapMs);
    }
    last = now;
  }
  return { takenAwayShare: awayMs / (Number(last - begun) / NANOS_PER_MS), longestAwayMs };
}
