import { PerformanceObserver } from 'node:perf_hooks';
import type { ClockFacts, SpreadMs } from '../../protocol/diagnosis.ts';
import { percentileOf } from './bench.ts';
import { THIS_MACHINE } from './machine-facts.ts';

const ROWS = 200;
const LOOKS = 100;
const SPIN_MS = 300;
/** Gaps between two clock readings count from here on: shorter ones occur in Node itself now and then. */
const SHORTEST_AWAY_MS = 0.1;
/** Node tells of collections after the code in which they happened. */
const COLLECTIONS_TOLD_MS = 20;
const TIMER_MS = 1;
const TIMED_MS = 400;

/** The clock's resolution, the cost of reading it, and whether a thread that never waits is interrupted. */
export async function clockFacts(): Promise<ClockFacts> {
  const source = THIS_MACHINE.read('/sys/devices/system/clocksource/clocksource0/current_clocksource').trim();
  return { source: source === '' ? null : source, ...stepOfClock(), ...(await gapsWhileBusy()) };
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

/** A span of time, by `performance.now()`. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

async function gapsWhileBusy(): Promise<Interruptions> {
  const collections: Span[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      collections.push({ fromMs: startTime, toMs: startTime + duration });
  });
  observer.observe({ entryTypes: ['gc'] });
  const gaps: Span[] = [];
  const begunMs = performance.now();
  const endMs = begunMs + SPIN_MS;
  let lastMs = begunMs;
  while (lastMs < endMs) {
    const nowMs = performance.now();
    if (nowMs - lastMs > SHORTEST_AWAY_MS) gaps.push({ fromMs: lastMs, toMs: nowMs });
    lastMs = nowMs;
  }
  await new Promise((resolve) => setTimeout(resolve, COLLECTIONS_TOLD_MS));
  observer.disconnect();
  return interruptionsIn(gaps, collections, lastMs - begunMs);
}

type Interruptions = Pick<ClockFacts, 'takenAwayShare' | 'longestAwayMs'>;

/**
 * How long a busy thread stood still, by the gaps between two of its looks at the clock. Collections of its own garbage,
 * which reading a clock makes, are no interruption from outside.
 */
export function interruptionsIn(
  gaps: readonly Span[],
  collections: readonly Span[],
  overMs: number,
): Interruptions {
  const awayMs = gaps
    .map(({ fromMs, toMs }) =>
      collections.reduce(
        (leftMs, own) => leftMs - Math.max(0, Math.min(toMs, own.toMs) - Math.max(fromMs, own.fromMs)),
        toMs - fromMs,
      ),
    )
    .filter((ms) => ms > SHORTEST_AWAY_MS);
  return {
    takenAwayShare: awayMs.reduce((sum, ms) => sum + ms, 0) / overMs,
    longestAwayMs: Math.max(0, ...awayMs),
  };
}
