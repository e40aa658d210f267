import { test } from '@jest/globals';
import type { ClientName, WorkerMode } from '../../src/api/index.ts';

export const MODES: readonly WorkerMode[] = ['threads', 'processes', 'inline'];

export interface Variant {
  readonly mode: WorkerMode;
  readonly client: ClientName;
}

/** Every mode with every client: what holds for one has to hold for all. */
export const VARIANTS: readonly Variant[] = MODES.flatMap((mode) => [
  { mode, client: 'undici' },
  { mode, client: 'wire' },
]);

/** As many workers as the mode can have, up to `workers`. */
export function workersIn(mode: WorkerMode, workers: number): number {
  return mode === 'inline' ? 1 : workers;
}

interface TestInTurns {
  (name: string, body: () => Promise<void>): void;
  each<Row extends object | string>(
    rows: readonly Row[],
  ): (name: string, body: (row: Row) => Promise<void>) => void;
}

/**
 * `test` for a variant in a `describe.each(VARIANTS)`: every test has every client and every mode, and in turns every
 * client in every mode. Inline, where nothing is started, it has both clients; threads have one and processes the
 * other, and those change places from test to test. The mode is how messages travel and the client is what is done
 * with a connection: neither knows of the other, and the workers of both run the same code.
 */
export function testInTurns({ mode, client }: Variant): TestInTurns {
  let turn = 0;
  const isDue = (): boolean => {
    const hasTurn = (turn++ % 2 === 0) === (client === 'undici');
    return mode === 'inline' || hasTurn === (mode === 'threads');
  };
  const register: TestInTurns = (name, body) => {
    if (isDue()) test(name, body);
  };
  register.each = (rows) => (name, body) => {
    for (const row of rows) if (isDue()) test.each([row])(name, body);
  };
  return register;
}
