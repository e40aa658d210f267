import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { StreamTimeKind } from '../../src/protocol/stream.ts';
import type { Sweep } from '../../src/protocol/sweep.ts';
import type { ModelSettings } from '../../src/target/model/settings.ts';
import { BIN } from '../support/cli.ts';
import { type Check, Checks, type Experiment } from './check.ts';
import { clientInUse, meanOf, percentileOf } from './harness.ts';
import type { ModelAnswer } from './model-log.ts';
import { type ObservedStreams, observeStreams, useModel } from './stream-bench.ts';

/** The answer whose times can be told by heart. */
const TEN_TOKENS = { firstTokenMs: 150, gapMs: 20, tokens: 10 } as const satisfies Partial<ModelSettings>;
const KINDS = ['ttft', 'ttst', 'tpot', 'gap', 'e2e'] as const satisfies readonly StreamTimeKind[];
/** Between the server's stamps and volley's lie a system call, the loopback and an event loop. */
const BESIDE_LOG_MS = 2;

/** The times of an answer by the server's stamps, from its arrival there. */
function timesOf(
  { arrivedMs, tokensMs }: ModelAnswer,
  tokens: number,
): Record<(typeof KINDS)[number], number[]> {
  const [firstMs = Number.NaN, secondMs = Number.NaN] = tokensMs;
  const lastMs = tokensMs.at(-1) ?? Number.NaN;
  return {
    ttft: [firstMs - arrivedMs],
    ttst: [secondMs - firstMs],
    tpot: [(lastMs - firstMs) / (tokens - 1)],
    gap: tokensMs.slice(1).map((atMs, index) => atMs - (tokensMs[index] ?? Number.NaN)),
    e2e: [lastMs - arrivedMs],
  };
}

/** Each kind of time at its median, against the log. */
function againstLog(checks: Checks, { streams, answers }: ObservedStreams, tokens: number): void {
  const logged = answers.map((answer) => timesOf(answer, tokens));
  for (const kind of KINDS) {
    const values = logged.flatMap((times) => times[kind]);
    const measured = streams.timesMs[kind];
    checks.exact(`${kind}, how many`, values.length, measured.count);
    checks.near(
      `${kind} p50 against the log`,
      percentileOf(values, 50),
      BESIDE_LOG_MS,
      measured.percentiles['50'] ?? Number.NaN,
    );
  }
}

const tenTokens = (mode: 'threads' | 'processes' | 'inline'): Experiment => ({
  name: `first token after 150 ms, ten tokens 20 ms apart, ${mode}`,
  async run(isShort): Promise<readonly Check[]> {
    const seconds = isShort ? 2 : 20;
    const load = { rate: 40, duration: `${seconds}s`, mode, workers: 1 } as const;
    const observed = await observeStreams(TEN_TOKENS, load, isShort);
    const { summary, streams, answers } = observed;
    const checks = new Checks();
    checks.exact(
      'ok, at the server',
      `${40 * seconds}, ${40 * seconds}`,
      `${summary.requests.ok}, ${answers.length}`,
    );
    checks.exact(
      'tokens, token events',
      `${400 * seconds}, ${400 * seconds}`,
      `${streams.tokens.total}, ${streams.tokens.events}`,
    );
    againstLog(checks, observed, 10);
    checks.between('ttft p50', 149.5, 154, streams.timesMs.ttft.percentiles['50'] ?? 0);
    checks.near('tpot mean', 20, 0.5, streams.timesMs.tpot.mean ?? 0);
    checks.between('e2e p50', 329.5, 336, streams.timesMs.e2e.percentiles['50'] ?? 0);
    checks.near('tokens a second for each user', 50, 1, streams.tokens.perUserPerSecond ?? 0);
    checks.judged('verdict', 'ok', summary.generator.verdict);
    return checks.list;
  },
});

const twoInEach: Experiment = {
  name: 'two tokens in each of ten events',
  async run(isShort) {
    const observed = await observeStreams(
      { ...TEN_TOKENS, tokens: 20, tokensPerEvent: 2 },
      { rate: 40, requests: 80, workers: 1 },
      isShort,
    );
    const { streams } = observed;
    const checks = new Checks();
    againstLog(checks, observed, 20);
    checks.near('tpot mean: nine gaps over 19 tokens', 180 / 19, 0.25, streams.timesMs.tpot.mean ?? 0);
    checks.near('gap mean', 20, 0.5, streams.timesMs.gap.mean ?? 0);
    checks.exact('tokens an event', 2, streams.tokens.perEvent ?? 0);
    return checks.list;
  },
};

const threeInOneWrite: Experiment = {
  name: 'three events in one write',
  async run() {
    const settings = { ...TEN_TOKENS, tokens: 21, eventsPerWrite: 3 };
    const observed = await observeStreams(settings, { rate: 40, requests: 80, workers: 1 });
    const { streams } = observed;
    const checks = new Checks();
    againstLog(checks, observed, 21);
    // The first write is complete with its third event: six gaps of 60 ms over 20 tokens.
    checks.near('tpot mean', 18, 0.5, streams.timesMs.tpot.mean ?? 0);
    checks.near('coalesced share', 14 / 20, 0.01, streams.gaps.coalescedShare ?? 0);
    return checks.list;
  },
};

const reasoning: Experiment = {
  name: 'five tokens of reasoning, then five of the answer',
  async run() {
    const { streams, answers } = await observeStreams(
      { ...TEN_TOKENS, reasoning: 5 },
      { rate: 40, requests: 80, workers: 1 },
    );
    const checks = new Checks();
    const after = (event: number): number =>
      percentileOf(
        answers.map(({ arrivedMs, tokensMs }) => (tokensMs[event] ?? Number.NaN) - arrivedMs),
        50,
      );
    const { ttft, ttfo } = streams.timesMs;
    checks.near('ttft p50: the first of the reasoning', after(0), BESIDE_LOG_MS, ttft.percentiles['50'] ?? 0);
    checks.near('ttfo p50: the first of the answer', after(5), BESIDE_LOG_MS, ttfo.percentiles['50'] ?? 0);
    return checks.list;
  },
};

/** When each answer had its last token, from when it was due: every `everyMs` from the beginning of the window on. */
function endsOf({ answers, windowAtMs }: ObservedStreams, everyMs: number): number[] {
  return answers.map(({ id, tokensMs }) => (tokensMs.at(-1) ?? Number.NaN) - windowAtMs - (id - 1) * everyMs);
}

const oneAtATime: Experiment = {
  name: '500 ms each, due every 100 ms, one connection',
  async run() {
    const observed = await observeStreams(
      { firstTokenMs: 500, gapMs: 0, tokens: 1 },
      { rate: 10, requests: 8, maxInFlight: 1, workers: 1, timeout: '60s', warmup: '0s' },
    );
    const { summary, streams, answers, windowAtMs } = observed;
    const checks = new Checks();
    const waits = answers.map(({ id, arrivedMs }) => arrivedMs - windowAtMs - (id - 1) * 100);
    const ends = endsOf(observed, 100);
    const { wait } = summary.latencyMs;
    checks.exact('ok, at the server', '8, 8', `${summary.requests.ok}, ${answers.length}`);
    checks.near('wait mean against the log', meanOf(waits), BESIDE_LOG_MS, wait.mean ?? 0);
    checks.near('e2e mean against the log', meanOf(ends), BESIDE_LOG_MS, streams.timesMs.e2e.mean ?? 0);
    checks.near('e2e max against the log', Math.max(...ends), BESIDE_LOG_MS, streams.timesMs.e2e.max ?? 0);
    // Each answer may be late by a turn of the server's timers, and so are all behind it.
    checks.between('wait mean', 1_398, 1_420, wait.mean ?? 0);
    checks.between('e2e mean', 1_898, 1_922, streams.timesMs.e2e.mean ?? 0);
    checks.between('e2e max', 3_298, 3_330, streams.timesMs.e2e.max ?? 0);
    return checks.list;
  },
};

const oneSlot: Experiment = {
  name: '20 ms each, due every 10 ms, one slot at the server',
  async run() {
    const observed = await observeStreams(
      { firstTokenMs: 20, gapMs: 0, tokens: 1, slots: 1 },
      { every: '10ms', requests: 100, workers: 1, timeout: '60s', warmup: '0s' },
    );
    const { streams, answers } = observed;
    const checks = new Checks();
    const ends = endsOf(observed, 10);
    const { mean, max } = streams.timesMs.ttft;
    checks.exact('answers', 100, answers.length);
    checks.near('mean against the log', meanOf(ends), BESIDE_LOG_MS, mean ?? 0);
    checks.near(
      'max − mean against the log',
      Math.max(...ends) - meanOf(ends),
      BESIDE_LOG_MS,
      (max ?? 0) - (mean ?? 0),
    );
    // Of services of exactly 20 ms; those of the mock are longer by what its timers are late.
    checks.between('mean', 513, 620, mean ?? 0);
    checks.between('max − mean', 493, 600, (max ?? 0) - (mean ?? 0));
    return checks.list;
  },
};

const cancelled: Experiment = {
  name: 'half of the requests cancelled after 100 ms',
  async run(isShort) {
    const { summary, answers } = await observeStreams(
      { firstTokenMs: 30, gapMs: 20, tokens: 20 },
      { rate: 40, requests: 80, workers: 1, cancel: '50%@100ms' },
      isShort,
    );
    const checks = new Checks();
    const gone = answers.flatMap(({ goneAfterMs }) => goneAfterMs ?? []);
    checks.exact('cancelled, ok', '40, 40', `${summary.requests.cancelled}, ${summary.requests.ok}`);
    checks.exact('disconnects at the server', 40, gone.length);
    checks.near('seen after, p5', 100, 15, percentileOf(gone, 5));
    checks.near('seen after, p50', 100, 15, percentileOf(gone, 50));
    checks.near('seen after, p95', 100, 15, percentileOf(gone, 95));
    return checks.list;
  },
};

const ARRANGEMENTS = [
  ['inline', 1],
  ['threads', 1],
  ['threads', 2],
  ['threads', 4],
  ['processes', 2],
  ['processes', 4],
] as const;

const arrangements: Experiment = {
  name: 'the same streams by however many workers',
  async run(isShort) {
    const checks = new Checks();
    const p50s: number[][] = [];
    for (const [mode, workers] of ARRANGEMENTS) {
      const load = { requests: isShort ? 32 : 160, concurrency: 8, mode, workers, warmup: '0s' };
      const { summary, streams, answers } = await observeStreams(TEN_TOKENS, load);
      const { requests, concurrency } = load;
      checks.exact(
        `${mode}, ${workers}: ok, at the server, tokens, gaps`,
        `${requests}, ${requests}, ${10 * requests}, ${9 * requests}`,
        `${summary.requests.ok}, ${answers.length}, ${streams.tokens.total}, ${streams.gaps.count}`,
      );
      checks.exact(`${mode}, ${workers}: connections`, concurrency, summary.connections.opened);
      const { ttft, gap } = streams.timesMs;
      p50s.push([ttft.percentiles['50'] ?? Number.NaN, gap.percentiles['50'] ?? Number.NaN]);
    }
    const [[ttftMs = Number.NaN, gapMs = Number.NaN] = []] = p50s;
    for (const [index, [mode, workers]] of ARRANGEMENTS.entries()) {
      const [ttft = Number.NaN, gap = Number.NaN] = p50s[index] ?? [];
      checks.near(`${mode}, ${workers}: ttft p50 beside the first`, ttftMs, 2, ttft);
      checks.near(`${mode}, ${workers}: gap p50 beside the first`, gapMs, 1, gap);
    }
    return checks.list;
  },
};

const many: Experiment = {
  name: '300 streams of 50 tokens a second',
  async run(isShort) {
    const tokens = isShort ? 100 : 500;
    const { summary, streams, answers } = await observeStreams(
      { firstTokenMs: 200, gapMs: 20, tokens },
      { requests: 300, concurrency: 300, workers: 1, timeout: '60s' },
    );
    const checks = new Checks();
    const gaps = answers.flatMap((answer) => timesOf(answer, tokens).gap);
    const { gap } = streams.timesMs;
    const { verdict } = summary.generator;
    checks.exact('ok, at the server', '300, 300', `${summary.requests.ok}, ${answers.length}`);
    checks.exact('gaps', gaps.length, gap.count);
    checks.exact('verdict is ok or generator-limited', true, ['ok', 'generator-limited'].includes(verdict));
    const [logged, measured] = [percentileOf(gaps, 50), gap.percentiles['50'] ?? Number.NaN];
    // Where volley was the limit it says so, and its figures are not held against anything.
    if (verdict === 'ok') checks.near('gap p50 against the log', logged, 0.5, measured);
    else checks.reported('gap p50', measured);
    checks.reported('gap p99 of the log', percentileOf(gaps, 99));
    checks.reported('gap p99', gap.percentiles['99'] ?? Number.NaN);
    return checks.list;
  },
};

/** Longer than any level takes beyond its load. */
const BUDGET_MS = 60_000;

const sweep: Experiment = {
  name: 'a sweep against eight slots',
  async run(isShort) {
    const checks = new Checks();
    const [from, to] = isShort ? [4, 16] : [1, 32];
    const each = isShort ? ['-d', '600ms', '--warmup', '200ms'] : ['-d', '2s', '--warmup', '500ms'];
    await useModel({ firstTokenMs: 50, gapMs: 10, tokens: 10, slots: 8 }, async (url) => {
      const fromMs = performance.now();
      const result = await swept(
        ...[url, '--preset', 'openai-chat', '--model', 'mock', '--tokens', 'events', '-c', `${from}..${to}`],
        ...each,
        ...['--threshold', 'p90(ttft)<100ms', '--budget', `${BUDGET_MS}ms`, '--client', clientInUse()],
      );
      checks.judged('ended by', 'found', result.endedBy);
      checks.judged('knee', '8', String(result.knee?.level ?? 0));
      checks.near('capacity', 8, 1, result.capacity?.level ?? 0);
      // 8 slots, each with an answer of ten tokens in 140 ms.
      const level = result.levels.find(({ level: connections }) => connections === 8);
      checks.near('tokens a second at 8', 8 * 10 * (1_000 / 140), 20, level?.throughputPerSecond ?? 0);
      checks.below('time in all', BUDGET_MS, performance.now() - fromMs);
    });
    return checks.list;
  },
};

async function swept(...words: string[]): Promise<Sweep> {
  const child = spawn(process.execPath, [BIN, 'sweep', ...words, '-q', '-o', 'json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child, 'close');
  return JSON.parse(output) as Sweep;
}

/** Those of the short form; relations of the others are held by tests that need no quiet machine. */
export const STREAM_EXPERIMENTS: readonly Experiment[] = [
  tenTokens('threads'),
  twoInEach,
  cancelled,
  many,
  sweep,
];

export const LONG_STREAM_EXPERIMENTS: readonly Experiment[] = [
  tenTokens('processes'),
  tenTokens('inline'),
  threeInOneWrite,
  reasoning,
  oneAtATime,
  oneSlot,
  arrangements,
];
