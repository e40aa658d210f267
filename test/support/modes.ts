import { test } from '@jest/globals';
import { CLIENT_NAMES, type ClientName, WORKER_MODES, type WorkerMode } from '../../src/protocol/plan.ts';

export const MODES: readonly WorkerMode[] = WORKER_MODES;

export interface Variant {
  readonly mode: WorkerMode;
  readonly client: ClientName;
}

/** Every mode with every client: what holds for one has to hold for all. */
export const VARIANTS: readonly Variant[] = MODES.flatMap((mode) =>
  CLIENT_NAMES.map((client) => ({ mode, client })),
);

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

type IsDue = (turn: number, variant: Variant) => boolean;

/**
 * `test` for a variant in a `describe.each(VARIANTS)`: every test has both clients inline, where nothing is started, and
 * one of them in workers, which are threads or in a quarter of the tests processes, whose start takes much longer; the
 * four pairs of those take turns. The mode is how messages travel and the client is what is done with a connection:
 * neither knows of the other, and all workers run the same code.
 */
export function testInTurns(variant: Variant): TestInTurns {
  return testWhere(variant, (turn, { mode, client }) => {
    if (mode === 'inline') return true;
    const isWire = turn % 2 === 1;
    const isProcesses = turn % 8 === 1 || turn % 8 === 4;
    return (client === 'wire') === isWire && (mode === 'processes') === isProcesses;
  });
}

/** The same for what the mode itself could change: every test has every mode, and in turns every client in it. */
export function testInEveryMode(variant: Variant): TestInTurns {
  return testWhere(
    variant,
    (turn, { mode, client }) =>
      mode === 'inline' || ((turn % 2 === 0) === (client === 'undici')) === (mode === 'threads'),
  );
}

function testWhere(variant: Variant, isDueAt: IsDue): TestInTurns {
  let turn = 0;
  const isDue = (): boolean => isDueAt(turn++, variant);
  const register: TestInTurns = (name, body) => {
    if (isDue()) test(name, body);
  };
  register.each = (rows) => (name, body) => {
    for (const row of rows) if (isDue()) test.each([row])(name, body);
  };
  return register;
}
