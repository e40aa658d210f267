import type { OptionTable } from './entry.ts';

/** How a module of scenarios is tried in another size, without a change of its text. */
export const SCENARIO_OPTIONS = {
  vus: {
    kind: 'count',
    group: 'load',
    help: 'Of scenarios: virtual users',
    byDefault: 'as the module says',
    commands: ['run'],
    inPlan: false,
    library: null,
  },
  iterations: {
    kind: 'count',
    group: 'load',
    help: 'Of scenarios: iterations in all; for each user where the module says per-vu-iterations',
    byDefault: 'as the module says',
    commands: ['run'],
    inPlan: false,
    library: null,
  },
  only: {
    kind: 'text',
    group: 'load',
    value: 'NAME',
    help: 'Of several scenarios run this one alone',
    byDefault: 'all',
    commands: ['run'],
    inPlan: false,
    library: null,
  },
} as const satisfies OptionTable;
