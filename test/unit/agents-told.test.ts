import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Agent } from '../../src/main/cluster/agent.ts';
import { AgentRows } from '../../src/main/cluster/agent-rows.ts';
import { Slot, tellApart } from '../../src/main/cluster/agent-slots.ts';
import type { Broker } from '../../src/main/cluster/broker.ts';
import { BrokerWatch } from '../../src/main/cluster/broker-watch.ts';
import { clusterOf } from '../../src/main/cluster/library-cluster.ts';
import { refused } from '../../src/main/cluster/not-started.ts';
import { checkArrivals } from '../../src/main/cluster/plan-over.ts';
import { Sealer } from '../../src/main/cluster/seal.ts';
import type { CollectedWorker } from '../../src/main/collect/collected.ts';
import type { Told } from '../../src/main/plan/problems.ts';
import { readOptions } from '../../src/main/plan/resolve.ts';
import { renderMarkdown } from '../../src/main/reporters/markdown.ts';
import { agentLine } from '../../src/main/reporters/progress-line.ts';
import { renderPlainTable } from '../../src/main/reporters/table.ts';
import { renderText } from '../../src/main/reporters/text.ts';
import { degradationsOf } from '../../src/main/summary/degradations.ts';
import { judged } from '../../src/main/summary/verdict-facts.ts';
import { percentileText } from '../../src/main/text/bound-text.ts';
import { sentenceOf } from '../../src/main/text/findings.ts';
import { COMMAND_LINE, overAgents } from '../../src/main/text/naming.ts';
import { reasonsOf } from '../../src/main/text/reasons.ts';
import type { AgentSummary } from '../../src/protocol/summary.ts';
import { LATENCY, summaryWith } from '../support/summary.ts';

const AGENT: AgentSummary = {
  ...{ name: 'agent-1', address: '10.0.0.1', workers: 4, connections: 4, state: 'finished', because: null },
  ...{ lostAtMs: null, planned: 100, sent: 100, missing: 0, unknownAtMost: 0, rttMs: 1, driftMs: 0 },
  ...{ startLateMs: 0, p50Ms: 1, p99Ms: 2, verdict: 'ok', reasons: [] },
};
const LOST: AgentSummary = {
  ...{
    ...AGENT,
    name: 'agent-2',
    state: 'lost',
    because: 'it is gone',
    lostAtMs: 900,
    sent: 40,
    missing: 60,
  },
  ...{ verdict: null, p50Ms: null, p99Ms: null },
};
const AGENTS = [AGENT, LOST];

afterEach(() => {
  jest.useRealTimers();
});

function joined(name: string, where: string, index: number): Slot {
  const slot = new Slot(index);
  slot.hear({ is: 'joined', nonce: String(index), name, where, address: '10.0.0.1', workers: 1 });
  return slot;
}

test('agents of one name are told apart by process and machine, or by number; others keep theirs', () => {
  const slots = [joined('a', 'pid 1 on x', 0), joined('b', 'pid 1 on x', 1), joined('a', 'pid 2 on x', 2)];
  tellApart(slots);
  expect(slots.map(({ name }) => name)).toEqual(['a (pid 1 on x)', 'b', 'a (pid 2 on x)']);
  const alike = [joined('a', 'pid 1 on x', 0), joined('a', 'pid 1 on x', 1)];
  tellApart(alike);
  expect(alike.map(({ name }) => name)).toEqual(['a (1 of 2)', 'a (2 of 2)']);
});

test('what one agent refused twice is said once', () => {
  const { message } = refused(['a: no', 'a: no', 'b: no']);
  expect(message).toBe('An agent refused the run. a: no. b: no. Nothing was sent.');
});

test('problems with the options of the library name them', () => {
  const problems: Told[] = [];
  const url = 'redis://elsewhere:1';
  clusterOf(
    { broker: url, agents: 'x', maxLost: '7', pool: '*', key: 'k', joinTimeout: 'x' },
    { workers: 2 },
    problems,
  );
  expect(problems.map((told) => (typeof told === 'string' ? null : told.option))).toEqual([
    ...['workers', 'cluster.agents', 'cluster.joinTimeout', 'cluster.maxLost', 'cluster.pool', 'cluster.key'],
  ]);
});

test('advice on workers is for the command of the agents', () => {
  const found = { code: 'no-processor', figures: { waitShare: 0.5 } } as const;
  const judgement = judged('generator-limited', found, 'free-cores');
  expect(reasonsOf(judgement, COMMAND_LINE).join()).toContain('use fewer workers (-w)');
  expect(reasonsOf(judgement, overAgents(COMMAND_LINE)).join()).toContain(
    'use fewer workers (volley agent -w)',
  );
});

describe('an agent that stood still', () => {
  const workers = [0, 7_000].map((stoodStillMs, agent) => ({
    ...{ agent, lostBecause: null, report: { stoodStillMs, notStarted: 0 } },
    counts: { dropped: 0, unfinished: 0 },
  })) as unknown as CollectedWorker[];
  const found = (agents: readonly AgentSummary[], mostLostShare?: number): string[] =>
    degradationsOf(summaryWith(), {
      ...{ plan: {}, workers, agents, mostLostShare },
    } as unknown as Parameters<typeof degradationsOf>[1])
      .filter(({ code }) => code === 'stood-still')
      .map((finding) => sentenceOf(finding, COMMAND_LINE));

  test('is named', () => {
    expect(found([AGENT, { ...AGENT, name: 'agent-2' }])).toEqual([
      expect.stringMatching(/^Agent agent-2 stood still for 7\.00 s, /),
    ]);
    expect(found(AGENTS)).toEqual([expect.stringMatching(/^Agent agent-2 stood still/)]);
  });

  test('degrades nothing where it is lost, and its loss is allowed', () => {
    expect(found(AGENTS, 0.5)).toEqual([]);
  });
});

test('where a loss is allowed, what is unfinished is that of the other agents, without what was interrupted', () => {
  // Of three without an answer at the first agent, two were interrupted.
  const unfinished = [1, 2];
  const workers = unfinished.map((_, agent) => ({
    ...{ agent, lostBecause: null, report: { stoodStillMs: 0, notStarted: 0 } },
    counts: { dropped: 0, unfinished: 3 },
  })) as unknown as CollectedWorker[];
  const [worker] = summaryWith().workers;
  const summary = summaryWith({
    requests: { ...summaryWith().requests, unfinished: 3, interrupted: 3 },
    workers: unfinished.map((count, agent) => ({ ...worker!, agent, unfinished: count })),
  });
  const found = (mostLostShare?: number): unknown[] =>
    degradationsOf(summary, {
      ...{ plan: {}, workers, agents: AGENTS, mostLostShare },
    } as unknown as Parameters<typeof degradationsOf>[1]).filter(
      ({ code }) => code === 'requests-unfinished',
    );
  expect(found(0.5)).toEqual([{ code: 'requests-unfinished', figures: { unfinished: 1 } }]);
  expect(found()).toEqual([{ code: 'requests-unfinished', figures: { unfinished: 3 } }]);
});

describe('a report', () => {
  test('begins with how many agents there were, whatever their workers are', () => {
    expect(renderText(summaryWith({ agents: AGENTS }))).toMatch(/^2 agents with 2 workers, 2 connections/m);
    expect(renderText(summaryWith({ agents: [] }))).toMatch(/^no agent began, /m);
    expect(renderText(summaryWith())).toMatch(/^threads: 2 workers/m);
  });

  test('has a row for each agent in Markdown too, lost ones first', () => {
    const text = renderMarkdown(summaryWith({ agents: AGENTS }));
    expect(text).toContain('volley 0.1.0, 2 agents, 2 workers, ');
    expect(text.replaceAll(/ +/g, ' ')).toContain(
      [
        '| agent-2 (10.0.0.1) | 4 | 100 | 40 | 60 | – | – | LOST |',
        '| agent-1 (10.0.0.1) | 4 | 100 | 100 | 0 | 1.00 ms | 2.00 ms | ok |',
      ].join('\n'),
    );
    expect(renderMarkdown(summaryWith())).not.toContain('### Agents');
  });

  test('has no ≥ where those without an answer change no digit of it', () => {
    const latency = { ...LATENCY, atLeast: ['50', '99'], atMost: { '50': 1.0001, '99': 14 } };
    expect(['50', '90', '99'].map((label) => percentileText(latency, label))).toEqual([
      '1.00 ms',
      '2.00 ms',
      '≥ 12.5 ms',
    ]);
  });
});

test('names in wide letters take the columns that they have', () => {
  const row = { name: 'x'.repeat(50), state: 'running', sent: 1, perSecond: null, mostLagMs: null } as const;
  expect(agentLine(row)).toBe(`      ${'x'.repeat(39)}…: running, 1 sent`);
  const rows = [
    ['日本語', '1'],
    ['agent', '2'],
  ];
  expect(renderPlainTable({ heading: ['name', 'n'], rows })).toBe('name    n\n日本語  1\nagent   2');
});

test('arrivals at random beyond a million a second are refused, regular ones are not', async () => {
  const options = { url: 'http://127.0.0.1:9/', duration: '1s', concurrency: 8 };
  const poisson = await readOptions({ ...options, rate: '2000000', arrivals: 'poisson' });
  expect(() => checkArrivals(poisson)).toThrow(
    /^--rate of 2,000,000\/s with arrivals at random: .* --arrivals constant/,
  );
  checkArrivals(await readOptions({ ...options, rate: '2000000', arrivals: 'constant' }));
  checkArrivals(await readOptions({ ...options, rate: '1000000', arrivals: 'poisson' }));
  checkArrivals(await readOptions({ ...options }));
});

describe('a broker that falls silent', () => {
  test('is told once it is so long that agents stop, and when it answers again', () => {
    let nowMs = 0;
    const watch = new BrokerWatch({ nowMs: () => nowMs });
    nowMs = 4_900;
    expect(watch.isSilent).toBe(false);
    nowMs = 5_100;
    expect([watch.isSilent, watch.news]).toEqual([
      true,
      'the broker has not answered for 5 s: agents stop by themselves until it does.',
    ]);
    watch.heard();
    expect([watch.isSilent, watch.news]).toEqual([false, expect.stringMatching(/^the broker answers again/)]);
  });

  test('leaves open whether agents run; of those that have ended it is known', () => {
    const rows = new AgentRows();
    const [running, lost] = [joined('a', 'x', 0), joined('b', 'x', 1)];
    lost.end('it is gone', 0, 0);
    expect([running, lost].map((slot) => rows.rowOf(slot, null, true).state)).toEqual(['unheard', 'lost']);
    expect(rows.rowOf(running, null, false).state).toBe('running');
  });

  test('is told by an agent that waits', async () => {
    jest.useFakeTimers();
    let isAway = false;
    const announce = (): Promise<void> => (isAway ? new Promise(() => {}) : Promise.resolve());
    const broker = {
      ...{ announce, nowUs: async () => 0, takeSlots: async () => async () => {}, withdraw: async () => {} },
    } as unknown as Broker;
    const said: string[] = [];
    const options = {
      ...{ name: 'a', workers: 1, mode: 'inline' as const, version: '1', allowed: [], isCodeAllowed: false },
      ...{ mostPerSecond: null, isOnce: false },
    } as const;
    const agent = new Agent(broker, new Sealer(''), { nowMs: () => Date.now() }, options, (sentence) =>
      said.push(sentence),
    );
    await agent.begin();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(said).toEqual([]);
    isAway = true;
    await jest.advanceTimersByTimeAsync(30_000);
    expect(said).toEqual(['the broker has taken nothing for 6 s: trying again until it does.']);
    isAway = false;
    await jest.advanceTimersByTimeAsync(4_000);
    expect(said[1]).toBe('the broker is there again.');
    await agent.leave();
  });
});
