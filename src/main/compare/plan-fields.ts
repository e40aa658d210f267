import type { Summary } from '../../protocol/summary.ts';

/** Fields in which two plans must agree, besides the target's method, for their figures to be comparable. */
export const PLAN_FIELDS = [
  'mode',
  'workers',
  'concurrency',
  'client',
  'protocol',
  'streams',
  'load',
  'stop',
  'warmupMs',
  'timeoutMs',
  'cpuWork',
] as const satisfies readonly (keyof Summary['plan'])[];
