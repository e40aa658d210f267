import { describe, expect, test } from '@jest/globals';
import { CodeMeter, type CodeOwner } from '../../src/workers/vus/code-meter.ts';

/** A meter whose clock moves only when told; the thread has a processor unless told otherwise. */
function metered(cpuShare = 1) {
  let nowMs = 1_000;
  let cpuMs = 0;
  const meter = new CodeMeter({ nowMs: () => nowMs }, () => cpuMs);
  const spend = (ms: number): void => {
    nowMs += ms;
    cpuMs += ms * cpuShare;
  };
  return { meter, spend };
}
const user = (name: string, lastRequest: string | null = null, rest: Partial<CodeOwner> = {}): CodeOwner => ({
  scenario: { index: name === 'shop' ? 0 : 1, name },
  lastRequest,
  isWaiting: false,
  heldMs: 0,
  ...rest,
});
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

describe('the time that code of scenarios takes', () => {
  test('is from its answer to its next call, and from there to its end, not what happens before, between and after', async () => {
    const { meter, spend } = metered();
    const ada = user('shop');
    const answer = Promise.withResolvers<void>();
    const code = answer.promise.then(() => {
      spend(3);
      meter.leave(ada);
      spend(100);
      meter.back(ada);
      spend(4);
    });
    meter.handOver(ada);
    answer.resolve();
    // What the answer's reader does besides.
    spend(50);
    await code;
    await turn();
    spend(70);
    await turn();
    expect(meter.use(1_000)).toEqual({
      loadMs: 1_000,
      codeMs: [7],
      blockedMs: 0,
      longestMs: 0,
      longestOf: null,
    });
  });

  test('has one of several users whose answers came together for each piece', async () => {
    const { meter, spend } = metered();
    const users = [user('shop', 'GET /a'), user('shop', 'GET /b'), user('look', 'GET /c')];
    const pieces = users.map((owner, index) => {
      const answer = Promise.withResolvers<void>();
      const code = answer.promise.then(() => {
        spend([9, 30, 20][index]!);
        meter.leave(owner);
        meter.back(owner);
      });
      meter.handOver(owner);
      answer.resolve();
      return code;
    });
    await Promise.all(pieces);
    await turn();
    expect(meter.use(1)).toMatchObject({
      ...{ codeMs: [39, 20], blockedMs: 50, longestMs: 30 },
      longestOf: { scenario: 'shop', after: 'GET /b' },
    });
    // Whose piece it was is not certain enough to blame an iteration for it.
    expect(users.map(({ heldMs }) => heldMs)).toEqual([0, 0, 0]);
  });

  test('of a user that alone was handed something is kept with it, the longest piece', async () => {
    const { meter, spend } = metered();
    const ada = user('shop');
    for (const ms of [9, 30, 20]) {
      meter.enter(ada);
      spend(ms);
      meter.returned(ada);
      await turn();
    }
    expect(ada.heldMs).toBe(30);
  });

  test('begins where code is called directly, and goes on behind promises of its own, not behind others', async () => {
    const { meter, spend } = metered();
    const ada = user('shop');
    meter.enter(ada);
    spend(1);
    const code = Promise.resolve().then(async () => {
      spend(2);
      await null;
      spend(4);
      await turn();
      // Nobody knows when this began.
      spend(1_000);
      meter.leave(ada);
      meter.back(ada);
      spend(8);
    });
    meter.returned(ada);
    spend(500);
    await code;
    await turn();
    expect(meter.use(1)).toMatchObject({ codeMs: [15] });
  });

  test('that calls nobody is, of several users, probably of the one that awaits nothing of ours', async () => {
    const { meter, spend } = metered();
    const [ada, bob, eve] = [
      user('shop'),
      user('look', null, { isWaiting: true }),
      user('look', null, { isWaiting: true }),
    ];
    meter.enter(ada);
    const code = Promise.resolve().then(async () => {
      spend(20);
      await null;
      spend(30);
    });
    meter.returned(ada);
    for (const other of [bob, eve]) {
      meter.enter(other);
      spend(1);
      meter.returned(other);
    }
    await code;
    await turn();
    expect(meter.use(1)).toMatchObject({ codeMs: [50, 2], longestOf: { scenario: 'shop' } });
  });

  test('goes on behind promises that are not ours where that is told, and is not counted twice', async () => {
    const { meter, spend } = metered();
    const ada = user('shop');
    await turn();
    spend(100);
    meter.goesOn(ada);
    spend(5);
    meter.goesOn(ada);
    spend(6);
    await null;
    spend(7);
    await turn();
    expect(meter.use(1)).toMatchObject({ codeMs: [18] });
  });

  test('of a thread that had no processor is no block', async () => {
    for (const [share, blockedMs] of [
      [0.9, 40],
      [0.5, 0],
    ] as const) {
      const { meter, spend } = metered(share);
      const ada = user('shop');
      meter.enter(ada);
      spend(40);
      meter.leave(ada);
      await turn();
      expect(meter.use(1)).toMatchObject({ codeMs: [40], blockedMs });
    }
  });
});
