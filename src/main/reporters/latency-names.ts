import type { LatencyKind } from '../../protocol/latency.ts';

/** Latencies as column names and labels of other tools write them. */
export const SNAKE_CASE_NAMES: Readonly<Record<LatencyKind, string>> = {
  response: 'response',
  service: 'service',
  startLag: 'start_lag',
  wait: 'wait',
  firstByte: 'first_byte',
};
