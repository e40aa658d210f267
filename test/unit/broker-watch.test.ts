import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { BrokerWatch } from '../../src/main/cluster/broker-watch.ts';

afterEach(() => {
  jest.useRealTimers();
});

/** A watch whose clock goes with jest's timers, over work that never ends. */
function watched(mayHaveBegun = false) {
  jest.useFakeTimers();
  const watch = new BrokerWatch({ nowMs: () => Date.now() });
  const state = { isStarted: false, message: '', gone: 0 };
  const onGone = () => {
    state.gone++;
    return { mayHaveBegun };
  };
  watch
    .whileThere(new Promise<never>(() => {}), () => state.isStarted, onGone)
    .catch((error: Error & { code?: string }) => {
      state.message = `${error.code}: ${error.message}`;
    });
  return { watch, state, pass: (ms: number) => jest.advanceTimersByTimeAsync(ms) };
}

describe('a broker that does not answer', () => {
  test('ends a run that has not begun after 30 s, and not before', async () => {
    const { watch, state, pass } = watched();
    await pass(20_000);
    watch.heard();
    await pass(30_000);
    expect(state).toMatchObject({ message: '', gone: 0 });
    expect(watch.isAway).toBe(false);
    await pass(500);
    expect(state.message).toMatch(
      /^VOLLEY_BROKER: The broker has not answered for 30 s\. Nothing was sent\.$/,
    );
    expect([state.gone, watch.isAway]).toEqual([1, true]);
  });

  test('is waited for only 3 s once the user wants the end', async () => {
    const { watch, state, pass } = watched(true);
    await pass(1_000);
    watch.stopAsked();
    await pass(3_000);
    expect(state.message).toBe('');
    await pass(500);
    expect(state.message).toMatch(/^VOLLEY_BROKER: .*what they sent is not known\.$/);
  });

  test('does not end a run that has begun, which has an end of its own', async () => {
    const { watch, state, pass } = watched();
    state.isStarted = true;
    await pass(3_500);
    expect(watch.isAway).toBe(false);
    watch.stopAsked();
    await pass(3_000);
    expect(watch.isAway).toBe(false);
    await pass(500);
    expect(watch.isAway).toBe(true);
    watch.heard();
    expect(watch.isAway).toBe(false);
    await pass(100_000);
    expect([state.message, watch.isAway]).toEqual(['', true]);
  });

  test('that answers, but takes no orders, is told as such', async () => {
    const { watch, state, pass } = watched();
    watch.refused('OOM command not allowed');
    watch.heard();
    expect(watch.why).toBe('the broker was away');
    watch.refused('OOM command not allowed');
    await pass(30_500);
    expect(state.message).toBe(
      'VOLLEY_BROKER: The broker has accepted no commands for 30 s (OOM command not allowed). Nothing was sent.',
    );
    expect(watch.why).toBe('the broker no longer accepted commands (OOM command not allowed)');
  });

  test('what ends by itself is handed on, and no timer is left', async () => {
    jest.useFakeTimers();
    const watch = new BrokerWatch({ nowMs: () => Date.now() });
    await expect(
      watch.whileThere(
        Promise.resolve('done'),
        () => false,
        () => ({ mayHaveBegun: false }),
      ),
    ).resolves.toBe('done');
    expect(jest.getTimerCount()).toBe(0);
  });
});
