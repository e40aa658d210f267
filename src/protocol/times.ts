import { EVENT_TIME_KINDS, EVENT_TIMES, type EventTimeKind } from './event-times.ts';
import { LATENCIES, LATENCY_KINDS, type LatencyKind } from './latency.ts';
import { STREAM_TIME_KINDS, STREAM_TIMES, type StreamTimeKind } from './stream.ts';

/** Everything that a result has percentiles of. */
export type TimeKind = LatencyKind | EventTimeKind | StreamTimeKind;

export const TIME_KINDS: readonly TimeKind[] = [...LATENCY_KINDS, ...EVENT_TIME_KINDS, ...STREAM_TIME_KINDS];

const FACTS = { ...LATENCIES, ...EVENT_TIMES, ...STREAM_TIMES };

/** Known only for answers that are streams. */
export function isStreamTime(kind: TimeKind): kind is StreamTimeKind {
  return kind in STREAM_TIMES;
}

/** The name in a rule: `first-byte`. */
export function ruleNameOf(kind: TimeKind): string {
  return FACTS[kind].label.toLowerCase().replace(' ', '-');
}

/** The name in columns and labels: `first_byte`. */
export function columnNameOf(kind: TimeKind): string {
  return FACTS[kind].label.toLowerCase().replace(' ', '_');
}

/** Zero is a real value of it. */
export function mayBeZero(kind: TimeKind): boolean {
  return kind === 'gap' || 'mayBeZero' in FACTS[kind];
}

/** What it is taken of: a request, or a connection. */
export function whatHas(kind: TimeKind): string {
  if (kind in EVENT_TIMES) return EVENT_TIMES[kind as EventTimeKind].of;
  if (kind === 'gap') return 'gap';
  return isStreamTime(kind) ? 'streamed answer' : 'request';
}
