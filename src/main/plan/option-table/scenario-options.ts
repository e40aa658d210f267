import type { OptionTable } from './entry.ts';

/** Options to run scenarios at another size, without changing their file. */
export const SCENARIO_OPTIONS = {
  vus: {
    kind: 'count',
    group: 'load',
    help: 'Scenarios: number of virtual users',
    byDefault: 'as the module says',
    commands: ['run'],
    inPlan: false,
    library: null,
  },
  iterations: {
    kind: 'count',
    group: 'load',
    help: 'Scenarios: iterations in total; per user if the module says per-vu-iterations',
    byDefault: 'as the module says',
    commands: ['run'],
    inPlan: false,
    library: null,
  },
  only: {
    kind: 'text',
    group: 'load',
    value: 'NAME',
    help: 'Scenarios: run only this one',
    byDefault: 'all',
    commands: ['run'],
    inPlan: false,
    library: null,
  },
} as const satisfies OptionTable;
