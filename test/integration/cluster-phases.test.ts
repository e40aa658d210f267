import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Broker } from '../../src/main/cluster/broker.ts';
import { connectBroker } from '../../src/main/cluster/engine.ts';
import { type Command, purposes } from '../../src/main/cluster/messages.ts';
import { Sealer } from '../../src/main/cluster/seal.ts';
import { Fleet, hasRedis, KEY, load, RealBroker, resultOf } from '../support/fleet.ts';

const HAS_REDIS = hasRedis();
/** Answers take so long that a load without more starts is still under way for a while. */
const ANSWER_MS = 3_000;
const LONG_ANSWERS = ['-r', '40', '-d', '2s', '-c', '200', '--pacing', 'eco'];
/** One for each fleet: both are killed. */
const quickBroker = new RealBroker();
const slowBroker = new RealBroker();
const quick = new Fleet(quickBroker);
const slow = new Fleet(slowBroker);
const sealer = new Sealer(KEY);

beforeAll(async () => {
  if (!HAS_REDIS) return;
  await Promise.all([quickBroker.start(), slowBroker.start()]);
  await Promise.all([
    quick.start({ a1: [], a2: [], a3: [] }),
    slow.start({ s1: [], s2: [], s3: [] }, ANSWER_MS),
  ]);
});

afterAll(async () => {
  quick.close();
  slow.close();
  await Promise.all([quickBroker.close(), slowBroker.close()]);
});

/** Resolves when the next run at a broker has been told to begin, which is half a second before it does. */
async function told(broker: RealBroker): Promise<void> {
  const asking = new Redis(broker.url);
  const runs = async (): Promise<string[]> =>
    (await asking.keys('volley:default:run:*:ctl')).map((key) => key.split(':')[3] ?? '');
  let watching: Broker | null = null;
  try {
    const before = new Set(await runs());
    watching = await connectBroker(broker.url, 'default');
    for (;;) {
      for (const run of (await runs()).filter((one) => !before.has(one)))
        for (const { bytes } of await watching.orders(run, '0', 100))
          if (sealer.open<Command>(purposes.orders(run), bytes).type === 'go') return;
      await delay(5);
    }
  } finally {
    asking.disconnect();
    await watching?.close();
  }
}

(HAS_REDIS ? describe : describe.skip)('killed between two phases, over a real broker', () => {
  test.concurrent('between the order and the start: an agent costs its part, of which nothing was sent; a run takes its agents with it; a broker that is back in time costs nothing', async () => {
    const going = told(quickBroker);
    const run = quick.submit(3, ...load(150, '2s'));
    await going;
    quick.agent('a1').kill('SIGKILL');
    const { code, summary } = await resultOf(run);
    quick.holds(summary);
    expect([code, summary.requests.scheduled]).toEqual([3, 300]);
    const lost = summary.agents?.filter(({ state }) => state === 'lost') ?? [];
    expect(lost.map(({ name, planned }) => [name, planned])).toEqual([['a1', 100]]);
    const unmeasured = quick.witness.seen.length - summary.requests.sent;
    expect(unmeasured).toBeGreaterThanOrEqual(0);
    expect(unmeasured).toBeLessThanOrEqual(lost[0]?.unknownAtMost ?? 0);

    const again = told(quickBroker);
    const dying = quick.submit(2, ...load(100, '60s'));
    await again;
    dying.child.kill('SIGKILL');
    // Its agents have their order: they begin without it.
    while (quick.witness.seen.length === 0) await delay(20);
    await quick.quietFor(1_500);
    expect(quick.witness.seen.length).toBeLessThan(1_500);
    expect(quick.witness.twice()).toEqual([]);

    const third = told(quickBroker);
    const back = quick.submit(2, ...load(100, '2s'));
    await third;
    await quickBroker.kill();
    await quickBroker.start();
    const whole = await resultOf(back);
    quick.holds(whole.summary);
    expect(whole.summary.requests.scheduled).toBe(200);
    // An agent that could not ask for the time before the start has its load missing, and says so.
    for (const { sent, planned, because } of whole.summary.agents ?? [])
      expect(because === null ? sent : planned).toBe(100);
  });

  test.concurrent('while the last answers are awaited: an agent leaves what is counted; a broker that is back in time costs nothing; a stop keeps what came', async () => {
    const run = slow.submit(3, ...LONG_ANSWERS);
    await slow.seen(80);
    slow.agent('s1').kill('SIGKILL');
    const { code, summary } = await resultOf(run);
    slow.holds(summary);
    expect([code, summary.requests.scheduled, slow.witness.seen.length]).toEqual([3, 80, 80]);
    const lost = summary.agents?.find(({ state }) => state === 'lost');
    expect(lost?.name).toBe('s1');
    expect((lost?.sent ?? 0) + (lost?.missing ?? 0)).toBe(lost?.planned);
    expect(80 - summary.requests.sent).toBeLessThanOrEqual(lost?.unknownAtMost ?? 0);

    const back = slow.submit(2, ...LONG_ANSWERS);
    await slow.seen(80);
    await slowBroker.kill();
    await slowBroker.start();
    const whole = await resultOf(back);
    slow.holds(whole.summary);
    expect([whole.summary.requests.scheduled, slow.witness.seen.length]).toEqual([80, 80]);

    const stopped = slow.submit(2, ...LONG_ANSWERS);
    await slow.seen(80);
    stopped.child.kill('SIGINT');
    const kept = await resultOf(stopped);
    slow.holds(kept.summary);
    expect([kept.code, kept.summary.requests.sent, kept.summary.requests.ok]).toEqual([130, 80, 80]);
  });
});
