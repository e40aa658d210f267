import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createReferenceServer,
  type ReferenceServer,
  type RunOptions,
  run,
  type Summary,
} from '../../src/api/index.ts';
import { testInTurns, VARIANTS, workersIn } from '../support/modes.ts';

/** Timers of a busy machine are late, by seconds at worst, never early. */
const LATE_MS = 10_000;

/**
 * Silence is short only where it is the matter: a busy machine is silent for longer. Nor is the server asked first there
 * whether it counts tokens: it would stall until the timeout.
 */
const forFault = (fault: string): Partial<RunOptions> =>
  fault === 'stall' ? { stallTimeout: '300ms', tokens: 'events' } : { stallTimeout: '9s' };

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({ model: { firstTokenMs: 60, gapMs: 10, tokens: 10 } });
});
afterAll(() => server.close());

describe.each(VARIANTS)('streams of tokens, $mode, $client', ({ mode, client }) => {
  const testIt = testInTurns({ mode, client });
  const ask = (query: string, options: Partial<RunOptions> = {}): Promise<Summary> =>
    run({
      url: `${server.url}?${query}`,
      preset: 'openai-chat',
      model: 'mock',
      mode,
      client,
      workers: workersIn(mode, 2),
      requests: 12,
      concurrency: 4,
      ...options,
    });
  const streamsOf = ({ streams }: Summary): NonNullable<Summary['streams']> => {
    if (!streams) throw new Error('no streams');
    return streams;
  };
  const near = (valueMs: number | null, knownMs: number): void => {
    // The clocks of two event loops agree, but a timer may fire a millisecond early.
    expect(valueMs).toBeGreaterThanOrEqual(knownMs - 2);
    expect(valueMs).toBeLessThan(knownMs + LATE_MS);
  };

  testIt('first token, gaps, end and tokens', async () => {
    const summary = await ask('', { slo: 'ttft<2s,tpot<1s', sloTarget: '99%' });
    const { timesMs, tokens, answers, notStreamed, gaps, goodput } = streamsOf(summary);
    expect([summary.requests.ok, answers, notStreamed]).toEqual([12, 12, 0]);
    // The role that comes at once is no token.
    near(timesMs.ttft.min, 60);
    near(timesMs.e2e.min, 150);
    expect(timesMs.ttft.count).toBe(12);
    expect(timesMs.ttfo).toEqual(timesMs.ttft);
    // However late some of them are, those of an answer add up.
    expect(gaps.count).toBe(12 * 9);
    expect(timesMs.gap.count).toBe(12 * 9);
    expect(timesMs.gap.mean).toBeCloseTo(timesMs.tpot.mean ?? Number.NaN, 6);
    const lastMs = timesMs.ttft.mean! + 9 * timesMs.gap.mean!;
    expect(timesMs.e2e.mean).toBeGreaterThanOrEqual(lastMs - 1e-6);
    expect(tokens).toMatchObject({
      total: 120,
      events: 120,
      perEvent: 1,
      countedAnswers: 12,
      countedByServer: 12,
    });
    expect(goodput).toMatchObject({ good: 12, share: 1 });
    expect(summary.thresholds).toMatchObject([
      { expression: 'goodput>=99%', measured: 1, ok: true },
      { expression: 'error-rate<=1%', ok: true },
    ]);
  });

  testIt('several tokens an event, several events a write, reasoning', async () => {
    const summary = await ask('tokens=20&tokens-per-event=2&events-per-write=5&reasoning=4&gap=20');
    const { timesMs, tokens, gaps } = streamsOf(summary);
    expect(tokens).toMatchObject({ total: 240, events: 120, perEvent: 2, countedByServer: 12 });
    // Four of five events come with the one before, wherever the network has not cut their write.
    expect(gaps.count).toBe(12 * 9);
    expect(gaps.coalescedShare).toBeGreaterThan(0.5);
    near(timesMs.ttft.min, 60 + 80);
    // Reasoning and content came with one write.
    expect(timesMs.ttfo.count).toBe(12);
    const byEvents = await ask('tokens=20&tokens-per-event=2&reasoning=4&gap=20', { tokens: 'events' });
    expect(streamsOf(byEvents).tokens).toMatchObject({ total: 120, countedByServer: 0 });
    const { ttft, ttfo } = streamsOf(byEvents).timesMs;
    // Two events of reasoning come first; where the server is late they may come close together.
    expect(ttfo.mean).toBeGreaterThan(ttft.mean ?? Number.NaN);
  });

  // Kinds and dialects are read in the worker, before anything depends on the mode: inline shows them.
  const testInline = mode === 'inline' ? test : () => {};

  testInline('what goes wrong within a stream has its kind, and is in no time of it', async () => {
    const kinds = { error: 'stream', fin: 'truncated', rst: 'truncated', stall: 'stalled' };
    for (const [fault, kind] of Object.entries(kinds)) {
      const summary = await ask(`fault=${fault}&fault-after=3`, {
        ...forFault(fault),
        slo: 'e2e<9s',
        requests: 4,
      });
      expect([fault, summary.requests.failed, summary.errors.map((error) => error.kind)]).toEqual([
        fault,
        4,
        [kind],
      ]);
      const { answers, timesMs, goodput } = streamsOf(summary);
      expect([answers, timesMs.ttft.count, timesMs.gap.count, goodput?.good, goodput?.share]).toEqual([
        0, 0, 0, 0, 0,
      ]);
      expect(summary.generator.verdict).toBe('failing');
    }
  });

  testInline('other APIs', async () => {
    const counted = {
      'openai-completions': 12,
      'openai-responses': 12,
      'anthropic-messages': 12,
      tgi: 12,
      ollama: 12,
      kserve: 0,
    };
    for (const [preset, byServer] of Object.entries(counted)) {
      // In pieces that cut events anywhere.
      const summary = await ask('gap=2&ttft=5&piece-bytes=7', { preset: preset as 'tgi', maxTokens: 7 });
      const { tokens, timesMs } = streamsOf(summary);
      expect([preset, summary.requests.ok, tokens.total, tokens.countedByServer]).toEqual([
        preset,
        12,
        120,
        byServer,
      ]);
      expect(timesMs.ttft.count).toBe(12);
    }
  });

  testIt('chunks: an event is what a read brings', async () => {
    const { timesMs, tokens } = streamsOf(await ask('gap=30', { preset: 'torchserve' }));
    expect(timesMs.ttft.count).toBe(12);
    expect(tokens.total).toBe(tokens.events);
    expect(tokens.total).toBeGreaterThanOrEqual(12);
    expect(tokens.total).toBeLessThanOrEqual(120);
  });

  testIt('half of the first tokens late: half of the requests are good', async () => {
    const slow = `${server.url}v1/chat/completions?ttft=2500&tokens=2`;
    const fast = `${server.url}v1/chat/completions?ttft=5&tokens=2`;
    const json = { stream: true, stream_options: { include_usage: true } };
    const summary = await run({
      mix: [
        { name: 'slow', url: slow, json },
        { name: 'fast', url: fast, json },
      ],
      stream: 'auto',
      tokenPath: 'choices[0].delta.content',
      usagePath: 'usage.completion_tokens',
      slo: 'ttft<2s',
      sloTarget: '60%',
      mode,
      client,
      requests: 8,
      concurrency: 8,
      workers: workersIn(mode, 2),
    });
    expect(summary.streams?.goodput).toMatchObject({ good: 4, share: 0.5 });
    expect(summary.thresholds[0]).toMatchObject({ expression: 'goodput>=60%', measured: 0.5, ok: false });
  });
});

test.each(['undici', 'wire'] as const)(
  '300 streams at once lose nothing, %s',
  async (client) => {
    const { requests, streams, errors } = await run({
      url: `${server.url}?ttft=20&gap=5&tokens=20`,
      preset: 'openai-chat',
      model: 'mock',
      mode: 'threads',
      workers: 2,
      client,
      requests: 600,
      concurrency: 300,
      timeout: '5m',
    });
    expect(errors).toEqual([]);
    expect([requests.ok, streams?.answers, streams?.notStreamed]).toEqual([600, 600, 0]);
    expect(streams?.tokens).toMatchObject({ total: 12_000, events: 12_000, countedByServer: 600 });
    expect([streams?.gaps.count, streams?.timesMs.gap.count]).toEqual([600 * 19, 600 * 19]);
  },
  120_000,
);

describe.each(['undici', 'wire'] as const)('without streams, %s', (client) => {
  const ask = (options: Partial<RunOptions>): Promise<Summary> =>
    run({
      url: server.url,
      preset: 'openai-chat',
      model: 'mock',
      mode: 'inline',
      client,
      requests: 4,
      concurrency: 2,
      ...options,
    });

  test('a server that sends none has its tokens and its end counted, and is said to', async () => {
    const url = `${server.url}v1/chat/completions?ttft=5&gap=1&tokens=6`;
    const summary = await run({
      url,
      json: { stream: false },
      stream: 'sse',
      usagePath: 'usage.completion_tokens',
      mode: 'inline',
      client,
      requests: 4,
      concurrency: 2,
    });
    const { answers, notStreamed, timesMs, tokens } = summary.streams!;
    expect([summary.requests.ok, answers, notStreamed, tokens.total, tokens.countedByServer]).toEqual([
      4, 4, 4, 24, 4,
    ]);
    expect([timesMs.ttft.count, timesMs.gap.count, timesMs.e2e.count]).toEqual([0, 0, 4]);
  });

  test('an unknown model: its message is quoted', async () => {
    const { errors, requests } = await ask({ model: 'unknown-13b' });
    expect(requests.failed).toBe(4);
    expect(errors).toMatchObject([
      {
        kind: 'status',
        code: '404',
        example: expect.stringContaining("The model 'unknown-13b' does not exist"),
      },
    ]);
  });
});

test('a FIFO that is asked faster than it answers: the wait is in the first token', async () => {
  const fifo = await createReferenceServer({ model: { firstTokenMs: 20, gapMs: 0, tokens: 1, slots: 1 } });
  try {
    const { streams, requests } = await run({
      url: fifo.url,
      preset: 'openai-chat',
      model: 'mock',
      client: 'wire',
      mode: 'inline',
      every: '10ms',
      requests: 100,
      timeout: '30s',
    });
    expect(requests.ok).toBe(100);
    const { mean, max } = streams!.timesMs.ttft;
    // Each waits 10 ms longer than the one before, plus what the server's timers are late.
    expect(mean).toBeGreaterThanOrEqual(500);
    expect(max! - mean!).toBeGreaterThanOrEqual(450);
  } finally {
    await fifo.close();
  }
});

test.each(['undici', 'wire'] as const)('streams of tokens over HTTP/2, %s', async (client) => {
  const h2 = await createReferenceServer({ h2c: true, model: { firstTokenMs: 30, gapMs: 5, tokens: 8 } });
  const ask = (query: string, options: Partial<RunOptions> = {}): Promise<Summary> =>
    run({
      url: `${h2.url}?${query}`,
      ...{ preset: 'openai-chat', model: 'mock', h2c: true, streams: 4, mode: 'inline', client },
      ...{ requests: 16, concurrency: 2, ...options },
    });
  try {
    const { streams, requests, connections } = await ask('', forFault('none'));
    expect([requests.ok, streams?.answers, streams?.tokens.total, connections.opened]).toEqual([
      16, 16, 128, 2,
    ]);
    expect(streams?.timesMs.ttft.min).toBeGreaterThanOrEqual(28);
    expect(streams?.timesMs.gap.count).toBe(16 * 7);
    for (const [fault, kind] of Object.entries({
      error: 'stream',
      fin: 'truncated',
      rst: 'truncated',
      stall: 'stalled',
    })) {
      const { errors, requests: failed } = await ask(`fault=${fault}`, forFault(fault));
      expect([fault, failed.failed, errors.map((error) => error.kind)]).toEqual([fault, 16, [kind]]);
    }
  } finally {
    await h2.close();
  }
});
