import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createReferenceServer,
  type ReferenceServer,
  type RunOptions,
  run,
  type Summary,
} from '../../src/api/index.ts';
import { STREAM_TIME_KINDS } from '../../src/protocol/stream.ts';
import { ruleNameOf } from '../../src/protocol/times.ts';

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({ model: { firstTokenMs: 15, gapMs: 5, tokens: 20 } });
});
afterAll(() => server.close());

type Streams = NonNullable<Summary['streams']>;

test.each([
  ['threads', 1],
  ['threads', 4],
  ['processes', 4],
] as const)('the same counts, however many workers they are merged from: %s, %i', async (mode, workers) => {
  const { requests, streams, errors } = await run({
    url: `${server.url}?tokens-per-event=2&events-per-write=2&gap=1`,
    ...{ preset: 'openai-chat', model: 'mock', mode, workers, requests: 24, concurrency: 8 },
    slo: 'ttft<60s',
  });
  expect([requests.ok, errors, streams?.answers, streams?.gaps.count]).toEqual([24, [], 24, 24 * 9]);
  expect(streams?.tokens).toMatchObject({ total: 480, events: 240, perEvent: 2, countedByServer: 24 });
  const { ttft, ttst, tpot, gap, e2e } = streams!.timesMs;
  expect([ttft, ttst, tpot, gap, e2e].map(({ count }) => count)).toEqual([24, 24, 24, 24 * 9, 24]);
  expect(streams?.goodput).toMatchObject({ good: 24, share: 1 });
});

/** Answers whose times follow from what the mock was told; a busy machine makes them longer, but not their relations. */
describe.each(['undici', 'wire'] as const)('known answers, %s', (client) => {
  const ask = async (query: string, options: Partial<RunOptions> = {}): Promise<Streams> => {
    const { streams, errors } = await run({
      url: `${server.url}?${query}`,
      ...{ preset: 'openai-chat', model: 'mock', mode: 'inline', client, requests: 6, concurrency: 3 },
      ...options,
    });
    expect(errors).toEqual([]);
    if (!streams) throw new Error('no streams');
    return streams;
  };

  test('two tokens an event: the time per token is 9 gaps over 19 tokens, and a gap is still a gap', async () => {
    const { timesMs, tokens, gaps } = await ask('tokens-per-event=2');
    expect(tokens).toMatchObject({ total: 120, events: 60, perEvent: 2, countedByServer: 6 });
    expect([gaps.count, timesMs.tpot.count]).toEqual([54, 6]);
    // A first token may be late; the last one is never early.
    expect(timesMs.e2e.min).toBeGreaterThanOrEqual(15 + 9 * 5 - 2);
    expect(timesMs.tpot.mean! * 19).toBeCloseTo(timesMs.gap.mean! * 9, 6);
    expect(tokens.perUserPerSecond).toBeCloseTo(1_000 / timesMs.tpot.mean!, 6);
    const byEvents = await ask('tokens-per-event=2', { tokens: 'events' });
    expect(byEvents.tokens).toMatchObject({ total: 60, events: 60, perEvent: 1, countedByServer: 0 });
    expect(byEvents.timesMs.tpot.mean).toBeCloseTo(byEvents.timesMs.gap.mean!, 6);
  });

  test('rules on each of the times judge what the result says of it', async () => {
    const rules = STREAM_TIME_KINDS.flatMap((kind) => [
      { kind, figure: 'p50', limit: '60s' },
      { kind, figure: 'max', limit: '1us' },
    ]);
    const { streams, thresholds } = await run({
      ...{ url: server.url, preset: 'openai-chat', model: 'mock', mode: 'inline', client, requests: 4 },
      thresholds: rules.map(({ kind, figure, limit }) => `${figure}(${ruleNameOf(kind)})<${limit}`),
    });
    const told = rules.map(({ kind, figure }) => {
      const { max, percentiles } = streams!.timesMs[kind];
      // Where all events of an answer were read at once, the longest gap is none.
      return figure === 'max'
        ? { measured: max, ok: max! < 0.001 }
        : { measured: percentiles['50'], ok: true };
    });
    expect(thresholds.slice(0, rules.length)).toMatchObject(told);
    expect(thresholds.filter(({ ok }) => !ok)).not.toEqual([]);
  });

  test('three events a write: two of three gaps are none, and the time per token is what it was', async () => {
    const { timesMs, tokens, gaps } = await ask('tokens=21&events-per-write=3&gap=15');
    expect([tokens.total, tokens.events, gaps.count]).toEqual([126, 126, 120]);
    // 14 of the 20 gaps of an answer, and more where a late reader finds two writes at once.
    expect(gaps.coalescedShare).toBeGreaterThanOrEqual(0.7 - 1e-9);
    expect(timesMs.gap.min).toBe(0);
    // The first write is complete with its third event, the last one with the last.
    expect(timesMs.ttft.min).toBeGreaterThanOrEqual(15 + 2 * 15 - 2);
    expect(timesMs.tpot.mean).toBeCloseTo(timesMs.gap.mean!, 6);
    expect(timesMs.e2e.min).toBeGreaterThanOrEqual(15 + 20 * 15 - 2);
  });

  test('one answer at a time, asked for five times as fast: the wait is in the times, and apart', async () => {
    const { timesMs } = await ask('ttft=100&tokens=1', {
      ...{ tokens: 'events', concurrency: undefined, rate: 50, maxInFlight: 1, workers: 1 },
      ...{ requests: 8, timeout: '60s' },
    });
    const { ttft, ttftService, e2e } = timesMs;
    expect([ttft.count, ttftService.count]).toEqual([8, 8]);
    expect(ttftService.min).toBeGreaterThanOrEqual(98);
    // The last of them was due after 140 ms, and begins after 7 answers: it waits for 560 ms, all of them 280 ms on average.
    const waitMs = ttft.mean! - ttftService.mean!;
    expect(waitMs).toBeGreaterThanOrEqual(270);
    expect(e2e.mean).toBeGreaterThanOrEqual(370);
    expect(e2e.max).toBeGreaterThanOrEqual(640);
  });
});
