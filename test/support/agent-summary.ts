import type { AgentSummary } from '../../src/protocol/summary.ts';

/** An agent that carried out its part. */
export const AGENT: AgentSummary = {
  name: 'agent-10',
  address: '10.0.0.1',
  workers: 1,
  connections: 4,
  state: 'finished',
  because: null,
  lostAtMs: null,
  planned: 100,
  sent: 100,
  missing: 0,
  unknownAtMost: 0,
  rttMs: 1,
  driftMs: 0,
  startLateMs: 0,
  p50Ms: 1,
  p99Ms: 2,
  verdict: 'ok',
  reasons: [],
};
