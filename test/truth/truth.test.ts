import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { SHORT_ARRIVAL_EXPERIMENTS } from './arrivals.ts';
import type { Check } from './check.ts';
import { DELAY_EXPERIMENTS } from './delays.ts';
import { DISTURBANCE_EXPERIMENTS } from './disturbances.ts';
import { endKeptProcesses, keepProcesses, useClient } from './harness.ts';
import { STREAM_EXPERIMENTS } from './streams.ts';
import { WIRE_EXPERIMENTS } from './wire.ts';

const EXPERIMENTS = [
  ...DELAY_EXPERIMENTS,
  ...WIRE_EXPERIMENTS,
  ...DISTURBANCE_EXPERIMENTS,
  ...SHORT_ARRIVAL_EXPERIMENTS,
  ...STREAM_EXPERIMENTS,
];
/** Another program may have the core for as long as an experiment takes; it rarely does so three times running. */
const ATTEMPTS = 3;

const failuresIn = (checks: readonly Check[]): string[] =>
  checks
    .filter(({ holdsRoughly }) => !holdsRoughly)
    .map(({ what, expected, measured }) => `${what}: ${measured}, expected ${expected}`);

describe('experiments with known answers, in short', () => {
  beforeAll(keepProcesses);
  afterAll(endKeptProcesses);

  // The long form (`npm run test:truth`) runs all of them with each client, and asks for the whole precision, which
  // takes a machine that does nothing else. Here the clients take turns, and times are held with generous bounds.
  test.each(EXPERIMENTS.map((experiment, index) => ({ ...experiment, client: CLIENT_NAMES[index % 2]! })))(
    '$name, by $client',
    async ({ run, client }) => {
      useClient(client);
      let failures: string[] = [];
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const checks = await run(true);
        expect(failuresIn(checks.filter(({ isTiming }) => !isTiming))).toEqual([]);
        failures = failuresIn(checks);
        if (failures.length === 0) break;
      }
      expect(failures).toEqual([]);
    },
  );
});
