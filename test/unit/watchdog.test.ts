import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Watchdog } from '../../src/main/run/watchdog.ts';

const TOP_MS = 5_000;
const TIMEOUT_MS = 10_000;
let killed: (readonly [index: number, because: string | null])[];
let watchdog: Watchdog;

beforeEach(() => {
  jest.useFakeTimers();
  killed = [];
  watchdog = new Watchdog(2, (...worker) => killed.push(worker));
});

afterEach(() => {
  watchdog.close();
  jest.useRealTimers();
});

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

test('a worker whose code does not come to the end of its top is ended, and the code is named', async () => {
  watchdog.killUnready(TIMEOUT_MS, ['file:///tmp/my%20shop.ts', 'file:///tmp/sign.ts'], TOP_MS);
  watchdog.loaded(0);
  await pass(TOP_MS - 1);
  expect(killed).toEqual([]);
  await pass(50);
  expect(killed).toEqual([
    [
      1,
      'the code at the top of my shop.ts or sign.ts did not end within 5 s: look there for a loop without an end, and for something that never comes',
    ],
  ]);
});

test('whose code is loaded has its time to connect, and so has whoever has no code', async () => {
  watchdog.killUnready(TIMEOUT_MS, ['file:///shop.ts'], TOP_MS);
  for (const index of [0, 1]) watchdog.loaded(index);
  await pass(TOP_MS + TIMEOUT_MS + 29_000);
  expect(killed).toEqual([]);
  await pass(1_050);
  expect(killed.splice(0)).toEqual([
    [0, null],
    [1, null],
  ]);
  watchdog.killUnready(TIMEOUT_MS, [], TOP_MS);
  await pass(TIMEOUT_MS + 29_000);
  expect(killed).toEqual([]);
  watchdog.forgo();
  await pass(60_000);
  expect(killed).toEqual([]);
});
