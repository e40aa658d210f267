import { EVENT_TIME_KINDS, EVENT_TIMES, type EventTimeKind } from './event-times.ts';
import { LATENCIES, LATENCY_KINDS, type LatencyKind } from './latency.ts';

/** Whatever a result has the percentiles of. */
export type TimeKind = LatencyKind | EventTimeKind;

export const TIME_KINDS: readonly TimeKind[] = [...LATENCY_KINDS, ...EVENT_TIME_KINDS];

/** As people read it. */
function labelOf(kind: TimeKind): string {
  return { ...LATENCIES, ...EVENT_TIMES }[kind].label;
}

/** The name in a rule: `first-byte`. */
export function ruleNameOf(kind: TimeKind): string {
  return labelOf(kind).toLowerCase().replace(' ', '-');
}

/** The name of a column or of a label of another tool: `first_byte`. */
export function columnNameOf(kind: TimeKind): string {
  return labelOf(kind).toLowerCase().replace(' ', '_');
}

/** It may truly take no time. */
export function mayBeZero(kind: TimeKind): boolean {
  return 'mayBeZero' in { ...LATENCIES, ...EVENT_TIMES }[kind];
}

/** What has one: a request, or a connection. */
export function whatHas(kind: TimeKind): string {
  return kind in EVENT_TIMES ? EVENT_TIMES[kind as EventTimeKind].of : 'request';
}
