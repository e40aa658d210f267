import type { Summary } from '../../protocol/summary.ts';

/** In what two plans have to agree, besides the target's method, for their figures to be compared. */
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
