import { expect, jest, test } from '@jest/globals';
import { Collector } from '../../src/main/collect/collector.ts';
import { LiveScreen } from '../../src/main/live/live-screen.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';

const NOTHING = (): void => {};
const FRAME_MS = 500;

test('a frame every half second, none where the event loop is late, but never more than four left out in a row', async () => {
  const plan = await resolvePlan({ url: 'http://127.0.0.1:9/', workers: 1, duration: '60s' });
  const collector = new Collector(plan, 1, 60_000, 1_000_000);
  let frames = 0;
  let looks = 0;
  let nowMs = 0;
  const screen = {
    ...{ isTTY: true, columns: 80, rows: 24 },
    write: (text: string): boolean => {
      if (text.includes('rate')) frames++;
      return true;
    },
  };
  const keys = { setEncoding: NOTHING, on: NOTHING, off: NOTHING, resume: NOTHING, pause: NOTHING };
  jest.useFakeTimers({ doNotFake: ['performance'] });
  Object.defineProperty(performance, 'now', { configurable: true, value: () => nowMs });
  const live = new LiveScreen(
    plan,
    () => collector.snapshot(++looks * FRAME_MS),
    { stop: NOTHING, abort: NOTHING, interrupt: NOTHING },
    { screen, keys, paint: (_tone, text) => text, onEnter: NOTHING, onLeave: NOTHING },
  );
  /** How many frames are drawn, and how often the run is looked at, in these half seconds. */
  const after = (halves: number, lateMs: number): [frames: number, looks: number] => {
    const before = [frames, looks] as const;
    for (let half = 0; half < halves; half++) {
      nowMs += FRAME_MS + lateMs;
      jest.advanceTimersByTime(FRAME_MS);
    }
    return [frames - before[0], looks - before[1]];
  };
  try {
    live.begin();
    expect(after(10, 0)).toEqual([10, 10]);
    expect(after(4, 60)).toEqual([0, 0]);
    expect(after(1, 60)).toEqual([1, 1]);
    expect(after(10, 60)).toEqual([2, 2]);
    expect(after(2, 40)).toEqual([2, 2]);
  } finally {
    live.end();
    Reflect.deleteProperty(performance, 'now');
    jest.useRealTimers();
  }
});
