import { expect, test } from '@jest/globals';
import { createReferenceServer, type RunOptions, run } from '../../src/api/index.ts';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { inRounds } from '../../src/requests/numbering.ts';
import { Cancels } from '../../src/workers/exchange/cancels.ts';
import { atOnce } from '../support/at-once.ts';

const NUMBERING = {
  warmup: { type: 'range', first: 0 },
  window: { type: 'range', first: 0 },
} as const;

test.each(['HTTP/1.1', 'HTTP/2'])('requests that are cancelled, %s', (version) =>
  atOnce(CLIENT_NAMES, async (client) => {
    const h2c = version === 'HTTP/2';
    const server = await createReferenceServer({ h2c, model: { firstTokenMs: 30, gapMs: 60, tokens: 20 } });
    const ask = (options: Partial<RunOptions>) =>
      run({
        url: server.url,
        ...{ preset: 'openai-chat', model: 'mock', tokens: 'events', client, workers: 2, mode: 'threads' },
        ...(h2c ? { h2c, streams: 2 } : {}),
        ...{ requests: 8, concurrency: 4 },
        ...options,
      });
    try {
      const summary = await ask({ cancel: '50%@600ms', thresholds: ['error-rate<=0%'], slo: 'ttft<9s' });
      const { requests, errors, streams, latencyMs, connections, generator } = summary;
      expect(requests).toMatchObject({ sent: 8, ok: 4, failed: 0, unfinished: 0, cancelled: 4 });
      expect([errors, streams?.answers, streams?.goodput?.share, latencyMs.service.count]).toEqual([
        [],
        4,
        0.5,
        4,
      ]);
      expect(generator.verdict).not.toBe('failing');
      expect(summary.thresholds.every(({ ok }) => ok)).toBe(true);
      // Each cancelled request of HTTP/1.1 costs its connection, unless it was its last one; a stream costs none.
      if (h2c) expect(connections.opened).toBe(4);
      else {
        expect(connections.opened).toBeGreaterThanOrEqual(4);
        expect(connections.opened).toBeLessThanOrEqual(8);
      }
      const seen = server.modelStats()?.disconnectedAfterMs ?? [];
      expect(seen).toHaveLength(4);
      for (const afterMs of seen) expect(afterMs).toBeLessThan(5_000);
      // Not before: the server alone cannot tell, as it hears of a request late on a busy machine.
      const [late, byTokens, all] = await Promise.all([
        ask({ cancel: '100%@600ms', requests: 4, mode: 'inline', workers: 1 }),
        ask({ cancel: '25%@3tokens', requests: 8, warmup: '10ms' }),
        ask({ cancel: '100% @ first', requests: 4, mode: 'inline', workers: 1 }),
      ]);
      expect(late.requests).toMatchObject({ sent: 4, ok: 0, cancelled: 4 });
      expect(late.windowMs).toBeGreaterThanOrEqual(600);

      expect(byTokens.requests).toMatchObject({ sent: 8, ok: 6, failed: 0, cancelled: 2 });
      expect(all.requests).toMatchObject({ sent: 4, ok: 0, failed: 0, cancelled: 4 });
    } finally {
      await server.close();
    }
  }),
);

test('an answer that comes with one read is complete before it could be cancelled', async () => {
  const server = await createReferenceServer({
    model: { firstTokenMs: 5, gapMs: 0, tokens: 3, eventsPerWrite: 9 },
  });
  try {
    const { requests } = await run({
      ...{ url: server.url, preset: 'openai-chat', model: 'mock', tokens: 'events', mode: 'inline' },
      ...{ requests: 6, concurrency: 2, cancel: '100%@20tokens' },
    });
    expect(requests).toMatchObject({ ok: 6, cancelled: 0 });
  } finally {
    await server.close();
  }
});

test('which requests are cancelled: of each turn exactly so many, whoever sends them', () => {
  const plan = { share: 3, of: 10, afterEvents: 1, afterMs: null };
  const one = new Cancels(plan, NUMBERING, 7);
  const chosen = Array.from({ length: 1_000 }, (_, number) => one.isOne(number));
  for (let turn = 0; turn < 100; turn++)
    expect(chosen.slice(10 * turn, 10 * turn + 10).filter(Boolean)).toHaveLength(3);
  const places = chosen.flatMap((isOne, number) => (isOne ? [number % 10] : []));
  expect(new Set(places).size).toBe(10);
  const workers = [0, 1, 2].map(
    (index) => new Cancels(plan, { ...NUMBERING, window: inRounds({ index, workers: 3 }, 1, 1_000) }, 7),
  );
  const shared = Array.from({ length: 999 }, (_, number) => workers[number % 3]!.takeNext(true));
  expect(shared).toEqual(chosen.slice(0, 999));
  expect(
    Array.from({ length: 1_000 }, (_, number) => new Cancels(plan, NUMBERING, 8).isOne(number)),
  ).not.toEqual(chosen);
});

test.each([
  [1, 3],
  [333, 1_000],
  [33, 100],
  [3, 5],
  [1, 1],
])('%i of %i are spread: a short run cancels its share too', (share, of) => {
  const one = new Cancels({ share, of, afterEvents: 1, afterMs: null }, NUMBERING, 11);
  let cancelled = 0;
  for (let number = 0; number < 2 * of; number++) {
    if (one.isOne(number)) cancelled++;
    expect(Math.abs(cancelled - ((number + 1) * share) / of)).toBeLessThanOrEqual(2);
  }
  expect(cancelled).toBe(2 * share);
});

test.each(['10%', '10%@', '10%@5', '0%@first', '101%@first', '10%@0ms', '10%@first token', 'ten@5ms'])(
  'cancel %s says what it should be',
  async (cancel) => {
    await expect(run({ url: 'http://127.0.0.1:1/', stream: 'sse', cancel })).rejects.toThrow(
      `cancel '${cancel}': give a share of the requests, and when they are cancelled, as in 10%@500ms, 10%@first or 10%@20tokens.`,
    );
  },
);
